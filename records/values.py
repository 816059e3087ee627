"""What the store takes and gives: a case's contents, a line of the worklist, a signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.types import CaseResult, Examination, Language, LayerMap, QualityRating, Section


class CaseStatus(StrEnum):
    """Where a case stands, in the order of its life."""

    WAITING = "waiting"
    FAILED = "failed"
    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"

    @property
    def is_signed(self) -> bool:
        """Whether a person has signed its conclusion."""
        return self in (CaseStatus.SIGNED, CaseStatus.AMENDED)


class Action(StrEnum):
    """What the audit says was done."""

    STORE_MADE = "store_made"
    RECEIVED = "case_received"
    ANALYSED = "case_analysed"
    FAILED = "case_failed"
    VIEWED = "case_viewed"
    OPINION_GIVEN = "opinion_given"
    DRAFTED = "draft_saved"
    SIGNED = "case_signed"
    AMENDED = "case_amended"
    KEPT = "case_kept"
    RELEASED = "case_released"
    EXPIRED = "case_expired"
    REMOVED = "case_removed"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_REMOVED = "user_removed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseContent:
    """All that was found for one case.

    Attributes:
        result: The case, or the examination where nothing was explained.
        explained: The case with its maps and descriptors for other labels that were asked for.
        layer_maps: Grad-CAM at every stage of the network for labels that were asked for.
    """

    result: Examination
    explained: Mapping[str, CaseResult] = field(default_factory=dict)
    layer_maps: Mapping[str, tuple[LayerMap, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that comes in.

    Attributes:
        origin: Which door it came through, such as `page` or `dicom`.
        data: The file's bytes, kept sealed until its analysis has ended.
        language: Language of the report asked for.
        sample: Whether it is the phantom and not a patient's radiograph.
        visit: The visit of the page that it belongs to.
        patient: What identifies the patient; only its keyed hash is stored.
        source: What identifies the file where it comes from, such as its SOP Instance UID; only
            its keyed hash is stored. A file that is in the store already is not taken twice.
        identity: Who the patient is and where the file came from; stored (sealed) only if the
            setting `keep_identity` is on.
        id: The case's id, 32 hex digits, if whoever brings it has given it one; it is taken once.
    """

    origin: str
    data: bytes | None = None
    language: Language = Language.ENGLISH
    sample: bool = False
    visit: str | None = None
    patient: str | None = None
    source: str | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A line of the worklist.

    Attributes:
        id: The case's random name.
        number: Its number in this store, for people.
        status: Where it stands.
        finished: Whether its analysis has ended, well or not.
        received_at: When it came in (UTC).
        changed_at: When anything of it was last changed (UTC).
        language: Language of the report asked for.
        origin: Which door it came through.
        sample: Whether it is the phantom.
        label: The classification's label; `None` until there is one.
        label_terms: That label's name by language, as far as the classifier has it.
        abnormal: Whether the classification is "abnormality".
        probability: The probability of that label, in [0, 1].
        uncertain: Whether the classification is unsure.
        quality: The worst rating of its maps; `None` if they were not rated.
        urgent: Whether it goes before others: abnormal, unsure, or not analysed.
        error: The code of the error that ended its analysis.
        kept: Whether it stays beyond its time.
        signer: Who signed last.
        expires_at: When it leaves (UTC); `None` if it is kept.
    """

    id: str
    number: int
    status: CaseStatus
    finished: bool
    received_at: datetime
    changed_at: datetime
    language: Language
    origin: str
    sample: bool
    label: str | None
    label_terms: Mapping[str, str]
    abnormal: bool | None
    probability: float | None
    uncertain: bool | None
    quality: QualityRating | None
    urgent: bool
    error: str | None
    kept: bool
    signer: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A conclusion before it is signed.

    Attributes:
        language: Its language.
        sections: Text of each section.
        changed_at: When it was saved (UTC).
        changed_by: By whom.
    """

    language: Language
    sections: Mapping[Section, str]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInputs:
    """What lay before the signer, each as SHA-256 (hex).

    Attributes:
        image: Of the file's bytes that were read.
        result: Of all that was found: values, arrays, provenance with the weights' hashes.
        machine_text: Of the report's text as the machine wrote it; of nothing without a report.
        previous: Of the version that is amended; empty of the first.
    """

    image: str
    result: str
    machine_text: str
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVersion:
    """A signed conclusion; nothing of it ever changes.

    Attributes:
        version: 1 of the first signature, one more of each amendment.
        signer: The signer's name.
        signed_at: When (UTC).
        language: The text's language.
        sections: The text.
        reason: Why the version before it was amended; empty of the first.
        difference: From the machine's text to this one, as a unified diff; empty if unchanged.
        revision: Which of the case's results lay before the signer.
        drafts: How many drafts had been kept by then.
        text_sha256: SHA-256 (hex) of the text with its language.
        inputs: Of what lay before the signer.
        inputs_sha256: SHA-256 (hex) of `inputs`.
    """

    version: int
    signer: str
    signed_at: datetime
    language: Language
    sections: Mapping[Section, str]
    reason: str
    difference: str
    revision: int
    drafts: int
    text_sha256: str
    inputs: SignedInputs
    inputs_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit.

    Attributes:
        number: Its place in the chain, from 1.
        at: When (UTC).
        actor: Who.
        action: What.
        case: Of which case; empty for the store itself.
        details: Hashes and codes, no patient data.
        hash: Keyed hash (hex) of all this and of the entry before it.
    """

    number: int
    at: datetime
    actor: str
    action: Action
    case: str
    details: Mapping[str, str | int | bool]
    hash: str
