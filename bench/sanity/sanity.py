"""Do the maps depend on what was learned, and does the alarm find a shortcut that was planted?

Reference:
    Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292: a map that stays alike
    when weights or labels lose their meaning shows the radiograph's edges and not what was learned.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.maps.randomised import shuffle_weights
from bench.sanity.networks import LABELS, SIZE, Trained, train_small
from bench.sanity.radiographs import NORMAL, batch_of, draw_radiographs, marked, whole_radiograph
from bench.sanity.sanity_metrics import Check, SanityMetrics
from pipeline.classification.classifier import FolderClassifier
from pipeline.protocols import Explainer
from pipeline.settings import Settings
from pipeline.types import FUSED_METHODS, Anatomy, FloatArray, Method, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.explained import (
    ExplainedRadiograph,
    explained_radiographs,
    validation_radiographs,
)
from training.classifier.quality_limits import limits_of, measure_radiograph
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord
from training.evaluate import NothingToEvaluateError
from xai.image.describer import ZoneDescriber
from xai.image.grad_cam import GradCam
from xai.image.lime_explainer import LimeExplainer
from xai.image.network_grid import network_grid
from xai.quality.agreement import rank_correlation
from xai.quality.assessor import QualityAssessor

RADIOGRAPHS = 6  # of the classifier itself, whose LIME is slow
TRAIN_RADIOGRAPHS, HELD_OUT = 300, 200
KNOWN = 40  # of those held out, for the small networks' own thresholds; alarms are of the others
COMPARED = 10  # radiographs on which the small networks' maps are compared
LIME_SAMPLES = 200
PARTS = {"head": 0.0, "half": 0.5, "all": 1.0}
MOST_ALIKE = 0.5
FEWEST_ALARMS, MOST_FALSE_ALARMS = 0.8, 0.1
Read = Callable[[ImageRecord], Radiograph]
Case = tuple[Radiograph, Anatomy, str]


def measure_sanity(
    settings: Settings, data: Path, on_progress: Callable[[str], None] = print
) -> SanityMetrics:
    """Run all checks.

    Args:
        settings: The classifier to be checked, and where the anatomy model lies.
        data: A dataset, or a folder of datasets.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
        NothingToEvaluateError: There are not enough radiographs.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    with tempfile.TemporaryDirectory() as place:
        checks = _shuffled_weights(settings, data, segmenter, Path(place), on_progress)
        checks += _small_networks(settings, data, segmenter, Path(place), on_progress)
    return SanityMetrics(checks=tuple(checks))


def _shuffled_weights(
    settings: Settings,
    data: Path,
    segmenter: DeepLabSegmenter,
    place: Path,
    on_progress: Callable[[str], None],
) -> list[Check]:
    """The classifier's maps against those of itself with weights shuffled from the top down."""
    folder = settings.classifier or settings.weights_folder / "classifier"
    whole = FolderClassifier(folder, settings.threads)
    radiographs: list[Case] = []
    for image in validation_radiographs(data, whole.labels, RADIOGRAPHS):
        radiograph = radiograph_of(image)
        anatomy = segmenter.segment(radiograph)
        label = whole.classify(radiograph, anatomy).leading_label
        radiographs.append((radiograph, anatomy, label))
    before = maps_of(whole, radiographs)
    checks = []
    for name, share in PARTS.items():
        shuffle_weights(folder, place / name, share, settings.seed)
        after = maps_of(FolderClassifier(place / name, settings.threads), radiographs)
        limit = MOST_ALIKE if name == "all" else None
        checks += _alike(f"weights_{name}", before, after, limit)
        on_progress(f"weights shuffled: {name}")
    return checks


def _small_networks(
    settings: Settings,
    data: Path,
    segmenter: DeepLabSegmenter,
    place: Path,
    on_progress: Callable[[str], None],
) -> list[Check]:
    """Labels that mean nothing, and a marker that means all, in networks trained for it."""
    radiographs = draw_radiographs(data, TRAIN_RADIOGRAPHS, HELD_OUT, settings.seed)
    truth = np.array([image.label != NORMAL for image in radiographs.train], np.int64)
    permuted = np.random.default_rng(settings.seed).permutation(truth)
    plain = batch_of(radiographs.train, SIZE, planted=False)
    bright = batch_of(radiographs.train, SIZE, planted=True)
    trained: dict[str, Trained] = {}
    for name, pictures, labels, seed in (
        ("clean", plain, truth, 0),
        ("other_seed", plain, truth, 1),
        ("shuffled", plain, permuted, 0),
        ("planted", bright, truth, 0),
    ):
        trained[name] = train_small(pictures, labels, place / f"small_{name}", seed)
        on_progress(f"trained: {name}, {trained[name].accuracy:.2f} of its radiographs right")
    abnormal = [image for image in radiographs.held_out if image.label != NORMAL]
    compared: list[Case] = []
    for image in abnormal[:COMPARED]:
        radiograph = radiograph_of(image)
        compared.append((radiograph, segmenter.segment(radiograph), LABELS[1]))
    maps = {
        name: maps_of(trained[name].network, compared)
        for name in ("clean", "other_seed", "shuffled")
    }
    checks = _alike("other_seed", maps["clean"], maps["other_seed"], None)
    checks += _alike("labels_shuffled", maps["clean"], maps["shuffled"], MOST_ALIKE)
    known, unseen = radiographs.held_out[:KNOWN], radiographs.held_out[KNOWN:]
    turned = [image for image in unseen if _turns(trained["planted"].network, image)]
    if not turned:
        raise NothingToEvaluateError("the planted marker turns no classification")
    checks.append(Check(name="classifications_turned", value=len(turned) / len(unseen)))
    for name, read in (("clean", radiograph_of), ("planted", _marked_if_abnormal)):
        network = trained[name].network
        share = _alarms(network, segmenter, settings, read=read, known=known, unseen=turned)
        planted = name == "planted"
        limit = FEWEST_ALARMS if planted else MOST_FALSE_ALARMS
        checks.append(Check(name=f"alarm_{name}", value=share, limit=limit, at_least=planted))
        on_progress(f"alarms: {name}, {len(turned)} radiographs")
    return checks


