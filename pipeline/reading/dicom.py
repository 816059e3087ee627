"""DICOM: one grey frame, de-identified, as its sender meant it to be seen."""

import io
import logging
import warnings
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import (
    CorruptImageError,
    DecodeLimitError,
    DicomWithoutPixelsError,
    MultiFrameDicomError,
    PresentationStateError,
    UnknownFormatError,
    UnsupportedDicomError,
)
from pipeline.reading import jpeg, jpeg2000
from pipeline.reading.content import has_preamble
from pipeline.reading.damage import check_jpeg, check_scans
from pipeline.reading.deidentify import deidentified
from pipeline.reading.grid import Decoded, check_contrast, check_shape, in_strips, stretched
from pipeline.reading.header_facts.examination import Header, read_header
from pipeline.reading.header_facts.padding import padding_of
from pipeline.reading.header_facts.spacing import pixel_aspect_of, spacing_of
from pipeline.reading.sides import orientation_of
from pipeline.settings import Settings
from pipeline.types import FloatArray, ReadingNote, Turned

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# The decoder of each transfer syntax, by name: those that survive broken bytes (docs/log.md).
PLUGINS = {
    "1.2.840.10008.1.2": "",  # implicit VR little endian
    "1.2.840.10008.1.2.1": "",  # explicit VR little endian
    "1.2.840.10008.1.2.1.99": "",  # deflated
    "1.2.840.10008.1.2.2": "",  # explicit VR big endian
    "1.2.840.10008.1.2.4.50": "pillow",  # JPEG baseline
    "1.2.840.10008.1.2.4.51": jpeg.PLUGIN,  # JPEG extended
    "1.2.840.10008.1.2.4.57": jpeg.PLUGIN,  # JPEG lossless, any predictor
    "1.2.840.10008.1.2.4.70": jpeg.PLUGIN,  # JPEG lossless, predictor 1
    "1.2.840.10008.1.2.4.80": jpeg.PLUGIN,  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81": jpeg.PLUGIN,  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.90": "pylibjpeg",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": "pylibjpeg",  # JPEG 2000
    "1.2.840.10008.1.2.4.201": "pylibjpeg",  # HTJ2K lossless
    "1.2.840.10008.1.2.4.202": "pylibjpeg",  # HTJ2K lossless RPCL
    "1.2.840.10008.1.2.4.203": "pylibjpeg",  # HTJ2K
    "1.2.840.10008.1.2.5": "pydicom",  # RLE
}
JPEG_SYNTAXES = ("1.2.840.10008.1.2.4.50", *jpeg.JPEG)
DEFLATED = "1.2.840.10008.1.2.1.99"
IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
GREY = ("MONOCHROME1", "MONOCHROME2")
OTHER_PHOTOMETRICS = (
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_ICT",
    "YBR_RCT",
    "HSV",
    "ARGB",
    "CMYK",
)
PRESENTATION_STATES = "1.2.840.10008.5.1.4.1.1.11."  # how their classes' names begin
HEADER_BYTES = 32_000_000  # a deflated file may hold beside its pixels
LARGEST_TABLE = 1 << 16  # values looked up at once


