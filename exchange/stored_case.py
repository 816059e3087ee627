"""A case of the case store as it is handed on: its result, and its conclusion if it is signed."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from exchange.errors import CaseFolderError
from exchange.exported_case import ExportedCase
from exchange.signature import LONGEST_NAME, Signature
from pipeline.build import exporter
from pipeline.types import CaseResult, Conclusion, Language

if TYPE_CHECKING:
    from records.store import Store

CASE_ID = re.compile("[0-9a-f]{32}")


def is_stored(named: Path) -> bool:
    """Whether a user names a case of the store, and no folder."""
    return CASE_ID.fullmatch(str(named)) is not None and not named.is_dir()


def stored_case(store: "Store", case: str) -> tuple[ExportedCase, Signature | None]:
    """A case with its latest signed conclusion; unsigned, as the machine left it.

    Args:
        store: The store.
        case: The case's id.

    Raises:
        CaseMissingError: There is no such case.
        CaseUnfinishedError: Nothing has been found yet.
        CaseFolderError: What was found was not explained, so there is not all that is exported.
    """
    versions = store.conclusions.versions(case)
    latest = versions[-1] if versions else None
    revision = None if latest is None else latest.revision
    result = store.load(case, revision=revision).result
    if not isinstance(result, CaseResult):
        raise CaseFolderError(folder=case)
    if latest is None:
        language = Language.ENGLISH if result.report is None else result.report.language
        files = exporter(language).files(result, None)
        return ExportedCase.of_files(files, store.line(case).received_at, case), None
    conclusion = Conclusion(language=latest.language, sections=latest.sections, edited=True)
    signature = Signature(
        observer=latest.signer[:LONGEST_NAME], organization="", signed_at=latest.signed_at
    )
    files = exporter(latest.language).files(result, conclusion)
    return ExportedCase.of_files(files, latest.signed_at, case), signature