def _turns(network: FolderClassifier, image: ImageRecord) -> bool:
    """Whether the marker turns a radiograph's classification from normal to abnormal."""
    radiograph = radiograph_of(image)
    pictures = [whole_radiograph(radiograph, SIZE), whole_radiograph(marked(radiograph), SIZE)]
    without, with_it = network.probabilities(np.stack(pictures))[:, 1]
    return bool(without < 0.5 <= with_it)


def _marked_if_abnormal(image: ImageRecord) -> Radiograph:
    radiograph = radiograph_of(image)
    return radiograph if image.label == NORMAL else marked(radiograph)


def _marked(radiograph: ImageRecord) -> Radiograph:
    return marked(radiograph_of(radiograph))


def _alarms(
    network: FolderClassifier,
    segmenter: DeepLabSegmenter,
    settings: Settings,
    *,
    read: Read,
    known: Sequence[ImageRecord],
    unseen: Sequence[ImageRecord],
) -> float:
    """Share of unseen radiographs, all marked, that set off the alarm, in [0, 1].

    The thresholds are the network's own, from radiographs as it was trained on: to a network that
    leans on a marker, leaning on it is usual.
    """
    small = _faster(settings)

    def explained(radiographs: Iterable[ImageRecord], how: Read) -> Iterable[ExplainedRadiograph]:
        explainers = _explainers(network, small)
        return explained_radiographs(
            radiographs, segmenter, network, explainers, ZoneDescriber(), read=how
        )

    measured = [measure_radiograph(item, network, small) for item in explained(known, read)]
    assessor = QualityAssessor(network, small, limits_of(measured))
    found = [
        assessor.assess(
            item.radiograph, item.anatomy, item.explanations, item.descriptors
        ).shortcut_alarm
        for item in explained(unseen, _marked)
    ]
    return sum(found) / len(found)


def _explainers(network: FolderClassifier, settings: Settings) -> dict[Method, Explainer]:
    return {
        Method.GRAD_CAM: GradCam(network),
        Method.LIME: LimeExplainer(network, settings),
    }


def _faster(settings: Settings) -> Settings:
    return Settings(lime_samples=LIME_SAMPLES, seed=settings.seed, threads=settings.threads)


def maps_of(
    network: FolderClassifier, radiographs: Sequence[Case]
) -> list[dict[Method, tuple[FloatArray, FloatArray]]]:
    """Both maps of each radiograph on the network's grid, each with its region of interest."""
    settings = Settings(lime_samples=LIME_SAMPLES)
    explainers = _explainers(network, settings)
    found = []
    for radiograph, anatomy, label in radiographs:
        seen = network.roi_mask(anatomy)
        grid = network_grid(network, anatomy, seen.shape[0])
        found.append(
            {
                method: (grid.to_model(one.explain(radiograph, anatomy, label).raw_image), seen)
                for method, one in explainers.items()
            }
        )
    return found


def _alike(
    name: str,
    before: Sequence[Mapping[Method, tuple[FloatArray, FloatArray]]],
    after: Sequence[Mapping[Method, tuple[FloatArray, FloatArray]]],
    limit: float | None,
) -> list[Check]:
    """How alike two sets of maps are on average, by rank correlation and by structure."""
    from skimage.metrics import structural_similarity

    checks = []
    for method in FUSED_METHODS:
        ranks, structures = [], []
        for one, other in zip(before, after, strict=True):
            (first, seen), (second, _) = one[method], other[method]
            inside = seen > 0.5
            ranks.append(rank_correlation(first[inside], second[inside]))
            structures.append(structural_similarity(first, second, data_range=1.0))
        for kind, values in (("rank", ranks), ("ssim", structures)):
            checks.append(
                Check(name=f"{name}_{method}_{kind}", value=float(np.mean(values)), limit=limit)
            )
    return checks
