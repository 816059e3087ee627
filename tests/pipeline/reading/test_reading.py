"""Reading: crafted files, with pixel values worked out by hand."""

import hashlib
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from pipeline.errors import (
    BlankImageError,
    ColourImageError,
    CorruptImageError,
    DicomWithoutPixelsError,
    ImageTooLargeError,
    ImageTooSmallError,
    MultiFrameDicomError,
    UnknownFormatError,
    UnsupportedDicomError,
)
from pipeline.reading import FileReader
from pipeline.reading.deidentify import deidentified
from pipeline.settings import Settings
from pipeline.types import ImageFormat, Radiograph, ReadingNote
from tests.pipeline.reading.crafted import dataset, picture, ramp, saved

SETTINGS = Settings(min_side_px=2)
IDENTIFIERS = ReadingNote.IDENTIFIERS_REMOVED


def read(data: bytes, **changes: Any) -> Radiograph:
    return FileReader(replace(SETTINGS, **changes)).read(data)


def close(radiograph: Radiograph, expected: list[list[float]], atol: float = 1e-6) -> None:
    np.testing.assert_allclose(radiograph.pixels, expected, atol=atol)


def table_of(values: list[int], bits: int) -> Dataset:
    table = Dataset()
    table.LUTDescriptor = [len(values), 0, bits]
    table.LUTData = np.array(values, np.uint16).tobytes()
    table["LUTData"].VR = "OW"
    return table


def test_eight_bits_are_taken_as_shown_on_a_screen() -> None:
    data = picture(Image.fromarray(np.array([[0, 51], [102, 255]], np.uint8)))
    radiograph = read(data)
    close(radiograph, [[0, 0.2], [0.4, 1.0]])
    assert radiograph.sha256 == hashlib.sha256(data).hexdigest()
    assert (radiograph.format, radiograph.source_shape, radiograph.notes) == (
        ImageFormat.PNG,
        (2, 2),
        (),
    )
    assert radiograph.spacing_mm is None


def test_sixteen_bits_are_stretched_to_their_own_range() -> None:
    data = picture(Image.fromarray(np.array([[1000, 2000], [3000, 5000]], np.uint16)))
    assert read(data).pixels.tolist() == [[0.0, 0.25], [0.5, 1.0]]


def test_a_grey_radiograph_saved_in_colour_reads_the_same() -> None:
    grey = Image.fromarray(ramp())
    as_rgb, as_palette = grey.convert("RGB"), grey.convert("P")
    expected = read(picture(grey)).pixels
    for image in (as_rgb, as_palette):
        radiograph = read(picture(image))
        np.testing.assert_allclose(radiograph.pixels, expected, atol=1e-6)
        assert radiograph.notes == ()


def test_transparency_is_laid_on_black() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = 255, [[255, 0], [51, 255]]
    radiograph = read(picture(Image.fromarray(pixels)))
    close(radiograph, [[1.0, 0.0], [0.2, 1.0]])
    assert radiograph.notes == (ReadingNote.ALPHA_FLATTENED,)


def test_an_opaque_alpha_channel_is_nothing_to_tell() -> None:
    image = Image.fromarray(ramp()).convert("RGBA")
    radiograph = read(picture(image))
    np.testing.assert_allclose(radiograph.pixels[0], ramp()[0] / 255, atol=1e-6)
    assert radiograph.notes == ()


def test_exif_orientation_turns_the_radiograph() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    pixels = np.zeros((64, 128), np.uint8)
    pixels[:, :64] = 255
    radiograph = read(picture(Image.fromarray(pixels), "JPEG", exif=exif, quality=95))
    assert radiograph.pixels.shape == (128, 64)
    assert radiograph.pixels[:60].mean() > 0.98
    assert radiograph.pixels[68:].mean() < 0.02
    assert radiograph.notes == (ReadingNote.ROTATED,)


def test_webp_is_read() -> None:
    radiograph = read(picture(Image.fromarray(ramp()).convert("RGB"), "WEBP", lossless=True))
    assert radiograph.format is ImageFormat.WEBP
    np.testing.assert_allclose(radiograph.pixels[0], ramp()[0] / 255, atol=1e-6)


def test_a_lossy_webp_is_read_too() -> None:
    radiograph = read(picture(Image.fromarray(ramp()).convert("RGB"), "WEBP", quality=90))
    np.testing.assert_allclose(radiograph.pixels[0], ramp()[0] / 255, atol=0.05)


def test_a_large_radiograph_is_reduced_by_area_averaging() -> None:
    pixels = np.array([[0, 100, 200, 200], [0, 100, 200, 0], [0, 0, 0, 0], [4, 4, 4, 4]], np.uint8)
    radiograph = read(picture(Image.fromarray(np.tile(pixels, (32, 32)))), working_side_px=64)
    close(radiograph, np.tile([[50 / 255, 150 / 255], [2 / 255, 2 / 255]], (32, 32)))
    assert radiograph.source_shape == (128, 128)
    assert radiograph.notes == (ReadingNote.REDUCED,)


