"""Codestreams that break off, lie or are damaged are refused, and cost at most one process."""

import contextlib
import functools
import time
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pytest

from pipeline.build import build_models
from pipeline.errors import (
    CorruptImageError,
    InputError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.protocols import Role
from pipeline.reading import FileReader, jpeg
from pipeline.settings import Settings
from pipeline.steps import read
from pipeline.workers.worker import Cancellation, Worker
from tests.pipeline.reading.coded import LOSSLESS, coder_of, packed, stored
from tests.pipeline.reading.crafted import saved

READER = FileReader(Settings(min_side_px=8))
MUTANTS = 60  # of each syntax; 2,000 in the long run
LONGEST_ANSWER_S = 5.0
JPEG_2000 = [syntax for syntax in LOSSLESS if syntax not in jpeg.DECODER_DEPENDENCIES]


@pytest.mark.parametrize("syntax", jpeg.DECODER_DEPENDENCIES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_codestream_that_breaks_off_is_refused(syntax: str, share: float) -> None:
    pixels = stored(np.uint16, 12)
    encode = coder_of(syntax)
    whole = encode(pixels, 12)
    cut = packed(pixels, 12, syntax, whole[: int(len(whole) * share)])
    with pytest.raises(CorruptImageError):
        READER.read(saved(cut))


@pytest.mark.parametrize("syntax", jpeg.DECODER_DEPENDENCIES)
def test_a_codestream_of_another_size_is_refused_before_it_is_decoded(
    syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = stored(np.uint8, 8)
    codestream = bytearray(coder_of(syntax)(pixels, 8))
    at = codestream.index(b"\x08\x00\xc8\x00\xaa") + 1  # 8 bits, 200 rows, 170 columns
    codestream[at : at + 4] = b"\xff\xff\xff\xff"
    asked: list[bytes] = []
    for decoder in ("jpeg8_decode", "jpegls_decode"):
        monkeypatch.setattr(imagecodecs, decoder, asked.append)
    with pytest.raises(CorruptImageError):
        READER.read(saved(packed(pixels, 8, syntax, bytes(codestream))))
    assert asked == []


def test_the_frame_header_is_found_behind_other_segments() -> None:
    start, comment = b"\xff\xd8", b"\xff\xfe\x00\x05abc"
    frame = b"\xff\xff\xc3\x00\x0b\x0c\x01\x02\x03\x04\x01\x00\x11\x00"
    assert jpeg.frame_header(start + comment + frame) == (12, 258, 772, 1)
    for broken in (b"", start, start + comment, start + frame[:8], b"\xff\x4f" + frame):
        with pytest.raises(CorruptImageError):
            jpeg.frame_header(broken)


@pytest.mark.parametrize("syntax", JPEG_2000)
@pytest.mark.parametrize("at", [8, 12, 24, 28])  # its width and height, those of its tiles
@pytest.mark.parametrize("claimed", [0, 1, 171, 15_925_504])
def test_a_jpeg_2000_codestream_of_another_size_is_refused(
    syntax: str, at: int, claimed: int
) -> None:
    pixels = stored(np.uint16, 12, rows=300, cols=300)
    data = bytearray(coder_of(syntax)(pixels, 12))
    data[at : at + 4] = claimed.to_bytes(4, "big")
    made = saved(packed(pixels, 12, syntax, bytes(data)))
    begun = time.monotonic()
    if at >= 24 and claimed > 1:  # tiles of another size: broken or not, there are few
        with contextlib.suppress(CorruptImageError):
            READER.read(made)
    else:
        with pytest.raises(CorruptImageError):
            READER.read(made)
    assert time.monotonic() - begun < 1


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    limited = Worker(Role.DECODE, Settings(threads=1, decode_seconds=5.0), build_models)
    yield limited
    limited.close()


def mutants(whole: bytes, seed: int) -> Iterator[bytes]:
    """Bytes changed in the codestream and its head, parts lost or doubled, and impossible sizes."""
    random = np.random.default_rng(seed)
    head = whole.index(b"\xfe\xff\x00\xe0", 400)
    for number in range(MUTANTS):
        data = bytearray(whole)
        end = min(len(data), head + 400) if number % 2 else len(data)
        for at in random.integers(head, end, random.integers(1, 6)):
            data[at] = random.integers(256)
        if number % 5 == 2:
            del data[random.integers(head, len(data)) :]
        if number % 5 == 3:
            first, last = np.sort(random.integers(head, len(data), 2))
            data[first:first] = data[first:last]
        yield bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("syntax", [*jpeg.DECODER_DEPENDENCIES, *JPEG_2000])
def test_broken_codestreams_cost_at_most_the_decoding_process(worker: Worker, syntax: str) -> None:
    pixels = stored(np.uint16, 12)
    encode = coder_of(syntax)
    whole = saved(packed(pixels, 12, syntax, encode(pixels, 12)))
    answers = set()
    for data in (whole, *mutants(whole, int(syntax.rpartition(".")[2]))):
        begun = time.monotonic()
        try:
            (found,) = worker.run(
                functools.partial(read, data=data),
                limit_s=LONGEST_ANSWER_S,
                cancellation=Cancellation(),
                progress=lambda event: None,
            )
            answers.add("read" if found.value.shape == pixels.shape else "other shape")
        except (InputError, WorkerDiedError, StepTimedOutError) as error:
            answers.add(error.code)
        assert time.monotonic() - begun < LONGEST_ANSWER_S
    assert {"read", "image_corrupt"} <= answers
    assert answers <= {"read", "image_corrupt", "dicom_no_pixels", "worker_died", "decode_limit"}
