"""The curves beside an evaluation's figures: ROC, reliability, confusion."""

from pathlib import Path

from pipeline.manifest import ClassificationManifest
from training.classifier.classified import Classified
from training.classifier.evaluate import scores_of


def draw_curves(found: Classified, manifest: ClassificationManifest, stem: Path) -> list[Path]:
    """Draw ROC, reliability and confusion to `<stem>-roc.png` and so on; give the files."""
    from matplotlib.figure import Figure
    from sklearn.calibration import CalibrationDisplay
    from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

    labels, scores = list(manifest.labels), scores_of(found, manifest)
    positive, abnormal = scores.positive, scores.abnormal
    drawn = {}
    if positive.any() and not positive.all():
        drawn["roc"] = Figure(figsize=(5, 5), layout="constrained")
        axes = drawn["roc"].subplots()
        RocCurveDisplay.from_predictions(positive, abnormal, name="as it is", ax=axes)
        for part, without in scores.blanked.items():
            RocCurveDisplay.from_predictions(positive, without, name=f"{part} blanked", ax=axes)
        axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
        axes.set(
            xlabel="normal radiographs called abnormal",
            ylabel="abnormal radiographs called abnormal",
        )
        drawn["reliability"] = Figure(figsize=(5, 5), layout="constrained")
        CalibrationDisplay.from_predictions(
            positive, abnormal, n_bins=10, strategy="quantile", name="abnormal",
            ax=drawn["reliability"].subplots(),
        )  # fmt: skip
    drawn["confusion"] = Figure(figsize=(7, 6), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(
        [labels[number] for number in scores.truth],
        [labels[number] for number in scores.probabilities.argmax(axis=1)],
        labels=labels, cmap="cividis", colorbar=False, xticks_rotation=30,
        ax=drawn["confusion"].subplots(),
    )  # fmt: skip
    files = []
    for name, picture in drawn.items():
        files.append(stem.with_name(f"{stem.name}-{name}.png"))
        picture.savefig(files[-1], dpi=120)
    return files
