"""Pictures for the anatomy model's card, of phantoms only."""

from pathlib import Path

import numpy as np

from pipeline.errors import ChestNotFoundError
from pipeline.phantom.drawing import draw_phantom
from pipeline.types import FloatArray, ImageFormat, Radiograph, Structure
from segmentation.segmenter import DeepLabSegmenter
from training.anatomy.robustness import REFUSED, STILL_FOUND

COLOURS = {  # of Okabe and Ito, told apart by the colour-blind too
    Structure.RIGHT_LUNG: "#56B4E9",
    Structure.LEFT_LUNG: "#E69F00",
    Structure.SPINE: "#F0E442",
    Structure.ABDOMEN: "#CC79A7",
    Structure.HEART: "#D55E00",
}


def draw_outlines(segmenter: DeepLabSegmenter, file: Path, seed: int = 0) -> None:
    """Draw what the segmenter makes of a phantom, as it is and changed in every way."""
    from matplotlib.figure import Figure

    pixels = draw_phantom(seed, shape=(448, 448)).pixels
    changes = {name: change for name, (change, _) in STILL_FOUND.items()} | dict(REFUSED)
    radiographs = {"as it is": pixels} | {
        name.replace("_", " "): np.ascontiguousarray(change(pixels), np.float32)
        for name, change in changes.items()
    }
    drawn = Figure(figsize=(2.2 * len(radiographs), 2.6), layout="constrained")
    for axes, (name, radiograph) in zip(
        drawn.subplots(1, len(radiographs)), radiographs.items(), strict=True
    ):
        axes.imshow(radiograph, cmap="grey", vmin=0, vmax=1)
        axes.set_axis_off()
        try:
            anatomy = segmenter.segment(_radiograph(radiograph))
        except ChestNotFoundError:
            axes.set_title(f"{name}: refused", fontsize=9)
            continue
        axes.set_title(name, fontsize=9)
        for structure, mask in anatomy.masks_image.items():
            axes.contour(mask, levels=[0.5], colors=COLOURS[structure], linewidths=1.5)
    drawn.savefig(file, dpi=90)


def _radiograph(pixels: FloatArray) -> Radiograph:
    rows, cols = pixels.shape
    inside = np.clip(pixels, 0, 1)
    return Radiograph(pixels=inside, sha256="", format=ImageFormat.PNG, source_shape=(rows, cols))
