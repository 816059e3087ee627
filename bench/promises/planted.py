"""Files with identifiers planted wherever a format has room for them."""

import io
import itertools
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from bench.promises.burned_in import written_on
from pipeline.phantom.drawing import draw_phantom
from pipeline.reading.deidentify import KEPT, PROFILE_TABLE
from pipeline.types import Zone

READ = {  # what the loop leaves out: a reader understands it, and a value would change the reading
    *KEPT,
    *(
        "Modality",
        "BodyPartExamined",
        "ViewPosition",
        "PatientAge",
        "PatientSex",
        "PatientBirthDate",
    ),
    *("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "AcquisitionDateTime"),
    *("PatientOrientation", "Laterality", "ImageLaterality", "SpecificCharacterSet"),
    *("SOPInstanceUID", "PixelPaddingValue", "BurnedInAnnotation"),
    "PatientName",  # planted below, in several scripts
}
DIGITAL_X_RAY = "1.2.840.10008.5.1.4.1.1.1.1"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
SHORT_TEXTS = ("SH", "AE", "CS")
TEXTS = ("LO", "ST", "LT", "UT", "UC", "PN", "UR", *SHORT_TEXTS)
LAST_META_GROUP = 0x0002
PRIVATE_GROUPS = (0x0011, 0x0019, 0x0099)
OVERLAY_GROUPS, CURVE_GROUPS = (0x6000, 0x601E), (0x5000, 0x501E)
OVERLAY_TEXTS = {0x0022: "LO", 0x0045: "LO", 0x1500: "LO", 0x4000: "LT"}
CURVE_TEXTS = {0x0022: "LO", 0x0030: "SH", 0x0040: "SH", 0x2500: "LO"}
DATA = 0x3000
BURNED_IN = "IVANOV IVAN 12.03.1961", 26, (0.03, 0.02)
DEEPEST = 4095
COPYRIGHT, ARTIST, DESCRIPTION, MAKER_NOTE = 0x8298, 0x013B, 0x010E, 0x927C


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedFile:
    """A file of the phantom that names a person.

    Attributes:
        name: The file's own name.
        data: The file.
        identifiers: Where in the file each identifier was planted, by the identifier.
        in_name: The same of its name, which whoever opens the file may see, and nobody else.
        ink: The strokes of a name that is written into the pixels, `(row, col)` bool; `None`
            without one.
    """

    name: str
    data: bytes
    identifiers: Mapping[str, str]
    in_name: Mapping[str, str] = field(default_factory=dict)
    ink: Any = None


def planted_files() -> list[PlantedFile]:
    """A DICOM file, and pictures of each format, of the same phantom."""
    return [_dicom(), _png(), _pillow("JPEG", "c.jpg"), _pillow("WEBP", "d.webp")]


def named(file: PlantedFile) -> PlantedFile:
    """The same under a name that names the patient."""
    mark = next(_marks("ZQN"))
    name = f"Иванова_{mark}_1961{PurePath(file.name).suffix}"
    return replace(file, name=name, in_name={mark: "the file's name"})


def _grey() -> Any:
    return np.round(draw_phantom(0, Zone.RIGHT_LOWER).pixels * DEEPEST).astype(np.uint16)


def _marks(word: str) -> Iterator[str]:
    return (f"{word}{number:04}" for number in itertools.count(1))


class _Planter:
    """Makes identifiers that stand nowhere else, and notes where each was planted."""

    def __init__(self) -> None:
        self.identifiers: dict[str, str] = {}
        self._marks = _marks("ZQX")
        self._uids, self._days = itertools.count(10_001), itertools.count(0)

    def mark(self, where: str) -> str:
        """A name or other text."""
        return self._noted(next(self._marks), where)

    def value(self, kind: str, where: str) -> str | None:
        """A value of a value representation; `None` for those that hold mere numbers."""
        if kind in TEXTS:
            return self.mark(where)
        if kind == "UI":
            return self._noted(f"1.2.826.0.1.3680043.9.7433.{next(self._uids)}", where)
        if kind in ("DA", "DT"):
            day = next(self._days)
            date = f"18{day // 336 + 23:02}{day // 28 % 12 + 1:02}{day % 28 + 1:02}"
            return self._noted(date, where)
        return None

    def _noted(self, value: str, where: str) -> str:
        self.identifiers[value] = where
        return value


def _dicom() -> PlantedFile:
    """Every element of the confidentiality profile that can hold a text, private ones, and more."""
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset

    plant, meta = _Planter(), FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = DIGITAL_X_RAY, EXPLICIT_LITTLE_ENDIAN
    meta.MediaStorageSOPInstanceUID = plant.value("UI", "file meta")
    meta.SourceApplicationEntityTitle = plant.value("AE", "file meta")
    preamble = plant.mark("preamble").encode().ljust(128, b"\0")
    made = FileDataset(None, {}, file_meta=meta, preamble=preamble)
    _plant_elements(made, plant)
    for group in PRIVATE_GROUPS:
        block = made.private_block(group, "PLANTED", create=True)
        for element in range(4):
            block.add_new(element, "LO", plant.mark(f"private {group:04x}"))
    _plant_repeating_groups(made, plant)
    name = "PatientName"
    made.PatientName = f"Иванова^{plant.mark(name)}=伊万^{plant.mark(name)}"
    made.SpecificCharacterSet = "ISO_IR 192"
    made.DataSetTrailingPadding = plant.mark("trailing padding").encode()
    written, ink = written_on(draw_phantom(0, Zone.RIGHT_LOWER).pixels, *BURNED_IN)
    grey = np.round(written * DEEPEST).astype(np.uint16)
    made.SOPClassUID, made.SOPInstanceUID = DIGITAL_X_RAY, meta.MediaStorageSOPInstanceUID
    made.Modality, (made.Rows, made.Columns) = "DX", grey.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.PixelRepresentation, made.PixelSpacing = 0, [0.35, 0.35]
    made.PixelData = grey.tobytes()
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made)
    return PlantedFile(name="a.dcm", data=stream.getvalue(), identifiers=plant.identifiers, ink=ink)


