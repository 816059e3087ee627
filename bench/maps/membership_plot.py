"""The membership functions of the fuzzy grades as a picture for `docs/explanations.md`."""

from pathlib import Path

import numpy as np

from xai.image.fuzzy_grades import load_grading

COLOURS = ("#56b4e9", "#0072b2", "#d55e00")
DASHES = (":", "--", "-")


def draw_membership(folder: Path) -> Path:
    """Draw `membership.png` from `xai/image/fuzzy_grades.toml` to a folder; give the file."""
    from matplotlib.figure import Figure

    grading = load_grading()
    picture = Figure(figsize=(8, 3), layout="constrained")
    axes = picture.subplots()
    places = np.linspace(0, 1, 501)
    for (grade, trapezoid), colour, dash in zip(
        grading.grades.items(), COLOURS, DASHES, strict=True
    ):
        degrees = [trapezoid.degree(float(place)) for place in places]
        axes.plot(places, degrees, dash, color=colour, linewidth=2, label=grade.value)
    floor = grading.floor_intensity
    axes.axvspan(0, floor, color="#dddddd", label=f"below {floor}: no descriptor")
    axes.set(xlabel="intensity: mean of the fused map in the zone", ylabel="degree of membership")
    axes.set(xlim=(0, 1), ylim=(0, 1.05))
    axes.legend(fontsize=8, loc="center right")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "membership.png"
    picture.savefig(file, dpi=120)
    return file
