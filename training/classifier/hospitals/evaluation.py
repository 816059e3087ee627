"""A classifier measured on any dataset, through the path that the app runs."""

from pathlib import Path
from typing import Any

from pipeline.classification.classifier import FolderClassifier
from pipeline.manifest import load_manifest
from pipeline.settings import Settings
from pipeline.types import Examination
from training.classifier.classified import Seen
from training.classifier.curves import draw_curves
from training.classifier.evaluate import classifier_metrics
from training.classifier.hospitals.answers import answers_of, figures_of
from training.classifier.hospitals.risk import draw_risk, risk_against_coverage
from training.datasets.index import ImageRecord
from training.evaluate import NothingToEvaluateError

THREADS = 2


def evaluate_classifier(
    folder: Path, records: list[ImageRecord], plots: Path | None = None
) -> dict[str, Any]:
    """Measure a classifier behind the shipped anatomy model.

    Args:
        folder: The classifier's folder.
        records: The radiographs, with any labels.
        plots: Where curves are drawn, such as `out/adult` for `out/adult-roc.png`; they show the
            radiographs whose label the classifier knows.

    Returns:
        `figures_of` and `risk_against_coverage`, and where labels are the classifier's own, what
        `classifier_metrics` says of them besides.

    Raises:
        ModelError: The folder holds no model that can be used.
        NothingToEvaluateError: The dataset holds nothing to measure it on.
    """
    manifest = load_manifest(folder, "classification")
    if manifest.activation == "sigmoid":
        raise NothingToEvaluateError("a radiograph has one label here; this model's occur together")
    if not records:
        raise NothingToEvaluateError("there is no radiograph")
    seen = Seen(FolderClassifier(folder, THREADS))

    def look(record: ImageRecord, examination: Examination) -> None:
        if seen.knows(record):
            seen.add(record, examination.radiograph, examination.anatomy)

    settings = Settings(classifier=folder, threads=THREADS)
    answers = answers_of(records, settings, look)
    curves = risk_against_coverage(answers)
    figures = {**figures_of(answers), "risk_against_coverage": curves}
    if plots is not None and curves:
        draw_risk(curves, plots.with_name(f"{plots.name}-risk.png"))
    if not seen:
        return figures
    found = seen.classified([])
    if plots is not None and len({record.label for record in found.radiographs}) > 1:
        draw_curves(found, manifest, plots)
    return {**classifier_metrics(found, manifest), **figures}
