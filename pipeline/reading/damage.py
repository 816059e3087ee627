"""Damage that decoders pass over: what they warn of in a JPEG, and what a WEBP leaves unread."""

import io

from pipeline.errors import CorruptImageError, DecodeLimitError

MOST_SCANS = 64  # a progressive JPEG has about ten; each is work on every pixel
START_OF_SCAN = b"\xff\xda"
WEBP_CHUNKS = (b"VP8 ", b"VP8L")
UNREAD = 16  # bytes of a WEBP's image that a decoder cannot do without


def check_scans(codestream: bytes) -> None:
    """Refuse a JPEG of more scans than any encoder makes (`DecodeLimitError`)."""
    if codestream.count(START_OF_SCAN) > MOST_SCANS:
        raise DecodeLimitError


def check_jpeg(codestream: bytes) -> None:
    """Refuse a JPEG that its decoder warns of (`CorruptImageError`).

    Pillow reads on and says nothing, up to half of the pixels wrong. libjpeg-turbo, asked to be
    strict, ends at the first warning. What it cannot decode at all (12 bits, four colours) is left
    to the decoder that can. Asked for a smaller picture, which would be faster, it dies of
    lossless codestreams.
    """
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(codestream, colorspace="GRAY", strict=True)
    except ValueError as error:
        try:
            simplejpeg.decode_jpeg(codestream, colorspace="GRAY", strict=False)
        except ValueError:
            return
        raise CorruptImageError from error


def check_webp(data: bytes) -> None:
    """Refuse a still WEBP whose decoder did not need its last bytes (`CorruptImageError`).

    The format has no checksum. A decoder that lost its way inside comes to the last pixel too
    early, so the picture can be decoded without the end of its data; a whole one cannot.
    """
    from PIL import Image

    shortened = _without_end(data)
    if shortened is None:
        return
    try:
        Image.open(io.BytesIO(shortened), formats=["WEBP"]).load()
    except Exception:
        return
    raise CorruptImageError


def _without_end(data: bytes) -> bytes | None:
    """A WEBP that ends a little before its image does; `None` without a still image."""
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind in WEBP_CHUNKS:
            body = data[at + 8 : at + 8 + max(0, size - UNREAD)]
            chunk = kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
            shortened = data[12:at] + chunk
            return b"RIFF" + (len(shortened) + 4).to_bytes(4, "little") + b"WEBP" + shortened
        at += 8 + size + size % 2
    return None
