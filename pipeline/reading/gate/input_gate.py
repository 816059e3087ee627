"""The input gate: no chest, lateral, turned, photographed; all else goes on to be outlined."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import (
    ChestNotFoundError,
    InputError,
    LateralImageError,
    ManifestError,
    PhotographError,
    TurnedImageError,
)
from pipeline.inference import one_at_a_time, read_network
from pipeline.manifest import MANIFEST_FILE, load_manifest
from pipeline.reading.gate.views import OUTPUTS, PHOTOGRAPH, PictureView
from pipeline.types import FloatArray, Radiograph

TURNED = "turned"
LIMITS = (TURNED, PictureView.LATERAL.value, PictureView.NOT_CHEST.value, PHOTOGRAPH)
"""What a picture may be refused for, as its manifest names the limits."""

SURELY = 0.5  # no chest: then it does not matter whether it is a photograph


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the network sees in a picture.

    Attributes:
        views: The probability of each view; they sum to 1.
        photograph: The probability that it is a photograph of a screen or a light box.
    """

    views: Mapping[PictureView, float]
    photograph: float

    @classmethod
    def of(cls, logits: FloatArray) -> "Look":
        """From the network's answer, `(7,)` float32 in the order of `OUTPUTS`."""
        of_views = logits[:-1].astype(np.float64)
        shares = np.exp(of_views - of_views.max())
        shares /= shares.sum()
        views = {view: float(share) for view, share in zip(PictureView, shares, strict=True)}
        return cls(views=views, photograph=float(1 / (1 + np.exp(-np.float64(logits[-1])))))

    @property
    def turned(self) -> float:
        """The probability that a chest lies on its side or upside down."""
        return sum(share for view, share in self.views.items() if view.degrees)

    @property
    def chest(self) -> float:
        """The probability of a frontal chest, however it lies."""
        return self.views[PictureView.UPRIGHT] + self.turned

    @property
    def degrees(self) -> int:
        """By how much a turned chest is to be turned clockwise."""
        lying = (view for view in self.views if view.degrees)
        return max(lying, key=self.views.__getitem__).degrees


def check_look(look: Look, limits: Mapping[str, float]) -> None:
    """Refuse what is no upright frontal chest radiograph, for the likeliest of the reasons.

    What is a photograph is said first, unless it surely shows no chest.

    Raises:
        PhotographError: A photograph of a screen or a light box.
        LateralImageError: A lateral view.
        TurnedImageError: A chest on its side or upside down.
        ChestNotFoundError: No chest at all.
    """
    not_chest = look.views[PictureView.NOT_CHEST]
    if look.photograph >= limits[PHOTOGRAPH] and not_chest < SURELY:
        raise PhotographError
    reasons: dict[float, InputError] = {
        probability: error
        for name, probability, error in (
            (TURNED, look.turned, TurnedImageError(degrees=look.degrees)),
            (PictureView.LATERAL, look.views[PictureView.LATERAL], LateralImageError()),
            (PictureView.NOT_CHEST, not_chest, ChestNotFoundError()),
        )
        if probability >= limits[name]
    }
    if reasons:
        raise reasons[max(reasons)]


class InputGate:
    """Says what a picture is, by a small network of its own."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model.

        Args:
            folder: The model's folder, with manifest and OpenVINO files.
            threads: Inference threads.

        Raises:
            ModelError: The manifest or a file does not fit.
        """
        manifest = load_manifest(folder, "gate")
        for field, found, needed in (
            ("labels", manifest.labels, OUTPUTS),
            ("limits", tuple(sorted(manifest.limits)), tuple(sorted(LIMITS))),
        ):
            if found != needed:
                raise ManifestError(
                    model=manifest.name,
                    file=MANIFEST_FILE,
                    field=field,
                    problem="value",
                    allowed=", ".join(needed),
                )
        self.limits = manifest.limits
        self._size = manifest.input.size
        self._model = one_at_a_time(read_network(folder, manifest, "gate"), threads)

    def look(self, pixels: FloatArray) -> Look:
        """What a `(row, col)` float32 picture in [0, 1] shows."""
        grid = (self._size, self._size)
        small = cv2.resize(pixels, grid, interpolation=cv2.INTER_AREA)
        return Look.of(np.array(self._model(small[None, None])[0][0], np.float32))

    def check(self, radiograph: Radiograph) -> None:
        """Let an upright frontal chest radiograph pass.

        Raises:
            InputError: It is none, or a photograph of one.
        """
        check_look(self.look(radiograph.pixels), self.limits)
