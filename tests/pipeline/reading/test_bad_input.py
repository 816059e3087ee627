"""Every bad file gets its own error through the real decode worker, in time, and hurts nobody."""

import io
import os
import signal
import time
from collections.abc import Iterator

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.uid import JPEG2000Lossless

from pipeline.errors import InputError
from pipeline.protocols import Role
from pipeline.reading import FileReader
from pipeline.settings import Settings
from pipeline.workers.workers import Workers
from tests.fakes import FakeModels, fake_build, fake_models
from tests.pipeline.reading.crafted import dataset, deflated_bomb, huge_png, picture, ramp, saved

SETTINGS = Settings(threads=1, write_report=False)
LONGEST_ANSWER_S = 5.0


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(SETTINGS, fake_build) as started:
        started.warm((Role.DECODE, Role.VISION))
        yield started


def photo() -> bytes:
    random = np.random.default_rng(0)
    blocks = np.kron(random.integers(0, 255, (8, 8, 3)), np.ones((32, 32, 1)))
    return picture(Image.fromarray(blocks.astype(np.uint8)), "JPEG")


def truncated_jpeg() -> bytes:
    whole = picture(Image.fromarray(ramp(512)), "JPEG")
    return whole[: len(whole) // 2]


def lying_jpeg2000() -> bytes:
    """A small codestream that claims 65,535 x 65,535 behind a modest DICOM header."""
    made = dataset(np.tile(ramp(64), (1, 1)), bits=8)
    made.compress(JPEG2000Lossless)
    data = bytearray(saved(made))
    size = data.index(b"\xff\x4f\xff\x51") + 8  # SIZ: marker, length, capability, then sizes
    data[size : size + 8] = b"\x00\x00\xff\xff\x00\x00\xff\xff"
    data[size + 16 : size + 24] = b"\x00\x00\xff\xff\x00\x00\xff\xff"
    return bytes(data)


def huge_webp() -> bytes:
    """A header that claims 16,384 x 16,384 pixels with animation."""
    body = b"VP8X" + (10).to_bytes(4, "little") + b"\x02\0\0\0" + b"\xff\x3f\0" * 2
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


BAD_FILES = {
    "empty file": ("file_empty", lambda: b""),
    "text named .png": ("format_unknown", lambda: b"not an image at all\n" * 20),
    "truncated JPEG": ("image_corrupt", truncated_jpeg),
    "truncated PNG": ("image_corrupt", lambda: picture(Image.fromarray(ramp(256)))[:200]),
    "20,000 x 20,000 PNG": ("image_too_large", huge_png),
    "huge WEBP": ("image_too_large", huge_webp),
    "DICOM without pixels": ("dicom_no_pixels", lambda: saved(dataset(None))),
    "multi-frame DICOM": (
        "dicom_multi_frame",
        lambda: saved(dataset(np.zeros((3, 64, 64), np.uint16), bits=12, NumberOfFrames=3)),
    ),
    "lying DICOM": (
        "image_too_large",
        lambda: saved(dataset(ramp(), bits=8, Rows=65535, Columns=65535)),
    ),
    "lying JPEG 2000": ("image_corrupt", lying_jpeg2000),
    "deflated bomb": ("decode_limit", deflated_bomb),
    "colour photo": ("image_colour", photo),
    "201 MB": ("file_too_large", lambda: bytes(201_000_000)),
    "1 x 1": ("image_too_small", lambda: picture(Image.new("L", (1, 1)))),
    "blank": ("image_blank", lambda: picture(Image.new("L", (256, 256), 90))),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_answered_in_time_with_its_own_code(workers: Workers, name: str) -> None:
    code, make = BAD_FILES[name]
    data = make()
    begun = time.monotonic()
    job = workers.submit(data, SETTINGS)
    assert job.wait(30)
    assert job.error is not None
    assert job.error.code == code
    assert time.monotonic() - begun < LONGEST_ANSWER_S


def test_after_them_all_a_good_radiograph_is_read(workers: Workers) -> None:
    job = workers.submit(picture(Image.fromarray(ramp(128))), SETTINGS)
    assert job.wait(30)
    assert job.result is not None


class DyingReader:
    def read(self, data: bytes) -> None:
        os.kill(os.getpid(), signal.SIGSEGV if data == b"segfault" else signal.SIGABRT)


class SlowReader:
    def read(self, data: bytes) -> None:
        time.sleep(60)


class GreedyReader:
    def read(self, data: bytes) -> int:
        return len(bytearray(8_000_000_000))


def dying_reader(role: Role, chosen: Settings) -> FakeModels:
    return fake_models(chosen, reader=DyingReader())


def slow_reader(role: Role, chosen: Settings) -> FakeModels:
    return fake_models(chosen, reader=SlowReader())


def greedy_reader(role: Role, chosen: Settings) -> FakeModels:
    return fake_models(chosen, reader=GreedyReader())


@pytest.mark.parametrize(
    ("build", "data", "code"),
    [
        (dying_reader, b"segfault", "decoder_ended"),
        (dying_reader, b"abort", "decoder_ended"),
        (slow_reader, b"slow", "decode_limit"),
        (greedy_reader, b"greedy", "decode_limit"),
    ],
)
def test_a_decoders_death_sloth_or_greed_has_its_own_code(
    build: object, data: bytes, code: str
) -> None:
    with Workers(Settings(decode_seconds=1.0), build) as started:
        job = started.submit(data, SETTINGS)
        assert job.wait(30)
        assert job.error is not None
        assert job.error.code == code


# --- properties ----------------------------------------------------------------------------------

READER = FileReader(Settings(min_side_px=8, max_megapixels=1))
GOOD_FILES = [
    picture(Image.fromarray(ramp(32))),
    picture(Image.fromarray(ramp(32)), "JPEG"),
    picture(Image.fromarray(ramp(32)).convert("RGB"), "WEBP"),
    saved(dataset(ramp(32), bits=8)),
]


def jpeg2000_file() -> bytes:
    made = dataset(ramp(32), bits=8)
    made.compress(JPEG2000Lossless)
    return saved(made)


def answered(data: bytes) -> None:
    """A radiograph or an `InputError`, nothing else."""
    try:
        radiograph = READER.read(data)
    except InputError:
        return
    assert radiograph.pixels.dtype == np.float32


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_give_only_input_errors(data: bytes) -> None:
    answered(data)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 ", bytes(128) + b"DICM"]
    ),
    st.binary(max_size=300),
)
def test_random_bytes_behind_a_known_start_give_only_input_errors(head: bytes, rest: bytes) -> None:
    answered(head + rest)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(GOOD_FILES), st.integers(0, 2000))
def test_truncations_give_only_input_errors(data: bytes, length: int) -> None:
    answered(data[:length])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(GOOD_FILES), st.integers(0, 2000), st.integers(0, 255))
def test_a_changed_byte_gives_a_radiograph_or_an_input_error(
    data: bytes, at: int, value: int
) -> None:
    changed = bytearray(data)
    changed[at % len(data)] = value
    answered(bytes(changed))


def test_the_good_files_are_good() -> None:
    for data in (*GOOD_FILES, jpeg2000_file()):
        assert READER.read(data).shape == (32, 32)
    assert pydicom.dcmread(io.BytesIO(jpeg2000_file())).file_meta.TransferSyntaxUID
