"""Held-out radiographs of one hospital, answered once and judged by any calibration after that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.manifest import ClassificationManifest, load_manifest
from pipeline.settings import Settings
from pipeline.types import Examination
from training.classifier.calibrate import softmax
from training.classifier.classified import Classified, Seen
from training.classifier.evaluate import classifier_metrics
from training.classifier.hospitals.answers import Answers, answers_of, figures_of, is_abnormal
from training.classifier.hospitals.site_fit import SiteRadiographs
from training.classifier.hospitals.sources import TAUGHT, label_of
from training.datasets.index import ImageRecord, Split, read_index

MOST = 700  # radiographs of one dataset, evenly taken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Radiographs of one dataset and what the classifier makes of them.

    Attributes:
        answers: The app's answers, by whatever manifest stood there.
        site: Their logits, which no calibration changes.
        seen: The same with parts blanked, each label one of the classifier's.
    """

    answers: Answers
    site: SiteRadiographs
    seen: Classified

    def figures(self, manifest: ClassificationManifest) -> dict[str, Any]:
        """All figures by a manifest: of the labels, and of abnormal against normal."""
        probabilities = softmax(self.site.logits / manifest.temperature)
        predictions = [
            replace(
                prediction,
                probabilities=tuple(row.tolist()),
                threshold_prob=manifest.threshold_prob,
                uncertain_prob=manifest.uncertain_prob,
                unfamiliarity_limit=manifest.unfamiliarity_limit,
            )
            for prediction, row in zip(self.answers.predictions, probabilities, strict=True)
        ]
        judged = figures_of(replace(self.answers, predictions=predictions))
        return {**classifier_metrics(self.seen, manifest), **judged}


def held_out(data: Path, name: str) -> list[ImageRecord]:
    """The radiographs that a dataset is judged by.

    Of those that are taught these are the validation radiographs; of JSRT those without a nodule,
    for nodules are no label of the classifier.
    """
    records = read_index(data / name)
    if name in TAUGHT:
        records = [record for record in records if record.split is Split.VALIDATION]
    else:
        records = [record for record in records if record.label != "nodule"]
    return records[:: max(1, -(-len(records) // MOST))]


def answered(folder: Path, records: Sequence[ImageRecord]) -> HeldOut:
    """Let a classifier answer radiographs as the app does.

    Raises:
        ModelError: The classifier cannot be used.
        NothingToEvaluateError: No chest was found on any.
    """
    classifier = FolderClassifier(folder, threads=2)
    manifest = load_manifest(folder, "classification")
    seen = Seen(classifier)

    def look(record: ImageRecord, examination: Examination) -> None:
        named = replace(record, label=label_of(record))
        seen.add(named, examination.radiograph, examination.anatomy)

    answers = answers_of(records, Settings(classifier=folder), look)
    found = seen.classified([])
    site = SiteRadiographs(
        logits=found.logits.astype(np.float64),
        positive=np.array([is_abnormal(record) for record in answers.radiographs], bool),
        unfamiliarity=np.array([one.unfamiliarity or 0.0 for one in answers.predictions]),
        patients=[record.patient for record in answers.radiographs],
        normal=manifest.labels.index(manifest.normal_label),
    )
    return HeldOut(answers=answers, site=site, seen=found)


def joined(sites: Sequence[SiteRadiographs]) -> SiteRadiographs:
    """Several hospitals' radiographs as one set; patients of different ones stay different."""
    return SiteRadiographs(
        logits=np.concatenate([site.logits for site in sites]),
        positive=np.concatenate([site.positive for site in sites]),
        unfamiliarity=np.concatenate([site.unfamiliarity for site in sites]),
        patients=[
            f"{number}/{patient}" for number, site in enumerate(sites) for patient in site.patients
        ],
        normal=sites[0].normal,
    )


def even_weights(positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights that sum to 1, both kinds alike; of a hospital with one kind all cases alike."""
    if positive.all() or not positive.any():
        return np.full(len(positive), 1 / len(positive))
    weights: NDArray[np.float64] = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    return weights
