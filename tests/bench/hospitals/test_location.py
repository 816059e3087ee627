"""The bench of sides: what counts as one-sided, and on which side."""

import numpy as np
import pytest

from bench.hospitals import location
from pipeline.types import Side, Structure
from tests.fakes import FakeSegmenter
from tests.pipeline.classification.test_classifier import radiograph
from training.datasets.index import ImageRecord, Split


@pytest.mark.parametrize(
    ("share_left", "side"), [(1.0, Side.LEFT), (0.85, Side.LEFT), (0.5, None), (0.0, Side.RIGHT)]
)
def test_four_fifths_of_the_outlined_area_make_a_side(monkeypatch, tmp_path, share_left, side):
    anatomy = FakeSegmenter().segment(radiograph(np.zeros((96, 96), np.float32)))
    lesions = np.zeros_like(anatomy.lungs_image)
    for structure, share in (
        (Structure.LEFT_LUNG, share_left),
        (Structure.RIGHT_LUNG, 1 - share_left),
    ):
        rows, cols = np.nonzero(anatomy.masks_image[structure])
        count = round(200 * share)
        lesions[rows[:count], cols[:count]] = True
    monkeypatch.setattr(
        location, "lesions_and_lungs", lambda record, found: (lesions, found.lungs_image)
    )
    record = ImageRecord(
        dataset="own",
        path=tmp_path,
        label="covid19",
        patient="1",
        split=Split.VALIDATION,
        lung_mask=None,
    )
    assert location.diseased_side(record, anatomy) is side
    monkeypatch.setattr(location, "lesions_and_lungs", lambda record, found: None)
    assert location.diseased_side(record, anatomy) is None
