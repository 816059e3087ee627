"""The faithfulness bench's figures as pictures for `docs/explanations.md`."""

from pathlib import Path

import numpy as np

from bench.maps.faithfulness_metrics import FaithfulnessMetrics
from pipeline.types import Method

COLOURS = {  # told apart by those who see red and green alike, and by their dashes
    **{method.value: (method.spec.colour, "-") for method in Method},
    "fused": ("#009e73", "-"),
    "stock_lime": ("#cc79a7", "--"),
    "centre_blob": ("#777777", "--"),
    "random": ("#000000", ":"),
}
NAMES = {
    **{method.value: method.spec.name for method in Method},
    "fused": "fused",
    "stock_lime": "stock LIME",
    "centre_blob": "blob in the middle",
    "random": "random",
}


def draw_faithfulness(metrics: FaithfulnessMetrics, folder: Path) -> list[Path]:
    """Draw `curves.png` and `gains.png` to a folder; give the files."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    curves = Figure(figsize=(10, 4.2), layout="constrained")
    for axes, kind in zip(curves.subplots(1, 2), ("deletion", "insertion"), strict=True):
        for name, found in metrics.curves.items():
            values = getattr(found, kind)
            colour, dash = COLOURS[name]
            places = np.linspace(0, 1, len(values))
            label = f"{NAMES[name]} ({metrics.methods[name].radiographs} radiographs)"
            axes.plot(places, values, dash, color=colour, label=label)
        verb = "hidden" if kind == "deletion" else "shown"
        axes.set(xlabel=f"share {verb}, strongest first", ylabel="probability of the label")
        axes.set(title=f"{kind}: {'lower' if kind == 'deletion' else 'higher'} is better")
        axes.set(ylim=(0, 1))
    axes.legend(fontsize=8)
    gains = Figure(figsize=(8, 4), layout="constrained")
    axes = gains.subplots()
    for number, (name, method) in enumerate(metrics.methods.items()):
        for shift, (value, interval), marker in (
            (-0.12, (method.deletion_gain, method.deletion_gain_ci95), "o"),
            (0.12, (method.insertion_gain, method.insertion_gain_ci95), "s"),
        ):
            low, high = value - interval[0], interval[1] - value
            axes.errorbar(
                value, number + shift, xerr=[[low], [high]], fmt=marker, color=COLOURS[name][0],
                capsize=3,
            )  # fmt: skip
    axes.axvline(0, color="black", linestyle=":")
    axes.set_yticks(range(len(metrics.methods)), [NAMES[name] for name in metrics.methods])
    axes.invert_yaxis()
    axes.set(xlabel="gain over random maps (circle: deletion, square: insertion), 95 % intervals")
    files = [folder / "curves.png", folder / "gains.png"]
    for file, picture in zip(files, (curves, gains), strict=True):
        picture.savefig(file, dpi=120)
    return files
