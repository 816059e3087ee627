"""The case store: what comes in, what is found for it, what became of it.

Every method is one transaction: it is done as a whole and in the audit, or not at all, and then a
`StoreError` says why.
"""

import uuid
from collections.abc import Mapping

from sqlalchemy import delete, select

from pipeline.closing import Closing
from pipeline.errors import ExplainCxrError, TurnedImageError
from pipeline.settings import Settings
from records.audit import chain
from records.conclusions import Conclusions
from records.contents.case_codec import encode_case
from records.contents.identity import decode_identity, encode_identity
from records.core import Clock, StoreCore, case_row, utc_now
from records.database.connection import WAIT_S
from records.database.tables import CaseRow, IdentityRow, ResultRow, UploadRow
from records.errors import CaseUnfinishedError
from records.opening import open_database, unlock
from records.opinions.opinions import Opinions
from records.people.sessions import Sessions
from records.people.users import Users
from records.results import decoded, insert_result, missing_arrays
from records.retention import Retention
from records.summary import summarise
from records.values import Action, Arrival, AuditEntry, CaseContent, CaseLine, CaseStatus
from records.worklist import Worklist, line_of


class Store(Closing):
    """The case store; close it, or use it in a `with`.

    Attributes:
        worklist: The cases in the order in which they should be read.
        conclusions: Drafts and signed versions.
        retention: What stays, and what leaves when.
        opinions: What readers thought before they saw what the machine found.
        users: Who may sign in.
        sessions: Who is signed in.
        key: Where the key lies, and whether it was made just now.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock = utc_now, wait_s: float = WAIT_S
    ) -> None:
        """Open the store that the settings name; it is made if it is not there.

        Args:
            settings: `database`, `store_folder`, `store_key_file`, `retention_hours`,
                `keep_identity`, `session_minutes`, `session_hours`.
            clock: The time, for tests.
            wait_s: How long a write waits for another program's.

        Raises:
            StoreError: It cannot be opened.
        """
        database = open_database(settings, wait_s)
        try:
            cipher, self.key = unlock(database, settings, clock())
        except BaseException:
            database.close()
            raise
        self._core = StoreCore(database=database, cipher=cipher, settings=settings, clock=clock)
        self.worklist = Worklist(self._core)
        self.conclusions = Conclusions(self._core)
        self.retention = Retention(self._core)
        self.opinions = Opinions(self._core)
        self.users = Users(self._core)
        self.sessions = Sessions(self._core)
        self.retention.expire()

    def close(self) -> None:
        """End the connections."""
        self._core.database.close()

    @property
    def core(self) -> StoreCore:
        """What `records.audit.verification` looks through."""
        return self._core

    def receive(self, arrival: Arrival, *, actor: str) -> str:
        """Take a file in.

        Args:
            arrival: The file, and where it came from.
            actor: Who brought it.

        Returns:
            The case's id; that of the case which has the same `source` already, if there is one.
        """
        core, case = self._core, arrival.id or uuid.uuid4().hex
        cipher = core.cipher
        source = arrival.source and cipher.identifier("source", arrival.source)
        patient = arrival.patient and cipher.identifier("patient", arrival.patient)
        upload = None if arrival.data is None else cipher.seal(arrival.data, "uploads", case)
        self.retention.expire_if_due()
        with core.database.write() as session:
            now = core.clock()
            # the store's row is locked first, so that two of the same source come one after other
            store = chain.append(
                session, cipher, Action.RECEIVED, at=now, actor=actor, case=case,
                details={"origin": arrival.origin, "sample": arrival.sample},
            )  # fmt: skip
            is_known = CaseRow.id == case
            if source is not None:
                is_known |= CaseRow.source == source
            known = session.scalar(select(CaseRow.id).where(is_known))
            if known is not None:
                session.rollback()
                return known
            store.cases += 1
            session.add(
                CaseRow(
                    id=case,
                    number=store.cases,
                    status=CaseStatus.WAITING,
                    signed=False,
                    finished=False,
                    revision=0,
                    received_at=now,
                    changed_at=now,
                    language=arrival.language,
                    origin=arrival.origin,
                    sample=arrival.sample,
                    visit=arrival.visit,
                    patient=patient,
                    source=source,
                    label_terms={},
                    urgent=False,
                    error_parameters={},
                    kept=False,
                )
            )
            session.flush()
            if upload is not None:
                session.add(UploadRow(case_id=case, content=upload))
            if arrival.identity and core.settings.keep_identity:
                content = cipher.seal(encode_identity(arrival.identity), "identities", case)
                session.add(IdentityRow(case_id=case, content=content))
        return case

    def known(self, source: str) -> str | None:
        """The id of the case that a file was taken in as, by what identifies it; else `None`."""
        core = self._core
        with core.database.read() as session:
            found = core.cipher.identifier("source", source)
            return session.scalar(select(CaseRow.id).where(CaseRow.source == found))

    def save(self, case: str, content: CaseContent, *, finished: bool, actor: str) -> None:
        """Store what was found for a case so far; what was signed before stays as it was.

        Args:
            case: The case's id.
            content: All of it; arrays that are stored already are not written again.
            finished: Whether the analysis has ended; the file that came in is removed then.
            actor: Who asked for it.
        """
        core = self._core
        encoded = encode_case(content)
        arrays = missing_arrays(core, case, encoded)
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            now, latest = core.clock(), row.revision
            newest = session.get(ResultRow, (case, latest)) if latest else None
            is_new = newest is None or newest.sha256 != encoded.sha256
            if not is_new and row.finished >= finished:
                return
            if is_new:
                insert_result(session, core, row, encoded, arrays)
                row.changed_at = now
                summarise(row, content.result)
            row.finished = row.finished or finished
            if row.finished:
                session.execute(delete(UploadRow).where(UploadRow.case_id == case))
            chain.append(
                session, core.cipher, Action.ANALYSED, at=now, actor=actor, case=case,
                details={
                    "revision": row.revision,
                    "sha256": encoded.sha256,
                    "finished": row.finished,
                },
            )  # fmt: skip

    def fail(self, case: str, error: ExplainCxrError, *, actor: str) -> None:
        """Store why a case has no result, or why its analysis did not come to its end.

        The file that came in is removed, unless its reader may yet have it turned and analysed.
        """
        core = self._core
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            row.error, row.error_parameters = error.code, dict(error.parameters)
            row.finished, row.changed_at = True, core.clock()
            if row.revision == 0:
                row.status, row.urgent = CaseStatus.FAILED, True
            if not isinstance(error, TurnedImageError):
                session.execute(delete(UploadRow).where(UploadRow.case_id == case))
            chain.append(
                session, core.cipher, Action.FAILED, at=row.changed_at, actor=actor, case=case,
                details={"error": error.code},
            )  # fmt: skip

    def load(self, case: str, *, revision: int | None = None) -> CaseContent:
        """What was found for a case.

        Args:
            case: The case's id.
            revision: Of which result; the latest if `None`.

        Raises:
            CaseMissingError: There is no such case, or no such result of it.
            CaseUnfinishedError: Nothing has been found yet.
            CaseOutdatedError: Another version stored it, and its values do not fit this one's.
            StoreDamagedError: What lies there is not what was stored.
        """
        core = self._core
        with core.database.read() as session:
            wanted = case_row(session, case).revision if revision is None else revision
            row = session.get(ResultRow, (case, wanted))
            if row is None:
                raise CaseUnfinishedError(case=case)
            return decoded(session, core, row)

    def view(self, case: str, *, actor: str) -> CaseContent:
        """The same, with who looked at it in the audit."""
        content = self.load(case)
        self.note_view(case, actor=actor)
        return content

    def note_view(self, case: str, *, actor: str) -> None:
        """Write down who looked at a case."""
        core = self._core
        with core.database.write() as session:
            case_row(session, case)
            chain.append(
                session, core.cipher, Action.VIEWED, at=core.clock(), actor=actor, case=case
            )

    def upload(self, case: str) -> bytes | None:
        """The bytes of a file that is not analysed yet or is to be turned, `None` of any other."""
        core = self._core
        with core.database.read() as session:
            case_row(session, case)
            row = session.get(UploadRow, case)
            return None if row is None else core.cipher.open(row.content, "uploads", case)

    def identity(self, case: str) -> Mapping[str, str]:
        """Who the patient is and where the file came from; empty unless that is kept."""
        core = self._core
        with core.database.read() as session:
            case_row(session, case)
            row = session.get(IdentityRow, case)
            if row is None:
                return {}
            return decode_identity(core.cipher.open(row.content, "identities", case))

    def line(self, case: str) -> CaseLine:
        """A case as the worklist shows it."""
        with self._core.database.read() as session:
            return line_of(case_row(session, case), self._core.retention)

    def error(self, case: str) -> tuple[str, Mapping[str, str | int | float]] | None:
        """The code and the parameters of the error that ended a case's analysis, if one did."""
        with self._core.database.read() as session:
            row = case_row(session, case)
            return None if row.error is None else (row.error, row.error_parameters)

    def audit(self, case: str | None = None) -> tuple[AuditEntry, ...]:
        """What was done with a case, or with all of them, by whom and when; unchecked."""
        with self._core.database.read() as session:
            return tuple(chain.entries(session, case))
