"""A data set that any network can learn: bright above is well, bright below is ill."""

import cv2
import numpy as np
import pytest

from training.datasets.dataset import Dataset, LabelledImage
from training.datasets.index import Split


@pytest.fixture
def drawn(tmp_path):
    """Two classes, eight radiographs for training and four held out."""
    random = np.random.default_rng(0)
    radiographs = []
    for number in range(12):
        ill = number % 2 == 1
        image = random.integers(0, 60, (40, 40)).astype(np.uint8)
        image[slice(20, 40) if ill else slice(0, 20)] += 180
        path = tmp_path / "radiographs" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), image)
        radiographs.append(
            LabelledImage(
                path=path,
                labels=frozenset({"pneumonia" if ill else "normal"}),
                patient=str(number),
                split=Split.TRAIN if number < 8 else Split.VALIDATION,
            )
        )
    return Dataset(name="drawn", classes=("normal", "pneumonia"), radiographs=tuple(radiographs))