def read_dicom(data: bytes, settings: Settings) -> Decoded:
    """Decode the one grey frame of a DICOM file.

    Modality LUT, then VOI LUT or window, then the inversion of `MONOCHROME1`, last. Without a
    window, eight bits are taken as shown on a screen and deeper values are stretched.

    Raises:
        InputError: Broken, without pixels, of several frames, in colour, of the wrong size, blank.

    Reference: DICOM PS3.4, Annex N.2, the pixel transformation sequence.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings quote values, so names too
        logging.getLogger("pydicom").setLevel(logging.CRITICAL)
        dataset, header = _dataset(data, settings)
        return _decoded(dataset, header, settings)


def _dataset(data: bytes, settings: Settings) -> "tuple[Dataset, Header]":
    """The file without its person, and what its header says."""
    import pydicom
    from pydicom.dataset import FileMetaDataset

    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    _check_inflated(data, settings)
    found = pydicom.dcmread(io.BytesIO(data), force=not has_preamble(data))
    if "TransferSyntaxUID" not in found.file_meta:
        if has_preamble(data):
            raise CorruptImageError
        if "SOPClassUID" not in found:
            raise UnknownFormatError
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = _guessed_syntax(found)
        found.file_meta = meta
    if not found.get("PixelData"):
        is_state = str(found.get("SOPClassUID", "")).startswith(PRESENTATION_STATES)
        raise PresentationStateError if is_state else DicomWithoutPixelsError
    header = read_header(found)
    bare = deidentified(found)
    if len(found) > len(bare):
        header = replace(header, notes=(ReadingNote.IDENTIFIERS_REMOVED, *header.notes))
    return bare, header


def _guessed_syntax(dataset: "Dataset") -> str:
    implicit, little = dataset.original_encoding
    if implicit:
        return IMPLICIT_LITTLE_ENDIAN
    return "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"


def _check_inflated(data: bytes, settings: Settings) -> None:
    """Refuse a deflated file that would not fit in memory (`DecodeLimitError`)."""
    from pydicom.filereader import read_dataset

    stream = io.BytesIO(data)
    stream.seek(132 if has_preamble(data) else 0)
    meta = read_dataset(
        stream,
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=lambda tag, representation, length: tag.group != 2,
    )
    if meta.get("TransferSyntaxUID") != DEFLATED:
        return
    left = settings.max_megapixels * 2_000_000 + HEADER_BYTES
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = data[stream.tell() :]
    while rest and not inflater.eof:
        left -= len(inflater.decompress(rest, 1_000_000))
        rest = inflater.unconsumed_tail
        if left < 0:
            raise DecodeLimitError


def _check(dataset: "Dataset", settings: Settings) -> None:
    """Refuse what is not one grey frame of a readable size, before its pixels are decoded."""
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise MultiFrameDicomError(frames=frames)
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in PLUGINS:
        # A name of the standard's dictionary; never the file's own text, which may say anything.
        named = syntax.name if syntax.is_transfer_syntax else "transfer syntax"
        raise UnsupportedDicomError(what=named)
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric not in GREY or int(dataset.get("SamplesPerPixel", 1)) != 1:
        known = photometric in OTHER_PHOTOMETRICS
        raise UnsupportedDicomError(what=photometric if known else "photometric interpretation")
    if int(dataset.BitsAllocated) not in (8, 16, 32):
        raise UnsupportedDicomError(what=f"{int(dataset.BitsAllocated)} bits")
    check_shape(int(dataset.Rows), int(dataset.Columns), settings)


def _decoded(dataset: "Dataset", header: Header, settings: Settings) -> Decoded:
    from PIL import Image
    from pydicom.encaps import generate_frames
    from pydicom.pixels import pixel_array

    _check(dataset, settings)
    Image.MAX_IMAGE_PIXELS = settings.max_megapixels * 1_000_000
    syntax = dataset.file_meta.TransferSyntaxUID
    codestreams = (
        list(generate_frames(dataset.PixelData, number_of_frames=1))
        if syntax in JPEG_SYNTAXES
        else []
    )
    for codestream in codestreams:
        check_scans(codestream)
    if syntax in jpeg2000.SYNTAXES:
        jpeg2000.check_size(dataset.PixelData, int(dataset.Rows), int(dataset.Columns))
    jpeg.register()
    stored = pixel_array(dataset, decoding_plugin=PLUGINS[syntax])
    if stored.shape != (int(dataset.Rows), int(dataset.Columns)):
        raise CorruptImageError
    for codestream in codestreams:  # behind the decoder, which compares its size first
        check_jpeg(codestream)
    low, high = int(stored.min()), int(stored.max())
    if high - low < LARGEST_TABLE:  # each value that occurs is converted once, and looked up
        table = _shown(np.arange(low, high + 1).astype(stored.dtype), dataset)
        grey = in_strips(stored, lambda strip: table[strip.astype(np.int64) - low])
    else:
        grey = in_strips(stored, lambda strip: _shown(strip, dataset))
    padding = padding_of(stored, dataset)
    del stored
    if not _is_display_range(dataset):
        grey = stretched(grey, padding)
    notes = list(header.notes)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        np.subtract(1, grey, out=grey)
        notes.append(ReadingNote.INVERTED)
    if padding is not None:
        grey[padding] = 0
        notes.append(ReadingNote.PADDING_BLACKENED)
    check_contrast(grey)
    aspect = pixel_aspect_of(dataset)
    notes += [ReadingNote.PIXELS_SQUARED] if aspect != 1 else []
    spacing = spacing_of(dataset, aspect)
    notes += [ReadingNote.SPACING_IMPLAUSIBLE] if spacing.refused else []
    spacing_mm, orientation = spacing.mm, orientation_of(dataset)
    if orientation is not None:
        grey = orientation.applied(grey)
        notes += [ReadingNote.ROTATED] if orientation.is_turned else []
        if orientation.transposed:
            aspect, spacing_mm = 1 / aspect, spacing_mm and (spacing_mm[1], spacing_mm[0])
    return Decoded(
        grey=grey,
        spacing_mm=spacing_mm,
        spacing_plane=spacing.plane,
        facts=header.facts,
        pixel_aspect=aspect,
        header_sides=orientation is not None,
        turned=Turned() if orientation is None else orientation.turned,
        is_reversed=orientation is not None and orientation.is_reversed,
        notes=tuple(notes),
    )


def _shown(stored: NDArray[Any], dataset: "Dataset") -> FloatArray:
    """Stored values through modality LUT and VOI LUT; in [0, 1] if that gives a display range."""
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    values = apply_modality_lut(stored, dataset)
    if "VOILUTSequence" in dataset:  # a table is looked up by whole numbers
        values = np.round(values).astype(np.int64)
    values = np.asarray(apply_voi_lut(values, dataset))
    if not np.isfinite(values).all():
        raise CorruptImageError
    if _is_display_range(dataset):
        bottom, top = _display_range(dataset)
        values = np.clip((values - bottom) / (top - bottom), 0, 1)
    shown: FloatArray = values.astype(np.float32)
    if not np.isfinite(shown).all():  # a scale beyond all numbers
        raise CorruptImageError
    return shown


def _is_display_range(dataset: "Dataset") -> bool:
    """Whether the values' range says what is black and what is white."""
    return _has_window(dataset) or (int(dataset.BitsStored) <= 8 and not _is_rescaled(dataset))


def _has_window(dataset: "Dataset") -> bool:
    return "VOILUTSequence" in dataset or "WindowCenter" in dataset


def _is_rescaled(dataset: "Dataset") -> bool:
    slope = float(dataset.get("RescaleSlope") or 1)
    intercept = float(dataset.get("RescaleIntercept") or 0)
    return "ModalityLUTSequence" in dataset or (slope, intercept) != (1.0, 0.0)


def _display_range(dataset: "Dataset") -> tuple[float, float]:
    """The values that a VOI LUT or window gives to black and white, as pydicom scales them."""
    if "VOILUTSequence" in dataset:
        return 0.0, float(2 ** int(dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1)
    if "ModalityLUTSequence" in dataset:
        return 0.0, float(2 ** int(dataset.ModalityLUTSequence[0].LUTDescriptor[2]) - 1)
    bits = int(dataset.BitsStored)
    signed = int(dataset.PixelRepresentation) == 1
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    slope = float(dataset.get("RescaleSlope") or 1)
    intercept = float(dataset.get("RescaleIntercept") or 0)
    return low * slope + intercept, high * slope + intercept