def test_a_tinted_scan_and_a_coloured_mark_pass() -> None:
    tint = np.stack([ramp() * 0.7, ramp() * 0.85, ramp() * 1.0], axis=2).astype(np.uint8)
    tint[2:10, 2:10] = (255, 0, 0)
    radiograph = read(picture(Image.fromarray(tint)))
    assert radiograph.notes == (ReadingNote.COLOUR_AVERAGED,)
    assert radiograph.pixels[3, 3] == pytest.approx(1 / 3)
    assert radiograph.pixels[20, 63] == pytest.approx((178 + 216 + 255) / 3 / 255, abs=1e-3)


def test_a_colour_photograph_is_refused() -> None:
    random = np.random.default_rng(0)
    photo = np.kron(random.integers(0, 255, (8, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    with pytest.raises(ColourImageError):
        read(picture(Image.fromarray(photo)))


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_is_refused(value: int) -> None:
    with pytest.raises(BlankImageError):
        read(picture(Image.fromarray(np.full((64, 64), value, np.uint8))))


def test_sizes_are_checked() -> None:
    with pytest.raises(ImageTooSmallError) as small:
        read(picture(Image.fromarray(ramp(63))), min_side_px=64)
    assert small.value.parameters == {"rows": 63, "cols": 63, "limit_px": 64}
    with pytest.raises(ImageTooLargeError) as large:
        read(picture(Image.new("1", (1100, 1000))), max_megapixels=1)
    assert large.value.parameters == {"rows": 1000, "cols": 1100, "limit_megapixels": 1}
    strip = Image.fromarray(np.zeros((64, 4096), np.uint8))
    with pytest.raises(ImageTooSmallError):  # 16 rows would be left on the working grid
        read(picture(strip), min_side_px=64)


# --- DICOM ---------------------------------------------------------------------------------------

TWELVE_BITS = np.array([[0, 1000], [2000, 4000]], np.uint16)


def test_monochrome2_without_a_window_is_stretched() -> None:
    radiograph = read(saved(dataset(TWELVE_BITS, bits=12)))
    assert radiograph.pixels.tolist() == [[0.0, 0.25], [0.5, 1.0]]
    assert (radiograph.format, radiograph.notes) == (ImageFormat.DICOM, (IDENTIFIERS,))


def test_monochrome1_is_inverted_last() -> None:
    made = dataset(TWELVE_BITS, "MONOCHROME1", bits=12, WindowCenter=1000.5, WindowWidth=1001)
    radiograph = read(saved(made))
    # the window maps 500..1500 to 0..1 of what is stored; only then black becomes white
    close(radiograph, [[1.0, 0.5], [0.0, 0.0]], 1e-3)
    assert radiograph.notes == (IDENTIFIERS, ReadingNote.INVERTED)


def test_a_window_acts_on_rescaled_values() -> None:
    made = dataset(
        TWELVE_BITS,
        bits=12,
        RescaleSlope=2,
        RescaleIntercept=-1000,
        RescaleType="US",
        WindowCenter=3000,
        WindowWidth=8000,
        VOILUTFunction="LINEAR_EXACT",
    )
    # 2 x - 1000 = -1000, 1000, 3000, 7000; the window is -1000..7000
    close(read(saved(made)), [[0, 0.25], [0.5, 1.0]], 1e-6)


def test_a_voi_table_is_looked_up() -> None:
    table = table_of([0, 51, 204, 255], 8)
    made = dataset(np.array([[0, 1], [2, 3]], np.uint16), bits=12, VOILUTSequence=[table])
    close(read(saved(made)), [[0, 0.2], [0.8, 1.0]], 1e-6)


def test_a_modality_table_is_looked_up_first() -> None:
    table = table_of([1000, 1000, 2000, 5000], 16)
    table.ModalityLUTType = "US"
    made = dataset(np.array([[0, 1], [2, 3]], np.uint16), bits=12, ModalityLUTSequence=[table])
    assert read(saved(made)).pixels.tolist() == [[0.0, 0.0], [0.25, 1.0]]


def test_signed_values_are_read() -> None:
    made = dataset(np.array([[-100, 0], [100, 300]], np.int16), bits=16)
    assert read(saved(made)).pixels.tolist() == [[0.0, 0.25], [0.5, 1.0]]


def test_an_eight_bit_radiograph_reads_as_its_png() -> None:
    radiograph = read(saved(dataset(ramp(), bits=8)))
    np.testing.assert_array_equal(radiograph.pixels, read(picture(Image.fromarray(ramp()))).pixels)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_lossless_compression_changes_nothing(syntax: str) -> None:
    pixels = np.tile(TWELVE_BITS, (32, 32))
    plain, packed = dataset(pixels, bits=12), dataset(pixels, bits=12)
    packed.compress(syntax)
    np.testing.assert_array_equal(read(saved(packed)).pixels, read(saved(plain)).pixels)


def test_jpeg_baseline_is_read() -> None:
    made = dataset(ramp(), bits=8)
    jpeg = picture(Image.fromarray(ramp()), "JPEG", quality=95)
    made.PixelData = pydicom.encaps.encapsulate([jpeg])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    np.testing.assert_allclose(read(saved(made)).pixels[0], ramp()[0] / 255, atol=0.03)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_byte_orders_are_read(syntax: str) -> None:
    pixels = TWELVE_BITS if syntax == ImplicitVRLittleEndian else TWELVE_BITS.byteswap()
    made = dataset(TWELVE_BITS, bits=12)
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OW"
    made.file_meta.TransferSyntaxUID = syntax
    assert read(saved(made)).pixels.tolist() == [[0.0, 0.25], [0.5, 1.0]]


@pytest.mark.parametrize("keep_meta", [True, False])
def test_dicom_without_its_preamble_is_read(keep_meta: bool) -> None:
    made = dataset(np.tile(TWELVE_BITS, (8, 8)), bits=12)
    whole = saved(made)
    if keep_meta:
        bare = whole[132:]
    else:
        stream = io.BytesIO()
        made.file_meta = FileMetaDataset()
        pydicom.dcmwrite(stream, made, implicit_vr=False, little_endian=True)
        bare = stream.getvalue()
    np.testing.assert_array_equal(read(bare).pixels, read(whole).pixels)


def test_what_is_no_single_grey_frame_is_refused() -> None:
    frames = dataset(np.zeros((3, 64, 64), np.uint16), bits=12, NumberOfFrames=3)
    with pytest.raises(MultiFrameDicomError) as several:
        read(saved(frames))
    assert several.value.parameters == {"frames": 3}
    with pytest.raises(DicomWithoutPixelsError):
        read(saved(dataset(None)))
    colour = dataset(np.zeros((64, 192), np.uint8), "RGB", SamplesPerPixel=3, Columns=64)
    colour.PlanarConfiguration = 0
    with pytest.raises(UnsupportedDicomError) as rgb:
        read(saved(colour))
    assert rgb.value.parameters == {"what": "RGB"}


def test_an_unsupported_syntax_is_named_and_the_files_own_text_is_not() -> None:
    made = dataset(TWELVE_BITS, bits=12)
    made.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8nonsense"])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
    with pytest.raises(UnsupportedDicomError) as syntax:
        read(saved(made))
    assert str(syntax.value.parameters["what"]).startswith("MPEG2")
    named = dataset(TWELVE_BITS, "IVANOV", bits=12)
    with pytest.raises(UnsupportedDicomError) as photometric:
        read(saved(named))
    assert "IVANOV" not in str(photometric.value)


def test_a_size_that_pixels_cannot_fill_is_refused() -> None:
    with pytest.raises(ImageTooLargeError):
        read(saved(dataset(TWELVE_BITS, bits=12, Rows=65535, Columns=65535)))
    with pytest.raises(CorruptImageError):
        read(saved(dataset(TWELVE_BITS, bits=12, Rows=500, Columns=500)))


PLANTED = {
    "PatientName": "SECRET^NAME",
    "PatientID": "SECRETID",
    "PatientBirthDate": "19610203",
    "PatientAddress": "SECRET STREET",
    "OtherPatientIDs": "SECRETOTHER",
    "InstitutionName": "SECRET HOSPITAL",
    "ReferringPhysicianName": "SECRET^DOCTOR",
    "StudyDate": "20200305",
    "AccessionNumber": "SECRET77",
    "StudyDescription": "SECRET STUDY",
    "ImageComments": "SECRET COMMENT",
    "StationName": "SECRETROOM",
    "StudyInstanceUID": "1.2.3.4.5.6.7.8.9",
    "DeviceSerialNumber": "SECRET99",
}


def test_planted_identifiers_are_gone_before_pixels_are_decoded() -> None:
    made = dataset(TWELVE_BITS, bits=12, **PLANTED)
    table = table_of([0, 255], 8)
    table.LUTExplanation = "SECRET LUT"
    made.VOILUTSequence = [table]
    made.private_block(0x0011, "SECRET CREATOR", create=True).add_new(1, "LO", "SECRET PRIVATE")
    made.file_meta.PrivateInformationCreatorUID = "1.2.3.4"
    bare = deidentified(pydicom.dcmread(io.BytesIO(saved(made))))
    dump = str(bare) + str(bare.file_meta) + bare.to_json()
    for value in (*PLANTED.values(), "SECRET", str(made.SOPInstanceUID), "1.2.3.4"):
        assert value not in dump
    assert bare.Rows == 2
    assert bare.PixelData == TWELVE_BITS.tobytes()
    assert bare.VOILUTSequence[0].LUTData == b"\0\0\xff\0"


def test_nothing_of_the_person_is_in_the_radiograph_or_said(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = dataset(TWELVE_BITS, bits=12, **PLANTED)
    made.PatientAge = "SECRETAGE"  # not a valid age: pydicom would quote it
    radiograph = read(saved(made))
    assert "SECRET" not in repr(radiograph)
    output = capfd.readouterr()
    assert "SECRET" not in output.out + output.err + caplog.text


@pytest.mark.parametrize("data", [b"hello" * 100, b"\x08\x00" + b"text" * 100, b"GIF89a" * 50])
def test_what_is_no_image_is_refused_by_content(data: bytes) -> None:
    with pytest.raises(UnknownFormatError):
        read(data)
