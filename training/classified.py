"""What the classifier makes of films, through the very path the app runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import Anatomy, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.datasets.dataset import ABNORMAL, NORMAL
from training.evaluate import NothingToEvaluateError
from training.packs import Film
from training.thorax_cache import radiograph_of
from xai.grad_cam import GradCam
from xai.mask_maps import share_within


class Part(StrEnum):
    """What is blanked on a film, to see what the classifier needs."""

    LUNGS = "lungs"
    OUTSIDE = "outside"


def blanked(radiograph: Radiograph, anatomy: Anatomy, part: Part) -> Radiograph:
    """A film without its lungs, or without all but the thorax.

    The lungs take the mean grey of the rest of the thorax; what is outside becomes black.
    """
    pixels = radiograph.pixels.copy()
    if part is Part.LUNGS:
        around = anatomy.thorax_image & ~anatomy.lungs_image
        pixels[anatomy.lungs_image] = pixels[around].mean() if around.any() else 0
    else:
        pixels[~anatomy.thorax_image] = 0
    return replace(radiograph, pixels=pixels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classified:
    """Films and what the classifier made of them.

    Attributes:
        films: The films whose chest was found.
        logits: `(film, label)` float32, uncalibrated.
        blanked_logits: The same with a part of each film blanked, see `blanked`.
        thorax_shares: `(film,)` share of the raw Grad-CAM of the likeliest label that lies inside
            the thorax, in [0, 1].
        tones: `(film,)` mean grey of the thorax before it is evened, in [0, 1].
        refused: The films without a chest to be found.
    """

    films: list[Film]
    logits: NDArray[np.float32]
    blanked_logits: Mapping[Part, NDArray[np.float32]]
    thorax_shares: NDArray[np.float64]
    tones: NDArray[np.float64]
    refused: list[Film]

    def of_pack(self, pack: str) -> "Classified":
        """The films of one pack."""
        kept = [number for number, film in enumerate(self.films) if film.pack == pack]
        chosen = self.chosen(np.array(kept, np.int64))
        return replace(chosen, refused=[film for film in self.refused if film.pack == pack])

    def chosen(self, cases: NDArray[np.int64]) -> "Classified":
        """Some of the films, by number, and none refused."""
        return Classified(
            films=[self.films[number] for number in cases],
            logits=self.logits[cases],
            blanked_logits={part: logits[cases] for part, logits in self.blanked_logits.items()},
            thorax_shares=self.thorax_shares[cases],
            tones=self.tones[cases],
            refused=[],
        )


def classify_films(
    films: list[Film], segmenter: DeepLabSegmenter, classifier: FolderClassifier
) -> Classified:
    """Segment, crop and classify films whose label the classifier knows.

    To a classifier of two classes, normal and abnormal, any label but normal is abnormal.

    Raises:
        NothingToEvaluateError: No film has such a label and a chest to be found.
    """
    kept, logits, refused = [], [], []
    shares, tones = [], []
    grad_cam = GradCam(classifier, Settings())
    for film in map(_binarised(classifier.labels), films):
        if film.label not in classifier.labels:
            continue
        radiograph = radiograph_of(film)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            refused.append(film)
            continue
        kept.append(film)
        films_seen = [radiograph, *(blanked(radiograph, anatomy, part) for part in Part)]
        inputs = [classifier.input_model(film_seen, anatomy) for film_seen in films_seen]
        logits.append(classifier.logits(np.stack(inputs)))
        likeliest = classifier.labels[int(logits[-1][0].argmax())]
        raw_image = grad_cam.explain(radiograph, anatomy, likeliest).raw_image
        shares.append(share_within(raw_image, anatomy.thorax_image))
        tones.append(float(radiograph.pixels[anatomy.thorax_image].mean()))
    if not kept:
        known = ", ".join(classifier.labels)
        raise NothingToEvaluateError(f"no film with a chest has one of the labels {known}")
    found = np.stack(logits)
    return Classified(
        films=kept,
        logits=found[:, 0],
        blanked_logits={part: found[:, number] for number, part in enumerate(Part, 1)},
        thorax_shares=np.array(shares),
        tones=np.array(tones),
        refused=refused,
    )


def _binarised(labels: tuple[str, ...]) -> Callable[[Film], Film]:
    """To a classifier of normal and abnormal, films with one of the two as their label."""
    if set(labels) != {NORMAL, ABNORMAL}:
        return lambda film: film
    return lambda film: film if film.label == NORMAL else replace(film, label=ABNORMAL)
