"""Small, whole files of each format, for mutants to be made from."""

import io
from typing import Any

import numpy as np

from pipeline.phantom.drawing import sample_radiograph

SIDE_PX = 96
SEEDS_A_FORMAT = 4


def good_files() -> dict[str, list[bytes]]:
    """A few small, whole files of each format, by its name."""
    grey = _small_phantoms()
    return {
        "png": [_picture(one, "PNG") for one in grey]
        + [_picture(one.astype(np.uint16) * 256, "PNG") for one in grey[:1]],
        "jpeg": [_picture(one, "JPEG") for one in grey]
        + [_picture(one, "JPEG", progressive=True) for one in grey[:1]],
        "webp": [_picture(one, "WEBP") for one in grey]
        + [_picture(one, "WEBP", lossless=True) for one in grey[:1]],
        "dicom": [_dicom(one) for one in grey],
        "dicom_deflated": [_dicom(one, "1.2.840.10008.1.2.1.99") for one in grey],
        "dicom_rle": [_dicom(one, "1.2.840.10008.1.2.5") for one in grey],
        "dicom_jpeg": [_dicom(one, "1.2.840.10008.1.2.4.50") for one in grey],
        "dicom_jpeg_lossless": [_dicom(one, "1.2.840.10008.1.2.4.70") for one in grey],
        "dicom_jpeg_ls": [_dicom(one, "1.2.840.10008.1.2.4.80") for one in grey],
        "dicom_jpeg2000": [_dicom(one, "1.2.840.10008.1.2.4.90") for one in grey],
    }


def _small_phantoms() -> list[Any]:
    """Small grey pictures, `(row, col)` uint8."""
    from PIL import Image

    found = []
    for seed in range(SEEDS_A_FORMAT):
        image = Image.open(io.BytesIO(sample_radiograph(seed))).convert("L")
        found.append(np.asarray(image.resize((SIDE_PX, SIDE_PX + 8 * seed))))
    return found


def _picture(grey: Any, kind: str, **options: Any) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, kind, **options)
    return stream.getvalue()


def _dicom(grey: Any, syntax: str = "1.2.840.10008.1.2.1") -> bytes:
    """A DICOM file of 12 bits, or of 8 in JPEG baseline."""
    import imagecodecs
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import RLELossless

    deep = not syntax.endswith(".4.50")
    pixels = grey.astype(np.uint16) * 16 if deep else grey
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.9.7433.1"
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1" if syntax == RLELossless else syntax
    made = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID = meta.MediaStorageSOPClassUID
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    made.Modality, made.PatientName, made.BodyPartExamined = "DX", "Planted^Person", "CHEST"
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = (16, 12, 11) if deep else (8, 8, 7)
    made.PixelRepresentation, made.PixelSpacing = 0, [2.0, 2.0]
    made.WindowCenter, made.WindowWidth = (2048, 4096) if deep else (128, 256)
    encoders = {
        "1.2.840.10008.1.2.4.50": lambda: imagecodecs.jpeg8_encode(pixels, level=90),
        "1.2.840.10008.1.2.4.70": lambda: imagecodecs.ljpeg_encode(pixels, bitspersample=12),
        "1.2.840.10008.1.2.4.80": lambda: imagecodecs.jpegls_encode(pixels),
        "1.2.840.10008.1.2.4.90": lambda: imagecodecs.jpeg2k_encode(
            pixels, codecformat="j2k", reversible=True, bitspersample=12
        ),
    }
    if syntax in encoders:
        made.PixelData = encapsulate([encoders[syntax]()])
        made["PixelData"].VR = "OB"
    else:
        made.PixelData = pixels.tobytes()
    if syntax == RLELossless:
        made.compress(RLELossless)
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made)
    return stream.getvalue()
