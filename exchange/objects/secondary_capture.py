"""The pictures that the page shows, as Secondary Captures: anatomy, maps, measurements."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from exchange import codes
from exchange.exported_case import ExportedCase
from exchange.objects.identity import (
    MAKER,
    ORIENTATION,
    RESEARCH_USE,
    SERIES,
    concept,
    equipment,
    finish,
    source_reference,
    uids,
)
from exchange.signature import Signature
from exchange.study import Study
from pipeline.types import Method

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ANATOMY = "anatomy"
BAR_SHARE = 0.04  # of the picture's height: the strip below it that says what it is for
LEAST_BAR_PX = 14


def secondary_captures(
    case: ExportedCase, study: Study, signature: Signature | None
) -> "list[Dataset]":
    """One capture a picture, all in one series; "research use" stands in the pixels, too.

    Args:
        case: The case.
        study: The study that it belongs to. In a new one the anatomy's picture is the image that
            all objects refer to.
        signature: Who signed the conclusion.
    """
    names = sorted(case.pictures, key=lambda name: (not name.startswith(ANATOMY), name))
    return [
        _capture(number, name.removesuffix(".png"), case, study, signature)
        for number, name in enumerate(names, 1)
    ]


def _capture(
    number: int, name: str, case: ExportedCase, study: Study, signature: Signature | None
) -> "Dataset":
    from highdicom.sc import SCImage

    is_image = study.is_new and name == ANATOMY
    identifiers = uids(case, study, f"pictures/{name}", signature)
    if study.is_new:
        identifiers["series_instance_uid"] = str(study.image.SeriesInstanceUID)
    if is_image:
        identifiers["sop_instance_uid"] = str(study.image.SOPInstanceUID)
    made = SCImage.from_ref_dataset(
        study.image,
        pixel_array=labelled(case.pictures[f"{name}.png"], is_image=is_image),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=ORIENTATION,
        series_number=SERIES["pictures"],
        instance_number=number,
        **identifiers,
        **equipment(case),
    )
    finish(made, case, study, None if is_image else signature)
    method = next((one for one in Method if one.value == name), None)
    title = method.spec.name if method else name
    made.ImageComments = f"{MAKER} {title}. {RESEARCH_USE}"
    made.DerivationDescription = f"{MAKER} {title}"
    made.BodyPartExamined = "CHEST"
    made.BurnedInAnnotation = "NO" if is_image else "YES"
    if not is_image:
        made.SourceImageSequence = [source_reference(study)]
    if method is not None:
        made.DerivationCodeSequence = [concept(codes.coded("maps", name))]
    return made


def labelled(picture: NDArray[np.uint8], *, is_image: bool = False) -> NDArray[np.uint8]:
    """A picture with a strip below it that says what it is for.

    Args:
        picture: `(row, col, 3)` uint8 RGB.
        is_image: Whether other objects refer to its pixels: it then keeps its size, and the strip
            covers its last rows.
    """
    from PIL import Image, ImageDraw, ImageFont

    from pipeline.pictures.fonts import font_file

    rows, cols = picture.shape[:2]
    bar = max(LEAST_BAR_PX, round(rows * BAR_SHARE))
    size = (cols, rows if is_image else rows + bar)
    canvas = Image.new("RGB", size)
    canvas.paste(Image.fromarray(picture))
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, size[1] - bar, cols, size[1]), fill=(0, 0, 0))
    font = ImageFont.truetype(str(font_file()), round(bar * 0.6))
    draw.text((bar // 3, size[1] - bar * 0.85), f"{MAKER}: {RESEARCH_USE}", font=font)
    return np.asarray(canvas)
