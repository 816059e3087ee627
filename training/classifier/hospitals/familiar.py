"""What taught radiographs look like to a classifier, so that unlike ones are recognised."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.classification.familiarity import Familiarity, unit_length
from pipeline.types import FloatArray
from training.classifier.hospitals.lungs_cache import GreyImages
from training.classifier.hospitals.sources import Group

DIMENSIONS, KNOWN, NEIGHBOUR = 64, 2500, 10
WITHHELD = 0.05
"""Share of radiographs of the hospitals at home that may lie beyond the limit."""


def taught_images(groups: list[Group], count: int = KNOWN, seed: int = 0) -> GreyImages:
    """Some radiographs of every group, as many of each as there are, up to an equal share."""
    random = np.random.default_rng(seed)
    each = max(1, count // len(groups))
    return np.concatenate(
        [group.images[random.permutation(len(group.images))[:each]] for group in groups]
    )


def features_of(images: GreyImages, classifier: FolderClassifier, size: int) -> FloatArray:
    """The pooled last convolution stage, `(radiograph, channel)` float32.

    Args:
        images: `(radiograph, row, col)` uint8, what the classifier sees, times 255.
        classifier: The classifier.
        size: Rows and columns of its input.
    """
    found = []
    for image in images:
        small = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        shown = small.astype(np.float32) / np.float32(255)
        found.append(classifier.activations(shown).mean(axis=(0, 1)))
    return np.stack(found)


def familiarity_of(features: FloatArray, dimensions: int = DIMENSIONS) -> Familiarity:
    """The taught radiographs on their principal axes.

    Args:
        features: `(radiograph, channel)` float32.
        dimensions: How many axes are kept.
    """
    mean = features.mean(axis=0)
    _, spread, axes = np.linalg.svd((features - mean).astype(np.float64), full_matrices=False)
    kept = slice(min(dimensions, int((spread > 1e-6 * spread[0]).sum())))
    basis = axes[kept].T.astype(np.float32)
    known = unit_length((features - mean) @ basis)
    return Familiarity(mean=mean, basis=basis, known=known, neighbour=NEIGHBOUR)


def limit_of(distances: dict[str, NDArray[np.floating]], withheld: float = WITHHELD) -> float:
    """The limit that withholds at most a share of every hospital's radiographs.

    Args:
        distances: Of validation radiographs, by hospital.
        withheld: The share.
    """
    limits = [float(np.quantile(found, 1 - withheld)) for found in distances.values()]
    return round(max(limits), 4)