def _plant_repeating_groups(made: Any, plant: _Planter) -> None:
    """Fill overlays and curves: their texts, and their data with letters in place of bits."""
    for kind, groups, texts in (
        ("overlay", OVERLAY_GROUPS, OVERLAY_TEXTS),
        ("curve", CURVE_GROUPS, CURVE_TEXTS),
    ):
        for group in groups:
            where = f"{kind} {group:04x}"
            for element, representation in texts.items():
                made.add_new((group, element), representation, plant.mark(where))
            made.add_new((group, DATA), "OW", plant.mark(f"data of {where}").encode().ljust(8))


def _plant_elements(made: Any, plant: _Planter) -> None:
    """Fill every element that the profile knows, and one item of each of its sequences."""
    from dicomanonymizer.simpledicomanonymizer import initialize_actions
    from pydicom.datadict import dictionary_VR, keyword_for_tag
    from pydicom.dataset import Dataset

    for tag in initialize_actions(PROFILE_TABLE):
        name = keyword_for_tag(tag[:2]) if len(tag) == 2 and tag[0] > LAST_META_GROUP else ""
        if not name or name in READ:
            continue
        kind = dictionary_VR(tag[:2])
        if kind == "SQ":
            item = Dataset()
            item.PatientName = plant.mark(f"{name}.PatientName")
            item.TextValue = plant.mark(f"{name}.TextValue")
            setattr(made, name, [item])
        elif (value := plant.value(kind, name)) is not None:
            setattr(made, name, value)


def _png() -> PlantedFile:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    identifiers: dict[str, str] = {}
    marks, info = _marks("ZQP"), PngInfo()
    for keyword in ("Author", "Title", "Description", "Comment", "Copyright", "Source", "Patient"):
        for kind, add in (("tEXt", info.add_text), ("iTXt", info.add_itxt)):
            mark = next(marks)
            identifiers[mark] = f"{kind} {keyword}"
            add(keyword, mark)
        mark = next(marks)
        identifiers[mark] = f"zTXt {keyword}"
        info.add_text(keyword, mark, zip=True)
    stream = io.BytesIO()
    image = Image.fromarray((_grey() >> 4).astype(np.uint8))
    image.save(stream, "PNG", pnginfo=info, exif=_exif(marks, identifiers))
    data = stream.getvalue()
    tail = next(marks)
    identifiers[tail] = "after the end"
    time_chunk = b"prVt" + next(marks).encode()
    identifiers[time_chunk[4:].decode()] = "private chunk"
    check = zlib.crc32(time_chunk).to_bytes(4, "big")
    chunk = (len(time_chunk) - 4).to_bytes(4, "big") + time_chunk + check
    end = data.index(b"IEND") - 4
    data = data[:end] + chunk + data[end:] + tail.encode()
    return PlantedFile(name="b.png", data=data, identifiers=identifiers)


def _pillow(kind: str, name: str) -> PlantedFile:
    """A JPEG or WEBP file with EXIF, XMP and, where it may have one, a comment."""
    from PIL import Image

    identifiers: dict[str, str] = {}
    marks = _marks(f"ZQ{kind[0]}")
    properties, comment = next(marks), next(marks)
    identifiers |= {properties: "XMP"}
    options: dict[str, Any] = {
        "exif": _exif(marks, identifiers),
        "xmp": f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{properties}</x:xmpmeta>".encode(),
        "quality": 95,
    }
    if kind == "JPEG":
        identifiers |= {comment: "comment"}
        options["comment"] = comment
    stream = io.BytesIO()
    Image.fromarray((_grey() >> 4).astype(np.uint8)).convert("RGB").save(stream, kind, **options)
    tail = next(marks)
    data = stream.getvalue()
    if kind == "JPEG":
        identifiers |= {tail: "after the end"}
        data += tail.encode()
    return PlantedFile(name=name, data=data, identifiers=identifiers)


def _exif(marks: Iterator[str], identifiers: dict[str, str]) -> Any:
    from PIL import Image

    exif = Image.Exif()
    for tag in (COPYRIGHT, ARTIST, DESCRIPTION, MAKER_NOTE):
        mark = next(marks)
        identifiers[mark] = f"EXIF {tag:04x}"
        exif[tag] = mark
    return exif
