"""Outlines go into the file's own pixels, whichever way the picture was turned from them."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from exchange.objects.segmentation import as_stored, orientation_as_stored, segmentation
from pipeline.reading.sides import Orientation
from pipeline.result_file.image import TurnedEntry
from tests.exchange.radiographs import exported_study

STORED = np.arange(12).reshape(3, 4) % 5 == 0  # unlike itself in all eight ways


def stated(orientation: Orientation) -> list[str]:
    across = "R" if orientation.from_left else "L"
    down = "H" if orientation.from_below else "F"
    return [down, across] if orientation.transposed else [across, down]


@pytest.mark.parametrize("ways", list(itertools.product([False, True], repeat=3)))
def test_a_mask_of_the_picture_lies_on_what_it_was_drawn_on(ways: tuple[bool, bool, bool]) -> None:
    orientation = Orientation(transposed=ways[0], from_below=ways[1], from_left=ways[2])
    picture = orientation.applied(STORED.astype(np.float32)) > 0
    turned = TurnedEntry.model_validate(orientation.turned)
    np.testing.assert_array_equal(as_stored(picture, turned), STORED)
    assert orientation_as_stored(turned) == stated(orientation)
    by_reader = TurnedEntry.model_validate(orientation.turned.mirrored())
    np.testing.assert_array_equal(as_stored(picture[:, ::-1], by_reader), STORED)


@pytest.mark.parametrize(
    ("orientation", "right_lung_on_the_left"), [(["L", "F"], True), (["R", "F"], False)]
)
def test_the_right_lung_is_outlined_where_the_file_has_it(
    orientation: list[str], right_lung_on_the_left: bool
) -> None:
    case, study = exported_study(PatientOrientation="\\".join(orientation))
    made = segmentation(case, study, None)
    frames = np.asarray(made.pixel_array)
    labels = [str(item.SegmentLabel) for item in made.SegmentSequence]
    middle = np.nonzero(frames[labels.index("right lung")])[1].mean()
    assert (middle < frames.shape[2] / 2) == right_lung_on_the_left
    assert list(made.PatientOrientation) == orientation


def test_what_the_reader_mirrored_is_outlined_on_the_file_as_it_is() -> None:
    case, study = exported_study()
    image = case.result.image
    turned = image.turned.model_copy(update={"cols_reversed": True})
    result = case.result.model_copy(update={"image": image.model_copy(update={"turned": turned})})
    plain = np.asarray(segmentation(case, study, None).pixel_array)
    other = np.asarray(segmentation(replace(case, result=result), study, None).pixel_array)
    np.testing.assert_array_equal(other, plain[..., ::-1])
