"""What a case becomes: a Structured Report, a Segmentation, Secondary Captures, a PDF."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exchange.errors import ExchangePackageError
from exchange.exported_case import ExportedCase
from exchange.signature import Signature
from exchange.study import Study

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def objects_of(
    case: ExportedCase, study: Study, signature: Signature | None = None
) -> "list[Dataset]":
    """All objects of a case, those first that others refer to.

    The same case, study and signature give the same identifiers, so that sending twice is
    harmless.

    Args:
        case: The case.
        study: The study that they go into.
        signature: Who signed the conclusion; every object says that it is unverified without one.

    Raises:
        ExchangePackageError: highdicom is not installed.
    """
    _check_highdicom()
    from exchange.objects.encapsulated_pdf import encapsulated_pdf
    from exchange.objects.secondary_capture import secondary_captures
    from exchange.objects.segmentation import segmentation
    from exchange.objects.structured_report import structured_report

    with _quiet():
        return [
            *secondary_captures(case, study, signature),
            segmentation(case, study, signature),
            structured_report(case, study, signature),
            encapsulated_pdf(case, study, signature),
        ]


def report_of(case: ExportedCase, study: Study, signature: Signature | None = None) -> "Dataset":
    """The Structured Report alone; arguments and errors as of `objects_of`."""
    _check_highdicom()
    from exchange.objects.structured_report import structured_report

    with _quiet():
        return structured_report(case, study, signature)


def _check_highdicom() -> None:
    try:
        import highdicom  # noqa: F401
    except ImportError as error:
        raise ExchangePackageError(package="highdicom") from error


def dicom_bytes(made: "Dataset") -> bytes:
    """An object as a file: an empty preamble, then DICOM."""
    import pydicom

    stream = io.BytesIO()
    with _quiet():
        pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' warnings, which quote values, so names too."""
    for library in ("pydicom", "highdicom"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


__all__ = ["dicom_bytes", "objects_of", "report_of"]
