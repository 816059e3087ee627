"""Files to add to the page: the phantom as PNG and DICOM, and files that are not radiographs."""

import io
import struct
import zlib

import cv2
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from pipeline.phantom.drawing import draw_phantom, sample_radiograph
from pipeline.types import Zone

DIGITAL_X_RAY = "1.2.840.10008.5.1.4.1.1.1.1"
PATIENT = "Ivanova^Maria"


def png():
    return sample_radiograph(0)


def dicom(*, frames=1):
    """The phantom as an inverted 12-bit DICOM radiograph with a patient's name and pixel spacing.

    With another number of frames it is no radiograph: none has no pixels, several are a sequence.
    """
    grey = np.round((1 - draw_phantom(0, Zone.RIGHT_LOWER).pixels) * 4095).astype(np.uint16)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DIGITAL_X_RAY
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    radiograph = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    radiograph.SOPClassUID, radiograph.SOPInstanceUID = (
        DIGITAL_X_RAY,
        meta.MediaStorageSOPInstanceUID,
    )
    radiograph.Modality, radiograph.PatientName, radiograph.PatientID = "DX", PATIENT, "4711-0815"
    radiograph.Rows, radiograph.Columns = grey.shape
    radiograph.SamplesPerPixel, radiograph.PhotometricInterpretation = 1, "MONOCHROME1"
    radiograph.BitsAllocated, radiograph.BitsStored, radiograph.HighBit = 16, 12, 11
    radiograph.PixelRepresentation, radiograph.PixelSpacing = 0, [0.35, 0.35]
    if frames:
        radiograph.PixelData = grey.tobytes() * frames
    if frames > 1:
        radiograph.NumberOfFrames = frames
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, radiograph, enforce_file_format=True)
    return stream.getvalue()


def bad_files():
    """Name, content and code of each file that must be refused."""
    hue, light = np.meshgrid(np.linspace(0, 179, 300), np.linspace(40, 255, 300))
    every = np.stack([hue, np.full_like(hue, 200), light], axis=2).astype(np.uint8)
    photo = cv2.cvtColor(every, cv2.COLOR_HSV2BGR)
    jpeg = cv2.imencode(".jpg", np.tile(np.arange(256, dtype=np.uint8), (256, 1)))[1].tobytes()
    return [
        ("empty.png", b"", "file_empty"),
        ("text.png", b"This is no picture.\n" * 40, "format_unknown"),
        ("cut.jpg", jpeg[: len(jpeg) // 3], "image_corrupt"),
        ("bomb.png", _claimed_png(20_000, 20_000), "image_too_large"),
        (
            "dot.png",
            cv2.imencode(".png", np.zeros((1, 1), np.uint8))[1].tobytes(),
            "image_too_small",
        ),
        ("photo.png", cv2.imencode(".png", photo)[1].tobytes(), "image_colour"),
        ("header.dcm", dicom(frames=0), "dicom_no_pixels"),
        ("sequence.dcm", dicom(frames=2), "dicom_multi_frame"),
    ]


def _claimed_png(rows, cols):
    """A PNG of a few KB that claims to be as large."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", cols, rows, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(2_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
