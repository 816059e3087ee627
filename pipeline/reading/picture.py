"""PNG, JPEG and WEBP, through Pillow."""

import io
import struct
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ColourImageError, CorruptImageError
from pipeline.reading.colour import has_colour, is_colour_picture
from pipeline.reading.damage import check_jpeg, check_scans, check_webp
from pipeline.reading.grid import Decoded, check_contrast, check_shape, in_strips, stretched
from pipeline.settings import Settings
from pipeline.types import FloatArray, ImageFormat, ReadingNote

EXIF_ORIENTATION = 0x0112
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I", "F")


def read_picture(data: bytes, kind: ImageFormat, settings: Settings) -> Decoded:
    """Decode a picture.

    Transparent pixels are laid on black, the colour of a radiograph without exposure; colours are
    averaged. Eight bits are taken as shown on a screen; deeper greys rarely fill their range, so
    they are stretched to it.

    Raises:
        InputError: Broken, of the wrong size, in colour, or blank.
    """
    from PIL import Image, ImageOps

    if kind is ImageFormat.WEBP:  # Pillow allocates a canvas before it tells the size
        check_shape(*_webp_shape(data), settings)
    elif kind is ImageFormat.JPEG:
        check_scans(data)
    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, with a better error
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image: Image.Image = Image.open(io.BytesIO(data), formats=[kind.name])
        check_shape(image.height, image.width, settings)
        Image.MAX_IMAGE_PIXELS = settings.max_megapixels * 1_000_000
        image.load()
    if kind is ImageFormat.JPEG:
        check_jpeg(data)
    elif kind is ImageFormat.WEBP:
        check_webp(data)
    notes = []
    if image.getexif().get(EXIF_ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
        notes.append(ReadingNote.ROTATED)
    if image.mode in DEEP_MODES:
        grey = stretched(in_strips(np.asarray(image), lambda strip: strip))
        return Decoded(grey=grey, spacing_mm=None, notes=tuple(notes))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        if layer.getchannel("A").getextrema() != (255, 255):
            notes.append(ReadingNote.ALPHA_FLATTENED)
        image = Image.alpha_composite(Image.new("RGBA", layer.size, (0, 0, 0, 255)), layer)
    if image.mode in ("1", "L"):
        grey = in_strips(np.asarray(image.convert("L")), _scaled)
    else:
        rgb = np.asarray(image.convert("RGB"))
        if has_colour(rgb):
            if is_colour_picture(rgb):
                raise ColourImageError
            notes.append(ReadingNote.COLOUR_AVERAGED)
        grey = in_strips(rgb, lambda strip: _scaled(strip).mean(axis=2))
    check_contrast(grey)
    return Decoded(grey=grey, spacing_mm=None, notes=tuple(notes))


def _scaled(stored: NDArray[Any]) -> FloatArray:
    return stored.astype(np.float32) / np.float32(255)


def _webp_shape(data: bytes) -> tuple[int, int]:
    """`(rows, cols)` from a WEBP header.

    Reference: RFC 9649, sections 2.5 to 2.7.
    """
    chunk = data[12:16]
    try:
        if chunk == b"VP8X":
            cols, rows = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
            return rows, cols
        if chunk == b"VP8L":
            (packed,) = struct.unpack_from("<I", data, 21)
            return (packed >> 14 & 0x3FFF) + 1, (packed & 0x3FFF) + 1
        if chunk == b"VP8 ":
            cols, rows = struct.unpack_from("<HH", data, 26)
            return rows & 0x3FFF, cols & 0x3FFF
    except struct.error as error:
        raise CorruptImageError from error
    raise CorruptImageError
