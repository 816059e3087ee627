"""What a DICOM header says of the examination: what stops it, and what qualifies its results."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import BodyPartRefusedError, LateralViewError, ModalityRefusedError
from pipeline.types import AgeGroup, HeaderFacts, ReadingNote, Sex, View

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ADULT_FROM_YEARS = 18
DAYS_OF_UNIT = {"D": 1.0, "W": 7.0, "M": 30.44, "Y": 365.25}


def _terms(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Defined terms of DICOM PS3.3, C.7.3.1.1.1, that are no projection radiograph of the chest.
OTHER_MODALITIES = _terms(
    """
    AR AU BDUS BI BMD CT DG DOC ECG EEG EMG EOG EPS ES FID GM HC HD IO IVOCT IVUS KER KO LEN LS
    M3D MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS PLAN POS PR PT PX REG RESP RTDOSE
    RTIMAGE RTPLAN RTRECORD RTSTRUCT RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XC
    """
)
FLUOROSCOPY = frozenset({"XA", "RF"})
OTHER_CLASSES = {  # the storage classes that say the same where the modality is missing
    "1.2.840.10008.5.1.4.1.1.1.2": "MG",
    "1.2.840.10008.5.1.4.1.1.1.3": "IO",
    "1.2.840.10008.5.1.4.1.1.2": "CT",
    "1.2.840.10008.5.1.4.1.1.2.1": "CT",
    "1.2.840.10008.5.1.4.1.1.4": "MR",
    "1.2.840.10008.5.1.4.1.1.4.1": "MR",
    "1.2.840.10008.5.1.4.1.1.6.1": "US",
    "1.2.840.10008.5.1.4.1.1.20": "NM",
    "1.2.840.10008.5.1.4.1.1.128": "PT",
}
LATERAL_VIEWS = frozenset({"LL", "RL", "LLO", "RLO", "LAT", "LATERAL"})
FRONTAL_VIEWS = {"PA": View.PA, "AP": View.AP}
LYING_VIEWS = frozenset({"LLD", "RLD"})
# Codes of CID 4010, SNOMED CT and the older SRT: lateral and oblique, then frontal.
LATERAL_CODES = _terms(
    """
    30730003 399198007 399173006 399352003 399260004 399067008 260427002 399236003 399184004
    G-A145 R-10232 R-10236 R-10228 R-10224 R-102CD R-40783 R-10234 R-10238
    """
)
FRONTAL_CODES = {
    "272479007": View.PA,
    "R-40888": View.PA,
    "R-10214": View.PA,
    "399348003": View.AP,
    "R-10206": View.AP,
}
# Defined terms of DICOM PS3.16, annex L: parts that a chest cannot be taken for, then neighbours
# that a chest radiograph may be filed under.
DISTANT_PARTS = _terms(
    """
    ANKLE ARM BRAIN BREAST CALCANEUS COCCYX EAR ELBOW EXTREMITY EYE FACE FEMUR FIBULA FINGER
    FOOT FOREARM HAND HEAD HIP JAW KNEE LEG LOWEXM LOWERLEG MANDIBLE MAXILLA NASAL NOSE ORBIT
    PATELLA PELVIS PENIS RADIUS RADIUSULNA SACRUM SINUS SKULL TEETH THIGH THUMB TIBIA
    TIBIAFIBULA TMJ TOE TOOTH ULNA UPEXM WRIST ZYGOMA
    """
)
NEAR_PARTS = _terms(
    """
    ABDOMEN ABDOMENPELVIS ACJOINT CERVIX CLAVICLE CSPINE CTSPINE HUMERUS KIDNEY LIVER LSPINE
    LSSPINE NECK SCAPULA SCJOINT SHOULDER SPINE SSPINE STOMACH TLSPINE TSPINE WHOLEBODY
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was read off a header.

    Attributes:
        facts: What thresholds depend on.
        notes: What qualifies the results.
    """

    facts: HeaderFacts
    notes: tuple[ReadingNote, ...]


def read_header(dataset: "Dataset") -> Header:
    """Read a header, before anything of it is removed.

    What cannot be a chest radiograph is refused. A body part beside the chest is only warned of,
    for it is often a device's default.

    Args:
        dataset: The file's whole header.

    Raises:
        ModalityRefusedError: Another modality.
        LateralViewError: A lateral or an oblique view.
        BodyPartRefusedError: A part of the body far from the chest.
    """
    notes = []
    modality = _term(dataset, "Modality")
    other = modality if modality in OTHER_MODALITIES else OTHER_CLASSES.get(_class(dataset))
    if other is not None:
        raise ModalityRefusedError(modality=other)
    if modality in FLUOROSCOPY:
        notes.append(ReadingNote.MODALITY_UNUSUAL)
    part = re.sub("[^A-Z]", "", _term(dataset, "BodyPartExamined"))
    if part in DISTANT_PARTS:
        raise BodyPartRefusedError(part=part)
    if part in NEAR_PARTS:
        notes.append(ReadingNote.BODY_PART_UNUSUAL)
    view = _view(dataset)
    if view is View.LYING:
        notes.append(ReadingNote.VIEW_UNUSUAL)
    if _term(dataset, "BurnedInAnnotation") == "YES":
        notes.append(ReadingNote.TEXT_STATED)
    facts = HeaderFacts(age_group=_age_group(dataset), sex=_sex(dataset), view=view)
    if facts.age_group is AgeGroup.CHILD:
        notes.append(ReadingNote.CHILD)
    return Header(facts=facts, notes=tuple(notes))


def _term(dataset: "Dataset", name: str) -> str:
    """A code string, or nothing for one that is absent or several."""
    value = dataset.get(name)
    return value.strip().upper() if isinstance(value, str) else ""


def _class(dataset: "Dataset") -> str:
    return str(dataset.get("SOPClassUID", ""))


def _view(dataset: "Dataset") -> View | None:
    position = _term(dataset, "ViewPosition")
    found = {str(item.get("CodeValue", "")) for item in dataset.get("ViewCodeSequence") or ()}
    along_rows = str((dataset.get("PatientOrientation") or ("",))[0]).strip().upper()
    is_sagittal = along_rows in ("A", "P")  # the rows run from back to front
    if position in LATERAL_VIEWS or found & LATERAL_CODES or is_sagittal:
        raise LateralViewError
    if position in LYING_VIEWS:
        return View.LYING
    coded = (FRONTAL_CODES[code] for code in sorted(found & FRONTAL_CODES.keys()))
    return FRONTAL_VIEWS.get(position) or next(coded, None)


def _sex(dataset: "Dataset") -> Sex | None:
    return {"F": Sex.FEMALE, "M": Sex.MALE}.get(_term(dataset, "PatientSex"))


def _age_group(dataset: "Dataset") -> AgeGroup | None:
    """Whether the patient is an adult, by the stated age or by the dates of birth and study."""
    years = None
    stated = re.fullmatch(r"(\d{1,3})([DWMY])", _term(dataset, "PatientAge"))
    if stated is not None:
        years = int(stated[1]) * DAYS_OF_UNIT[stated[2]] / DAYS_OF_UNIT["Y"]
    else:
        born = _date(dataset, "PatientBirthDate")
        names = ("StudyDate", "AcquisitionDate", "SeriesDate", "ContentDate")
        taken = next(filter(None, (_date(dataset, name) for name in names)), None)
        if born is not None and taken is not None and born <= taken:
            before = (taken.month, taken.day) < (born.month, born.day)
            years = taken.year - born.year - before
    if years is None:
        return None
    return AgeGroup.ADULT if years >= ADULT_FROM_YEARS else AgeGroup.CHILD


def _date(dataset: "Dataset", name: str) -> date | None:
    text = str(dataset.get(name) or "")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
