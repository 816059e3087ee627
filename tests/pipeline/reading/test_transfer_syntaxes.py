"""Every transfer syntax a hospital uses: the same pixels, or those that a lossy coder may leave."""

import os
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames

from pipeline.errors import PresentationStateError
from pipeline.reading import FileReader
from pipeline.settings import Settings
from tests.pipeline.reading.coded import (
    DEPTHS,
    LOSSLESS,
    decoded,
    jpeg_ls,
    lossless_jpeg,
    packed,
    stored,
)
from tests.pipeline.reading.crafted import dataset, saved

READER = FileReader(Settings(min_side_px=8))
OF_PYDICOM = Path(pydicom.__file__).parent / "data" / "test_files"
OF_HOSPITALS = Path(os.environ.get("EXPLAINCXR_DATA", "../shared/data")) / "dicom"


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize(("kind", "bits"), [*DEPTHS, (np.int16, 12), (np.int16, 16)])
def test_lossless_pixels_come_back_as_they_were(syntax: str, kind: type, bits: int) -> None:
    pixels = stored(kind, bits)
    made = packed(pixels, bits, syntax, LOSSLESS[syntax](pixels, bits))
    np.testing.assert_array_equal(decoded(made), pixels)
    np.testing.assert_array_equal(
        READER.read(saved(made)).pixels, READER.read(saved(dataset(pixels, bits=bits))).pixels
    )


@pytest.mark.parametrize("predictor", range(1, 8))
def test_every_predictor_of_lossless_jpeg_is_read(predictor: int) -> None:
    pixels = stored(np.uint16, 12)
    codestream = lossless_jpeg(predictor)(pixels, 12)
    np.testing.assert_array_equal(
        decoded(packed(pixels, 12, "1.2.840.10008.1.2.4.57", codestream)), pixels
    )


def test_eight_bits_in_sixteen_allocated_are_read() -> None:
    pixels = stored(np.uint16, 8)
    for syntax, encode in (
        ("1.2.840.10008.1.2.4.70", lossless_jpeg(1)),
        ("1.2.840.10008.1.2.4.80", jpeg_ls),
    ):
        made = packed(pixels, 8, syntax, encode(pixels.astype(np.uint8), 8))
        np.testing.assert_array_equal(decoded(made), pixels)


def test_what_is_behind_the_end_is_let_be() -> None:
    pixels = stored(np.uint16, 12)
    codestream = lossless_jpeg(1)(pixels, 12)
    for padding in (b"\0", b"\xff\0", b"\0" * 16):
        made = packed(pixels, 12, "1.2.840.10008.1.2.4.70", codestream + padding)
        np.testing.assert_array_equal(decoded(made), pixels)


@pytest.mark.parametrize("bits", [8, 12])
def test_jpeg_extended_is_read_at_both_its_depths(bits: int) -> None:
    pixels = stored(np.uint8 if bits == 8 else np.uint16, bits)
    codestream = imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=bits)
    found = decoded(packed(pixels, bits, "1.2.840.10008.1.2.4.51", codestream)).astype(int)
    assert np.abs(found - pixels).max() <= 2**bits * 0.02
    assert np.abs(found - pixels).mean() > 0  # it is the lossy coder that was asked


def test_a_lossy_step_over_the_largest_value_stays_white() -> None:
    """And does not come back as black, as it would where the unused bits are cut off."""
    pixels = np.zeros((64, 64), np.uint16)
    pixels[:, 27:] = 1023
    codestream = imagecodecs.jpeg8_encode(pixels, level=60, bitspersample=12)
    assert imagecodecs.jpeg8_decode(codestream).max() > 1023
    found = decoded(packed(pixels, 10, "1.2.840.10008.1.2.4.51", codestream))
    assert found[:, 32:].min() > 900
    assert found.max() == 1023


def test_near_lossless_jpeg_ls_stays_within_its_bound() -> None:
    pixels = stored(np.uint16, 12)
    codestream = imagecodecs.jpegls_encode(pixels, level=3)
    found = decoded(packed(pixels, 12, "1.2.840.10008.1.2.4.81", codestream)).astype(int)
    assert np.abs(found - pixels).max() == 3


def test_jpeg_ls_of_other_programs_reads_as_the_plain_file() -> None:
    plain = pydicom.dcmread(OF_PYDICOM / "MR_small.dcm").pixel_array
    of_other = pydicom.dcmread(OF_PYDICOM / "MR_small_jpeg_ls_lossless.dcm")
    assert plain.dtype == np.int16
    np.testing.assert_array_equal(decoded(of_other), plain)


def test_twelve_bit_jpeg_of_another_program_is_read() -> None:
    made = pydicom.dcmread(OF_PYDICOM / "JPGExtended.dcm")
    found = decoded(made)
    assert (found.shape, found.min(), found.max()) == ((1024, 256), 0, 264)


@pytest.mark.parametrize("depth", ["08", "16"])
def test_near_lossless_jpeg_ls_of_another_program_is_read(depth: str) -> None:
    """Compared with the values that pydicom's own tests give for these files."""
    found = decoded(pydicom.dcmread(OF_PYDICOM / f"JPEGLSNearLossless_{depth}.dcm"))
    scale = {"08": 1, "16": 256}[depth]
    assert found.shape == {"08": (45, 10), "16": (50, 10)}[depth]
    assert found.max() <= 256 * scale - 1
    assert len(np.unique(found)) > 2


@pytest.mark.skipif(not OF_HOSPITALS.is_dir(), reason="needs the hospitals' files")
def test_a_hospitals_lossless_jpeg_is_decoded_as_another_decoder_does() -> None:
    made = pydicom.dcmread(OF_HOSPITALS / "fo_modality_lut_jpeglossless.dcm")
    (codestream,) = generate_frames(made.PixelData, number_of_frames=1)
    found = decoded(made)
    np.testing.assert_array_equal(found, imagecodecs.ljpeg_decode(codestream))
    assert (found.shape, found.min(), found.max()) == ((1576, 1976), 0, 1023)


def test_a_presentation_state_is_called_by_its_name() -> None:
    state = dataset(None, SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1")
    state.file_meta.MediaStorageSOPClassUID = state.SOPClassUID
    with pytest.raises(PresentationStateError):
        READER.read(saved(state))


# --- look-up tables whose files leave their types open -------------------------------------------


@pytest.mark.parametrize(("kind", "first"), [(np.uint16, 2), (np.int16, -2)])
def test_a_table_in_implicit_representation_begins_where_it_says(kind: type, first: int) -> None:
    """`LUTDescriptor` is signed where the pixels are; implicit files do not say which."""
    table = Dataset()
    table.LUTDescriptor = [4, first & 0xFFFF, 8]
    table["LUTDescriptor"].VR = "US"
    table.LUTData = np.array([0, 51, 204, 255], np.uint16).tobytes()
    table["LUTData"].VR = "OW"
    pixels = (np.array([[0, 1], [2, 3]]) + first).astype(kind)
    made = dataset(pixels, bits=12, VOILUTSequence=[table])
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    found = FileReader(Settings(min_side_px=2)).read(saved(made)).pixels
    np.testing.assert_allclose(found, [[0, 0.2], [0.8, 1.0]], atol=1e-6)
