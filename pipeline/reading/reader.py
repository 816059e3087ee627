"""The reader: what is wrong with the bytes is said, what is right becomes a radiograph."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import (
    CorruptImageError,
    DecodeLimitError,
    EmptyFileError,
    ExplainCxrError,
    FileTooLargeError,
)
from pipeline.reading.content import format_of
from pipeline.settings import Settings
from pipeline.types import FloatArray, ImageFormat, Radiograph, ReadingNote, Sides

if TYPE_CHECKING:
    from pipeline.reading.grid import Decoded
    from pipeline.reading.marks.side_letters import SideLetter


def check_size(byte_count: int, settings: Settings) -> None:
    """Refuse an empty or too large file, before anything is read, sent or parsed.

    Raises:
        EmptyFileError: There are no bytes.
        FileTooLargeError: There are more than `settings.max_file_mb`.
    """
    if byte_count == 0:
        raise EmptyFileError
    if byte_count > settings.max_file_mb * 1_000_000:
        raise FileTooLargeError(limit_mb=settings.max_file_mb)


class FileReader:
    """Reads PNG, JPEG, WEBP and DICOM.

    It parses untrusted bytes: run it in a process that may die, as `pipeline/workers/` does.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def warm(self) -> None:
        """Import the decoders and draw the letters now."""
        import cv2  # noqa: F401
        import dicomanonymizer.simpledicomanonymizer  # noqa: F401
        import imagecodecs  # noqa: F401
        import PIL.Image  # noqa: F401
        import pydicom.pixels  # noqa: F401

        from pipeline.reading.marks.side_letters import draw_alphabet

        draw_alphabet()

    def read(self, data: bytes) -> Radiograph:
        """Read one file's bytes.

        Raises:
            InputError: The bytes cannot be analysed.
        """
        from pipeline.reading.grid import detailed, reduced
        from pipeline.reading.marks.written_text import writing

        settings = self._settings
        check_size(len(data), settings)
        kind = format_of(data)
        try:
            if kind is ImageFormat.DICOM:
                from pipeline.reading.dicom import read_dicom

                decoded = read_dicom(data, settings)
            else:
                from pipeline.reading.picture import read_picture

                decoded = read_picture(data, kind, settings)
        except (ExplainCxrError, ImportError):  # a decoder that cannot be loaded is not the file's
            raise
        except MemoryError as error:
            raise DecodeLimitError from error
        except Exception as error:  # decoders raise whatever they like on broken bytes
            raise CorruptImageError from error
        pixels = reduced(decoded.grey, settings, decoded.pixel_aspect)
        notes = decoded.notes
        if pixels.size < decoded.grey.size:
            notes += (ReadingNote.REDUCED,)
        detail = detailed(decoded.grey, pixels, decoded.pixel_aspect)
        pixels, sides, letters = _right_way_round(pixels, decoded)
        if detail is not None and sides.header is False:
            detail = np.ascontiguousarray(detail[:, ::-1])
        notes += (ReadingNote.MIRRORED_BY_HEADER,) if decoded.is_reversed and sides.header else ()
        text = writing(pixels, [letter.box for letter in letters])
        notes += (ReadingNote.TEXT_FOUND,) if text else ()
        rows, cols = decoded.grey.shape
        return Radiograph(
            pixels=pixels,
            sha256=hashlib.sha256(data).hexdigest(),
            format=kind,
            source_shape=(rows, cols),
            detail=detail,
            source_spacing_mm=decoded.spacing_mm,
            spacing_plane=decoded.spacing_plane,
            facts=decoded.facts,
            sides=sides,
            turned=decoded.turned if sides.header is not False else decoded.turned.mirrored(),
            found_text=text,
            notes=(*notes, *sides.notes),
        )


def _right_way_round(
    pixels: FloatArray, decoded: "Decoded"
) -> "tuple[FloatArray, Sides, tuple[SideLetter, ...]]":
    """The picture, what is known of its sides, and the letters that mark them.

    A header that would have the picture reversed is followed unless the letters in it say that
    it must not be: then it stays as it is stored, with a warning.
    """
    from pipeline.reading.marks.side_letters import side_letters
    from pipeline.reading.sides import contradicted, sides_of

    header = True if decoded.header_sides else None
    letters = side_letters(pixels)
    if decoded.is_reversed and contradicted(letters):
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        letters = side_letters(pixels)
        return pixels, sides_of(letters, header=False), letters
    return pixels, sides_of(letters, header=header), letters
