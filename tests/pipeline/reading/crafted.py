"""Files made for the tests of reading: pictures and DICOM, byte by byte ours."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    generate_uid,
)


def picture(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def ramp(side: int = 64) -> NDArray[np.uint8]:
    """`(row, col)` uint8, brighter to the right."""
    return np.tile(np.linspace(0, 255, side).astype(np.uint8), (side, 1))


def huge_png(rows: int = 20_000, cols: int = 20_000) -> bytes:
    """A valid black grey PNG of any size in a few KB."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", cols, rows, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = b"\0" * (1 + (cols + 7) // 8)
    pixels = b"".join(packer.compress(line) for _ in range(rows)) + packer.flush()
    body = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def dataset(
    pixels: NDArray[Any] | None, photometric: str = "MONOCHROME2", bits: int = 0, **elements: Any
) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    made = Dataset()
    made.file_meta = meta
    made.SOPClassUID = meta.MediaStorageSOPClassUID
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    made.PatientName = "Ivanov^Ivan"
    if pixels is not None:
        made.Rows, made.Columns = pixels.shape[-2:]
        made.SamplesPerPixel = 1
        made.PhotometricInterpretation = photometric
        made.BitsAllocated = pixels.dtype.itemsize * 8
        made.BitsStored = bits or made.BitsAllocated
        made.HighBit = made.BitsStored - 1
        made.PixelRepresentation = int(pixels.dtype.kind == "i")
        made.PixelData = pixels.tobytes()
    for name, value in elements.items():
        setattr(made, name, value)
    return made


def saved(made: Dataset) -> bytes:
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def deflated_bomb(megabytes: int = 500) -> bytes:
    """A DICOM file of a few MB at most that inflates to many."""
    made = dataset(None)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = saved(made)
    start = head.index(b"DICM") + 4
    length = struct.unpack_from("<I", head, start + 8)[0]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = bytes(1_000_000)
    element = b"\xe0\x7f\x10\x00OW\0\0" + struct.pack("<I", megabytes * 1_000_000)
    packed = [packer.compress(element)]
    packed += [packer.compress(zeros) for _ in range(megabytes)]
    return head[: start + 12 + length] + b"".join(packed) + packer.flush()
