"""JPEG and JPEG-LS frames of DICOM, through libjpeg-turbo and CharLS, as a decoder of pydicom's."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CorruptImageError

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

PLUGIN = "imagecodecs"
JPEG_LS = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")
JPEG = (
    "1.2.840.10008.1.2.4.51",  # extended, 8 or 12 bits
    "1.2.840.10008.1.2.4.57",  # lossless, any predictor
    "1.2.840.10008.1.2.4.70",  # lossless, predictor 1
)
LOSSY = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81")
# What pydicom asks of a module of decoders, by these names.
DECODER_DEPENDENCIES = dict.fromkeys((*JPEG, *JPEG_LS), ("imagecodecs",))

START, END, START_OF_SCAN, JPEG_LS_FRAME = 0xD8, 0xD9, 0xDA, 0xF7
# Markers that open a frame: SOF0 to SOF15 without the tables and the arithmetic coder among them.
FRAME_MARKERS = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
SMALLEST_FRAME_HEADER = 8  # bytes behind the marker: length, precision, rows, columns, components


class FrameHeader(NamedTuple):
    """What a JPEG or JPEG-LS codestream says of its own picture."""

    precision: int
    rows: int
    cols: int
    components: int


def register() -> None:
    """Make the decoder known to pydicom; again does nothing."""
    from pydicom.pixels import get_decoder

    for syntax in DECODER_DEPENDENCIES:
        decoder = get_decoder(syntax)
        if PLUGIN not in decoder.available_plugins:
            decoder.add_plugin(PLUGIN, (__name__, "decode_frame"))


def is_available(uid: str) -> bool:
    """Whether a transfer syntax is decoded here; asked by pydicom."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: "DecodeRunner") -> bytes:
    """Decode one grey frame; called by pydicom.

    The codestream's own size is compared with the dataset's before anything is allocated. Without
    its end marker it broke off on its way: libjpeg would fill what is missing with grey.

    Args:
        src: The codestream.
        runner: The dataset's rows, columns and bits.

    Returns:
        Rows times columns values, little endian, each of the dataset's allocated bits.

    Raises:
        CorruptImageError: The codestream breaks off, or contradicts the dataset.
    """
    import imagecodecs

    header = frame_header(src)
    if (header.rows, header.cols, header.components) != (runner.rows, runner.columns, 1):
        raise CorruptImageError
    if not _is_ended(src) or not 2 <= header.precision <= runner.bits_allocated:
        raise CorruptImageError
    is_jpeg_ls = runner.transfer_syntax in JPEG_LS
    decode = imagecodecs.jpegls_decode if is_jpeg_ls else imagecodecs.jpeg8_decode
    values: NDArray[Any] = decode(src)
    if values.shape != (header.rows, header.cols):
        raise CorruptImageError
    return _as_stored(values, runner).tobytes()


def _as_stored(values: NDArray[Any], runner: "DecodeRunner") -> NDArray[Any]:
    """Decoded codes in the dataset's own container, within the bits that it stores.

    Neither coder knows a sign, and a lossy one may step over the largest value: that would come
    back as the smallest where only the stored bits are looked at.
    """
    unused = runner.bits_allocated - runner.bits_stored
    codes: NDArray[Any] = values.astype(f"<u{runner.bits_allocated // 8}", copy=False)
    if runner.pixel_representation == 1:
        signed: NDArray[Any] = codes.view(f"<i{runner.bits_allocated // 8}")
        extended: NDArray[Any] = np.right_shift(np.left_shift(signed, unused), unused)
        return extended
    if runner.transfer_syntax in LOSSY:
        held: NDArray[Any] = np.minimum(codes, (1 << runner.bits_stored) - 1).astype(codes.dtype)
        return held
    return codes


def frame_header(codestream: bytes) -> FrameHeader:
    """Read the frame header of a JPEG or JPEG-LS codestream, in front of its pixels.

    Raises:
        CorruptImageError: There is none.

    Reference: ITU-T T.81, B.2.2, and T.87, C.2.2, which lay it out alike.
    """
    if codestream[:2] != bytes((0xFF, START)):
        raise CorruptImageError
    at = 2
    while at + 4 <= len(codestream) and codestream[at] == 0xFF:
        marker = codestream[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(codestream[at + 2 : at + 4], "big")
        is_frame = marker == JPEG_LS_FRAME or marker in FRAME_MARKERS
        if is_frame and length >= SMALLEST_FRAME_HEADER:
            body = codestream[at + 4 : at + 2 + SMALLEST_FRAME_HEADER]
            if len(body) == SMALLEST_FRAME_HEADER - 2:
                rows, cols = (int.from_bytes(body[i : i + 2], "big") for i in (1, 3))
                return FrameHeader(precision=body[0], rows=rows, cols=cols, components=body[5])
        if is_frame or marker == START_OF_SCAN or length < 2:
            break
        at += 2 + length
    raise CorruptImageError


def _is_ended(codestream: bytes) -> bool:
    """Whether the end marker stands behind the last scan, whose pixels cannot look like it."""
    last_scan = codestream.rfind(bytes((0xFF, START_OF_SCAN)))
    return 0 < last_scan < codestream.rfind(bytes((0xFF, END)))
