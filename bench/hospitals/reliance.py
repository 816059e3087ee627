"""What a classifier leans on: the AUC that is left with parts of the radiographs changed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.hospitals.changed import CHANGES, LUNGS, Chest, covered
from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import FloatArray
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.hospitals.answers import NORMAL_LABELS
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, Split, data_folder, read_index
from training.evaluate import NothingToEvaluateError
from training.metrics import Metric, auc, bootstrap

NORMAL = "normal"
HOME = ("adult", "paediatric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """One dataset.

    Attributes:
        n: Radiographs whose chest was found.
        auc: Abnormal against normal, by what was changed; `auc` is nothing.
    """

    n: int
    auc: Mapping[str, Metric | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelianceMetrics:
    """Every dataset, and all radiographs together."""

    datasets: Mapping[str, Reliance]
    together: Reliance

    def json_line(self) -> str:
        """The metrics as one line of JSON: those of all radiographs, and `datasets`."""
        return json.dumps(
            {
                **_plain(self.together),
                "datasets": {name: _plain(found) for name, found in self.datasets.items()},
            }
        )

    def table(self) -> str:
        """The metrics as a table."""
        names = ["auc", *CHANGES]
        lines = [f"{'dataset':<14}{'n':>6}" + "".join(f"{name:>22}" for name in names)]
        for dataset, found in (*self.datasets.items(), ("all", self.together)):
            line = f"{dataset:<14}{found.n:>6}"
            for name in names:
                metric = found.auc[name]
                said = (
                    "-"
                    if metric is None
                    else "{:.3f} ({:.3f}-{:.3f})".format(metric.value, *metric.ci95)
                )
                line += f"{said:>22}"
            lines.append(line)
        return "\n".join(lines)


def measure_reliance(settings: Settings, dataset: Path | None, radiographs: int) -> RelianceMetrics:
    """Change parts of radiographs and classify them.

    Args:
        settings: Weights and threads.
        dataset: A dataset; else the validation radiographs of those at home.
        radiographs: How many of each dataset at most, evenly taken from its index.

    Raises:
        NothingToEvaluateError: No chest was found, or no normal one to take lungs from.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    folder = settings.classifier or settings.weights_folder / "classifier"
    classifier = FolderClassifier(folder, settings.threads)
    found, patients, scores, positives = {}, [], [], []
    for name, chosen in _chosen(dataset, radiographs).items():
        score, positive, patient = _scores(chosen, segmenter, classifier)
        found[name] = _reliance(score, positive, patient)
        scores.append(score)
        positives.append(positive)
        patients += [f"{name}/{one}" for one in patient]
    together = _reliance(np.concatenate(scores), np.concatenate(positives), patients)
    return RelianceMetrics(datasets=found, together=together)


def _chosen(dataset: Path | None, count: int) -> dict[str, list[ImageRecord]]:
    if dataset is not None:
        sets = {dataset.name: read_index(dataset)}
    else:
        sets = {
            name: [one for one in read_index(data_folder() / name) if one.split is Split.VALIDATION]
            for name in HOME
            if (data_folder() / name / "index.csv").is_file()
        }
    return {name: all_of[:: max(1, -(-len(all_of) // count))] for name, all_of in sets.items()}


def _scores(
    records: list[ImageRecord], segmenter: DeepLabSegmenter, classifier: FolderClassifier
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    """`(radiograph, change)` abnormal scores, first unchanged; which are abnormal; the patients."""
    kept, chests = [], []
    for record in records:
        try:
            chests.append(chest_of(record, segmenter))
        except ChestNotFoundError:
            continue
        kept.append(record)
    positive = np.array([record.label not in NORMAL_LABELS for record in kept], bool)
    normal = np.flatnonzero(~positive)
    if normal.size < 2:
        raise NothingToEvaluateError("there are fewer than two normal radiographs to take lungs of")
    random = np.random.default_rng(0)
    scores = []
    for number, chest in enumerate(chests):
        others = [one for one in normal if kept[one].patient != kept[number].patient]
        donor = chests[random.choice(others or [one for one in normal if one != number])]
        seen = [chest.radiograph, *(change(chest, donor, random) for change in CHANGES.values())]
        batch = np.stack([classifier.input_model(one, chest.anatomy) for one in seen])
        scores.append(abnormal_scores(classifier.logits(batch), classifier))
    return np.array(scores, np.float64), positive, [record.patient for record in kept]


def abnormal_scores(logits: FloatArray, classifier: FolderClassifier) -> NDArray[np.float64]:
    """How abnormal, `(radiograph,)`: the log odds that logits `(radiograph, label)` give."""
    normal = classifier.labels.index(NORMAL)
    others = np.delete(logits.astype(np.float64), normal, axis=1)
    found: NDArray[np.float64] = np.logaddexp.reduce(others, axis=1) - logits[:, normal]
    return found


def chest_of(record: ImageRecord, segmenter: DeepLabSegmenter) -> Chest:
    """A radiograph with its anatomy and what the heart covers of the lungs.

    Raises:
        ChestNotFoundError: No chest was found.
    """
    radiograph = radiograph_of(record)
    anatomy = segmenter.segment(radiograph)
    found = segmenter.outlines_image(radiograph)
    field = found["right_field"] | found["left_field"]
    right, left = (anatomy.masks_image[side] for side in LUNGS)
    # The patient's right lung lies on the picture's left.
    heart = covered(right, field, medial_is_right=True)
    heart |= covered(left, field, medial_is_right=False)
    return Chest(radiograph=radiograph, anatomy=anatomy, heart_image=heart)


def _reliance(
    scores: NDArray[np.float64],
    positive: NDArray[np.bool_],
    patients: list[str],
) -> Reliance:
    return Reliance(
        n=len(positive),
        auc={
            name: bootstrap(partial(_auc, positive, scores[:, column]), patients)
            for column, name in enumerate(("auc", *CHANGES))
        },
    )


def _auc(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], cases: NDArray[np.int64]
) -> float:
    return auc(positive[cases], scores[cases])


def _plain(found: Reliance) -> dict[str, object]:
    return {
        "n": found.n,
        **{name: None if one is None else asdict(one) for name, one in found.auc.items()},
    }
