"""What a JPEG 2000 codestream says of its own size, compared before it is decoded."""

import struct

from pipeline.errors import CorruptImageError

SIZE_HEADER = b"\xff\x4f\xff\x51"  # start of codestream, then the size's own marker
SYNTAXES = (
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
)
MOST_TILES = 65_535  # by the standard


def check_size(pixel_data: bytes, rows: int, cols: int) -> None:
    """Refuse a codestream whose size is not the dataset's, or which is cut to tiny tiles.

    OpenJPEG would set up memory for what it claims, and work on it for seconds.

    Args:
        pixel_data: Encapsulated pixel data, with a codestream in it.
        rows: Of the dataset.
        cols: Of the dataset.

    Raises:
        CorruptImageError: There is no codestream, or its size is another.

    Reference: ITU-T T.800, A.5.1.
    """
    at = pixel_data.find(SIZE_HEADER)
    try:
        right, bottom, left, top, tile_width, tile_height, _, _, components = struct.unpack_from(
            ">8IH", pixel_data, at + len(SIZE_HEADER) + 4
        )
    except struct.error as error:
        raise CorruptImageError from error
    is_same = (bottom - top, right - left, components) == (rows, cols, 1)
    if at < 0 or not is_same or not tile_width or not tile_height:
        raise CorruptImageError
    if -(-right // tile_width) * -(-bottom // tile_height) > MOST_TILES:
        raise CorruptImageError
