"""A case's results in the database: values in one row, each array in one, shared by results."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline.errors import ContractError
from records.contents.array_codec import compressed_array, restored_array
from records.contents.case_codec import EncodedCase, decode_case
from records.core import StoreCore
from records.database.tables import ArrayRow, CaseRow, ResultRow, SignatureRow
from records.errors import CaseOutdatedError, StoreDamagedError
from records.values import CaseContent


def missing_arrays(core: StoreCore, case: str, encoded: EncodedCase) -> dict[str, bytes]:
    """The arrays of a case that are not stored yet, sealed, by the name of their row.

    This is most of the work of storing a case, and no other write waits for it.
    """
    with core.database.read() as session:
        known = _array_names(session, case)
    named = {core.cipher.identifier("array", key): item for key, item in encoded.arrays.items()}
    return {
        name: core.cipher.seal(compressed_array(array), "arrays", case, name)
        for name, array in named.items()
        if name not in known
    }


def insert_result(
    session: Session,
    core: StoreCore,
    row: CaseRow,
    encoded: EncodedCase,
    arrays: Mapping[str, bytes],
) -> None:
    """Insert a result; the one before it goes unless somebody signed it.

    Args:
        session: A write transaction.
        core: The store's.
        row: The case's.
        encoded: The result.
        arrays: Its `missing_arrays`.
    """
    case, known = row.id, _array_names(session, row.id)
    session.add_all(
        ArrayRow(case_id=case, name=name, content=content)
        for name, content in arrays.items()
        if name not in known  # another process may have been faster
    )
    signed = select(SignatureRow.revision).where(SignatureRow.case_id == case)
    session.execute(
        delete(ResultRow).where(ResultRow.case_id == case, ResultRow.revision.not_in(signed))
    )
    row.revision += 1
    sealed = core.cipher.seal(encoded.values, "results", case, row.revision)
    session.add(
        ResultRow(
            case_id=case,
            revision=row.revision,
            made_at=core.clock(),
            sha256=encoded.sha256,
            content=sealed,
        )
    )


def decoded(session: Session, core: StoreCore, row: ResultRow) -> CaseContent:
    """A result from its row.

    Raises:
        CaseOutdatedError: Another version stored it, and its values do not fit this one's.
        StoreDamagedError: What lies there is not what was stored.
    """
    case = row.case_id
    values = core.cipher.open(row.content, "results", case, row.revision)

    def array(digest: str) -> NDArray[Any]:
        name = core.cipher.identifier("array", digest)
        found = session.get(ArrayRow, (case, name))
        if found is None:
            raise StoreDamagedError
        return restored_array(core.cipher.open(found.content, "arrays", case, name))

    try:
        return decode_case(values, array)
    except ContractError as error:
        raise CaseOutdatedError(case=case) from error


def _array_names(session: Session, case: str) -> set[str]:
    return set(session.scalars(select(ArrayRow.name).where(ArrayRow.case_id == case)))
