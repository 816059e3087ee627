"""A part of a case, for a closer look: with all pixels that the file has there."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.pictures.overlays import reduced_shape
from pipeline.types import (
    Anatomy,
    BoolArray,
    Box,
    CaseResult,
    Explanation,
    FloatArray,
    Radiograph,
)

MARGIN = 0.1  # of what is looked at, on every side: outlines end beyond what is seen


def part_around(
    columns: tuple[float, float], rows: tuple[float, float], shape: tuple[int, int]
) -> Box:
    """The rectangle of the working grid around what is looked at, with a margin.

    Args:
        columns: The first and the last column that are seen.
        rows: The first and the last row.
        shape: `(rows, cols)` of the working grid.
    """
    ends = []
    for (first, last), length in ((rows, shape[0]), (columns, shape[1])):
        margin = MARGIN * (last - first)
        start = min(max(0, int(first - margin)), length - 1)
        ends.append((start, min(length, max(start + 1, int(np.ceil(last + margin))))))
    (top, bottom), (left, right) = ends
    return Box(top=top, bottom=bottom, left=left, right=right)


def magnified(result: CaseResult, part: Box, longest_px: int) -> CaseResult:
    """The case with that part alone; what the file's pixels are too many for is averaged.

    Args:
        result: The case.
        part: A rectangle of the working grid.
        longest_px: The longer side of what comes out, which is never larger than what the file has.
    """
    pixels = _pixels(result.radiograph, part)
    shape = magnified_shape(result, part, longest_px)
    radiograph = replace(
        result.radiograph,
        pixels=np.clip(_resized(pixels, shape), 0, 1),
        detail=None,
        found_text=(),
        blanked_text=(),
        blanked_by_reader=(),
    )
    fused = _map(result.descriptors.fused_image, part, shape)
    return replace(
        result,
        radiograph=radiograph,
        anatomy=_anatomy(result.anatomy, part, shape),
        explanations={
            method: _explanation(found, part, shape)
            for method, found in result.explanations.items()
        },
        descriptors=replace(result.descriptors, fused_image=fused),
    )


def magnified_shape(result: CaseResult, part: Box, longest_px: int) -> tuple[int, int]:
    """`(rows, cols)` of what `magnified` makes of a part."""
    radiograph = result.radiograph
    if radiograph.detail is not None:
        part = part.on(radiograph.shape, radiograph.detail.shape)
    return reduced_shape((part.bottom - part.top, part.right - part.left), longest_px)


def _pixels(radiograph: Radiograph, part: Box) -> FloatArray:
    """`(row, col)` float32 in [0, 1]: all pixels there are of a part."""
    detail = radiograph.detail
    if detail is None:
        return radiograph.pixels[part.slices]
    place = part.on(radiograph.shape, detail.shape)
    return (detail[place.slices] / np.iinfo(detail.dtype).max).astype(np.float32)


def _anatomy(anatomy: Anatomy, part: Box, shape: tuple[int, int]) -> Anatomy:
    def mask(image: BoolArray) -> BoolArray:
        return _map(image.astype(np.float32), part, shape) > 0.5

    return replace(
        anatomy,
        masks_image={name: mask(image) for name, image in anatomy.masks_image.items()},
        zones_image={name: mask(image) for name, image in anatomy.zones_image.items()},
        thorax_image=mask(anatomy.thorax_image),
        hidden_image=None if anatomy.hidden_image is None else mask(anatomy.hidden_image),
        thorax_box=Box(top=0, bottom=shape[0], left=0, right=shape[1]),
    )


def _explanation(found: Explanation, part: Box, shape: tuple[int, int]) -> Explanation:
    return replace(
        found,
        raw_image=_map(found.raw_image, part, shape),
        map_image=_map(found.map_image, part, shape),
        signed_image=None,
    )


def _map(image: FloatArray, part: Box, shape: tuple[int, int]) -> FloatArray:
    return np.clip(_resized(image[part.slices], shape), 0, 1)


def _resized(image: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    """By area averaging where it shrinks, linearly where it grows."""
    import cv2

    shrinks = image.shape[0] > shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    found = cv2.resize(np.ascontiguousarray(image), (shape[1], shape[0]), interpolation=how)
    return np.asarray(found, np.float32)
