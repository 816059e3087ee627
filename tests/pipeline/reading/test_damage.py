"""Damage that a decoder reads over is refused, and work without end is not begun."""

import time

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from pipeline.errors import CorruptImageError, DecodeLimitError
from pipeline.phantom.drawing import draw_phantom
from pipeline.reading import FileReader
from pipeline.settings import Settings
from tests.pipeline.reading.coded import chest, coder_of, packed
from tests.pipeline.reading.crafted import dataset, deflated_bomb, picture, ramp, saved

READER = FileReader(Settings())
GREY = np.round(draw_phantom(0).pixels * 255).astype(np.uint8)
ENCODERS = {
    "JPEG": {"kind": "JPEG", "quality": 90},
    "progressive JPEG": {"kind": "JPEG", "quality": 90, "progressive": True},
    "JPEG with restarts": {"kind": "JPEG", "quality": 90, "restart_marker_rows": 4},
    "WEBP": {"kind": "WEBP", "quality": 90},
    "lossless WEBP": {"kind": "WEBP", "lossless": True},
}


def encoded(name: str, image: Image.Image | None = None) -> bytes:
    options = dict(ENCODERS[name])
    return picture(image or Image.fromarray(GREY), str(options.pop("kind")), **options)


def overwritten(data: bytes, at: int, count: int = 40) -> bytes:
    return data[:at] + bytes(count) + data[at + count :]


@pytest.mark.parametrize("name", ENCODERS)
def test_a_file_damaged_inside_is_refused(name: str) -> None:
    data = encoded(name)
    refused, wrong = 0, 0
    whole = READER.read(data).pixels
    places = range(len(data) // 4, len(data) - 100, len(data) // 20)
    for at in places:
        try:
            found = READER.read(overwritten(data, at)).pixels
        except CorruptImageError:
            refused += 1
        else:
            wrong += int((np.abs(found - whole) > 0.1).mean() > 0.01)
    assert refused > 0.8 * len(places)
    assert wrong == 0


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("shape", [(64, 64), (67, 301), (300, 280)])
def test_a_whole_file_is_not(name: str, shape: tuple[int, int]) -> None:
    grey = np.round(chest(*shape) * 255).astype(np.uint8)
    for image in (Image.fromarray(grey), Image.fromarray(ramp(max(shape)))):
        data = encoded(name, image)
        assert READER.read(data).source_shape == (image.height, image.width)
    cmyk = picture(Image.fromarray(grey).convert("CMYK"), "JPEG")
    assert READER.read(cmyk).source_shape == shape


@pytest.mark.parametrize(
    "syntax", [JPEGBaseline8Bit, "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.70"]
)
def test_a_damaged_jpeg_in_dicom_is_refused(syntax: str) -> None:
    codestream = coder_of(syntax)(GREY, 8)
    assert READER.read(saved(packed(GREY, 8, syntax, codestream))).shape == GREY.shape
    broken = overwritten(codestream, len(codestream) // 2)
    with pytest.raises(CorruptImageError):
        READER.read(saved(packed(GREY, 8, syntax, broken)))


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is there again and again."""
    data = picture(Image.fromarray(GREY), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xc4") if data.rindex(b"\xff\xc4") > data.rindex(b"\xff\xda") else 0
    start = last or data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * count + data[-2:]


def test_a_jpeg_of_thousands_of_scans_is_refused_at_once() -> None:
    data = many_scans(2000)
    made = dataset(GREY, bits=8)
    made.PixelData = encapsulate([data])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    for file in (data, saved(made)):
        begun = time.process_time()
        with pytest.raises(DecodeLimitError):
            READER.read(file)
        assert time.process_time() - begun < 2


def test_a_deflated_bomb_without_preamble_is_refused_before_it_is_inflated() -> None:
    bomb = deflated_bomb()
    begun = time.monotonic()
    with pytest.raises(DecodeLimitError):
        READER.read(bomb[132:])
    assert time.monotonic() - begun < 5
