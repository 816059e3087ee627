"""A data set that any network can learn: bright above is well, bright below is ill."""

import cv2
import numpy as np
import pytest

from training.datasets.dataset import Dataset, LabelledFilm
from training.packs import Split


@pytest.fixture
def drawn(tmp_path):
    """Two classes, eight films for training and four held out."""
    random = np.random.default_rng(0)
    films = []
    for number in range(12):
        ill = number % 2 == 1
        image = random.integers(0, 60, (40, 40)).astype(np.uint8)
        image[slice(20, 40) if ill else slice(0, 20)] += 180
        path = tmp_path / "films" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), image)
        films.append(
            LabelledFilm(
                path=path,
                labels=frozenset({"pneumonia" if ill else "normal"}),
                patient=str(number),
                split=Split.TRAIN if number < 8 else Split.VALIDATION,
            )
        )
    return Dataset(name="drawn", classes=("normal", "pneumonia"), films=tuple(films))
