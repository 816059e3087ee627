"""What a file is, recognised by its first bytes and never by its name."""

from pipeline.errors import UnknownFormatError
from pipeline.types import ImageFormat

DICOM_PREAMBLE_BYTES = 128
# A DICOM file without preamble opens with its meta group (0002) or its first data group (0008).
BARE_DICOM_STARTS = (b"\x02\x00\x00\x00", b"\x02\x00\x10\x00", b"\x08\x00")
VALUE_REPRESENTATIONS = frozenset({b"UL", b"UI", b"CS", b"DA", b"TM", b"LO", b"SH", b"OB"})
LONGEST_FIRST_VALUE = 256  # bytes; of an implicit-VR element that may open a file


def format_of(data: bytes) -> ImageFormat:
    """The format of a file's content.

    Raises:
        UnknownFormatError: It is none of those that are read.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if has_preamble(data) or _is_bare_dicom(data):
        return ImageFormat.DICOM
    raise UnknownFormatError


def has_preamble(data: bytes) -> bool:
    """Whether DICOM's magic word stands behind its preamble."""
    return data[DICOM_PREAMBLE_BYTES : DICOM_PREAMBLE_BYTES + 4] == b"DICM"


def _is_bare_dicom(data: bytes) -> bool:
    if len(data) < DICOM_PREAMBLE_BYTES or not data.startswith(BARE_DICOM_STARTS):
        return False
    explicit = data[4:6] in VALUE_REPRESENTATIONS
    return explicit or 0 < int.from_bytes(data[4:8], "little") <= LONGEST_FIRST_VALUE
