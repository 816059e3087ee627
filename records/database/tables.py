"""The tables. What is sealed is a `content`; all else is codes, numbers, times and hashes.

What must not change once it is written (`results`, `signatures`, `audit`) is only ever inserted
and removed as a whole; triggers refuse an update (`migrations/versions/`).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A time with its zone, UTC; SQLite has no zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Table(DeclarativeBase):
    """What all tables have in common."""

    metadata = MetaData(naming_convention=NAMES)


class StoreRow(Table):
    """The store itself: one row."""

    __tablename__ = "store"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    cases: Mapped[int]
    """How many there have been; the latest one's number."""
    entries: Mapped[int]
    """How many the audit has."""
    head: Mapped[str] = mapped_column(String(64))
    """The hash of the audit's last entry."""
    seal: Mapped[str] = mapped_column(String(64))
    """A keyed hash of both."""


class CaseRow(Table):
    """A case, as far as the worklist needs it."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_order", "signed", "urgent", "received_at"),
        Index("ix_cases_expiry", "kept", "changed_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    signed: Mapped[bool]
    finished: Mapped[bool]
    revision: Mapped[int]
    """Of the latest result; 0 before the first."""
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    language: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(32))
    sample: Mapped[bool]
    visit: Mapped[str | None] = mapped_column(String(64), index=True)
    patient: Mapped[str | None] = mapped_column(String(64), index=True)
    """Keyed hash of what identifies the patient."""
    source: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Keyed hash of what identifies the file where it comes from."""
    label: Mapped[str | None] = mapped_column(String(64))
    label_terms: Mapped[dict[str, str]] = mapped_column(JSON)
    abnormal: Mapped[bool | None]
    probability: Mapped[float | None]
    uncertain: Mapped[bool | None]
    quality: Mapped[str | None] = mapped_column(String(16))
    urgent: Mapped[bool]
    error: Mapped[str | None] = mapped_column(String(64))
    error_parameters: Mapped[dict[str, str | int | float]] = mapped_column(JSON)
    kept: Mapped[bool]
    signer: Mapped[str | None] = mapped_column(String(200))


def _of_case(**options: Any) -> Mapped[str]:
    return mapped_column(String(32), ForeignKey("cases.id", ondelete="CASCADE"), **options)


class UploadRow(Table):
    """A file whose analysis has not ended; sealed, and gone afterwards."""

    __tablename__ = "uploads"

    case_id: Mapped[str] = _of_case(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class IdentityRow(Table):
    """Who the patient is, sealed; only where the setting `keep_identity` is on."""

    __tablename__ = "identities"

    case_id: Mapped[str] = _of_case(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ResultRow(Table):
    """All that was found, sealed, but for the arrays."""

    __tablename__ = "results"

    case_id: Mapped[str] = _of_case(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArrayRow(Table):
    """One array of a case, compressed and sealed; results share what they have in common."""

    __tablename__ = "arrays"

    case_id: Mapped[str] = _of_case(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed hash of the array's digest."""
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DraftRow(Table):
    """A conclusion as somebody left it, sealed; the last one counts, the others say how it came."""

    __tablename__ = "drafts"

    case_id: Mapped[str] = _of_case(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SignatureRow(Table):
    """A signed conclusion; its text is sealed."""

    __tablename__ = "signatures"

    case_id: Mapped[str] = _of_case(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    signer: Mapped[str] = mapped_column(String(200))
    signed_at: Mapped[datetime] = mapped_column(UtcTime)
    text_sha256: Mapped[str] = mapped_column(String(64))
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class OpinionRow(Table):
    """What a reader thought before the machine's result was shown to them; its text is sealed."""

    __tablename__ = "opinions"
    __table_args__ = (UniqueConstraint("case_id", "reader"),)

    case_id: Mapped[str] = _of_case(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(String(200))
    given_at: Mapped[datetime] = mapped_column(UtcTime)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class UserRow(Table):
    """Somebody who may sign in."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    full_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2id, with its salt and parameters."""


class SessionRow(Table):
    """A session of somebody who signed in."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed hash of its token."""
    user: Mapped[str] = mapped_column(String(200), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    ended: Mapped[bool]


class AttemptRow(Table):
    """Wrong passwords in a row for one name."""

    __tablename__ = "attempts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed hash of it."""
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcTime)


class AuditRow(Table):
    """One entry of the audit: what was hashed, and the hash; never removed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    entry: Mapped[str] = mapped_column(Text)
    """Canonical JSON."""
    hash: Mapped[str] = mapped_column(String(64))
