"""The thresholds of the trust marks, from a classifier's validation films.

No threshold asks how usual a value is, or a classifier whose maps are all worthless would be marked
good. Deletion, insertion and agreement are held against chance on the same films; stability against
what a second full run gives; only the shortcut measures know a usual value, between bounds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classifier import FolderClassifier
from pipeline.manifest import MANIFEST_FILE, file_sha256, load_manifest
from pipeline.settings import Settings
from pipeline.types import FloatArray, Method, SaliencyMap, Trust, TrustMark, TrustMeasure
from segmentation.segmenter import DeepLabSegmenter
from training.explained import Explained, explained_films, validation_films
from xai.describe import ZoneDescriber
from xai.grad_cam import GradCam
from xai.lime_explainer import LimeExplainer
from xai.trust import RANDOM_MAPS, TrustAssessor, faithfulness, prepare
from xai.trust_agreement import OVERLAP_CHANCE, agreement_of, rank_correlation
from xai.trust_curves import curves_of, random_map, ranking
from xai.trust_thresholds import TRUST_FILE, Limits, TrustThresholds, thresholds_json

FILMS = 120
OTHER_SEED = 1000  # of the second full run of LIME, and of the random maps that stand for a map
BEATEN = (0.95, 0.5)
"""Shares of random maps, or of pairs of unrelated maps, that a good and a doubtful one beats."""

REPRODUCED = (0.7, 0.5)
"""Rank correlation with a second full run that is expected of a good and of a doubtful map; those
are the reliabilities that are called acceptable and poor (Nunnally 1978)."""

UNRELATED = 3  # other films that each film's Grad-CAM is held against

USUAL = (0.9, 0.99)
"""Shares of validation films that lie within the limits of a shortcut measure."""

BOUNDS = {
    TrustMeasure.OUTSIDE_SHARE: ((0.1, 0.3), (0.3, 0.5)),
    TrustMeasure.TEXT_SHARE: ((0.04, 0.05), (0.07, 0.08)),
    TrustMeasure.BORDER_SHARE: ((0.08, 0.12), (0.15, 0.25)),
}
"""Lowest and highest limit of a good and of a doubtful excess. A classifier that leans on markers
finds that usual; a map that lies on them for a tenth is not to be relied on all the same. Those of
text were chosen on classifiers that a marker was planted for (`python -m bench sanity`).
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What one film gave.

    Attributes:
        trust: Its values.
        chance: Deletion and insertion excess of random maps.
        reproduced: Rank correlation of the LIME map with a second full run, over what is seen.
        maps_model: Both maps on the network's grid, `(size, size)` float32.
        lungs_model: `(size, size)` bool.
    """

    trust: Trust
    chance: tuple[float, ...]
    reproduced: float
    maps_model: Mapping[Method, FloatArray]
    lungs_model: NDArray[np.bool_]


def set_thresholds(
    folder: Path,
    anatomy: Path,
    data: Path,
    count: int = FILMS,
    tell: Callable[[str], None] = print,
) -> TrustThresholds:
    """Find a classifier's thresholds, write `trust.json` beside its weights and name it there.

    Args:
        folder: The classifier's folder.
        anatomy: The anatomy model's folder.
        data: A pack, or a folder of packs.
        count: Validation films at most.
        tell: Hears how far it is.

    Raises:
        ModelError: A model cannot be used.
        NothingToEvaluateError: There is no film.
    """
    settings = Settings(classifier=folder)
    network = FolderClassifier(folder, settings.threads)
    films = validation_films(data, network.labels, count)
    lime = LimeExplainer(network, settings)
    explained = explained_films(
        films,
        DeepLabSegmenter(anatomy, settings.threads),
        network,
        {Method.GRAD_CAM: GradCam(network, settings), Method.LIME: lime},
        ZoneDescriber(),
    )
    measured = []
    for item in explained:
        measured.append(measure_film(item, network, settings))
        if len(measured) % 10 == 0:
            tell(f"{len(measured)} of {len(films)} films")
    found = thresholds_of(measured)
    found = replace(
        found,
        origin={
            "command": f"python -m training trust_thresholds --films {count}",
            "films": len(measured),
            "packs": sorted({film.pack for film in films}),
            **found.origin,
            "found": figures_of([item.trust for item in measured], found),
        },
    )
    write_thresholds(found, folder)
    return found


def write_thresholds(thresholds: TrustThresholds, folder: Path) -> None:
    """Write `trust.json` to a classifier's folder and name it in the manifest there."""
    load_manifest(folder, "classification")  # nothing is added to a folder that is not whole
    (folder / TRUST_FILE).write_text(thresholds_json(thresholds), encoding="utf-8")
    manifest = folder / MANIFEST_FILE
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["files"][TRUST_FILE] = file_sha256(folder / TRUST_FILE)
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    manifest.write_text(text, encoding="utf-8")


def measure_film(item: Explained, network: FolderClassifier, settings: Settings) -> Measured:
    """Measure one film's explanations, those of chance, and a second full run of LIME."""
    radiograph, anatomy = item.radiograph, item.anatomy
    label = item.prediction.leading_label
    trust = TrustAssessor(network, settings).assess(
        radiograph, anatomy, item.explanations, item.descriptors
    )
    prepared = prepare(network, radiograph, anatomy, label)
    subject, grid = prepared.subject, prepared.grid
    size = subject.image_model.shape[0]
    chance = [random_map(size, (OTHER_SEED, number)) for number in range(RANDOM_MAPS)]
    orders = [ranking(noise, subject.seen_model, noise) for noise in chance]
    again = LimeExplainer(network, replace(settings, seed=OTHER_SEED)).explain(
        radiograph, anatomy, label
    )
    maps = {method: grid.to_model(one.raw_image) for method, one in item.explanations.items()}
    seen = subject.seen_model
    return Measured(
        trust=trust,
        chance=tuple(
            score.excess
            for curves in curves_of(subject, orders)
            for score in faithfulness(SaliencyMap.FUSED, curves, trust.random_auc)
        ),
        reproduced=rank_correlation(maps[Method.LIME][seen], grid.to_model(again.raw_image)[seen]),
        maps_model=maps,
        lungs_model=grid.mask_to_model(anatomy.lungs_image),
    )


def thresholds_of(measured: list[Measured]) -> TrustThresholds:
    """The thresholds that films give, and what they rest on."""
    trusts = [item.trust for item in measured]
    chance = [value for item in measured for value in item.chance]
    unrelated = np.array(
        [
            agreement_of(one.maps_model[Method.GRAD_CAM], other.maps_model[Method.LIME], lungs)
            for shift in range(1, min(UNRELATED, len(measured) - 1) + 1)
            for one, other in zip(measured, measured[shift:] + measured[:shift], strict=True)
            for lungs in (one.lungs_model & other.lungs_model,)
        ]
    )
    short = excesses_of(trusts, SaliencyMap.LIME, TrustMeasure.STABILITY)
    full = np.array([item.reproduced for item in measured])
    slope, start = np.polyfit(short, full, 1)
    limits = {
        TrustMeasure.DELETION: _beating(chance),
        TrustMeasure.INSERTION: _beating(chance),
        TrustMeasure.RANK_AGREEMENT: _beating(unrelated[:, 0]),
        TrustMeasure.OVERLAP: _beating(unrelated[:, 1] - OVERLAP_CHANCE),
        TrustMeasure.STABILITY: _reproducing(float(slope), float(start)),
    }
    for measure, bounds in BOUNDS.items():
        shares = np.concatenate(
            [excesses_of(trusts, SaliencyMap(method), measure) for method in Method]
        )
        good, doubtful = (
            float(np.clip(np.quantile(shares, usual), *bound))
            for usual, bound in zip(USUAL, bounds, strict=True)
        )
        limits[measure] = Limits(good=round(good, 4), doubtful=round(doubtful, 4))
    origin = {
        "reproduced": {"mean": float(full.mean()), "slope": float(slope), "start": float(start)}
    }
    return TrustThresholds(limits=limits, origin=origin)


def _beating(chance: Sequence[float] | NDArray[np.float64]) -> Limits:
    good, doubtful = np.quantile(np.asarray(chance), BEATEN)
    return Limits(good=round(float(good), 4), doubtful=round(float(doubtful), 4))


def _reproducing(slope: float, start: float) -> Limits:
    """The short runs' values from which a full run's are expected to be high enough.

    Where the short runs foretell nothing, the values themselves are asked for as much.
    """
    if slope <= 0.1:
        good, doubtful = REPRODUCED
    else:
        good, doubtful = (float(np.clip((want - start) / slope, 0, 1)) for want in REPRODUCED)
    return Limits(good=round(good, 4), doubtful=round(doubtful, 4))


def excesses_of(
    trusts: Sequence[Trust], name: SaliencyMap, measure: TrustMeasure
) -> NDArray[np.float64]:
    """One measure of one map on every film, `(film,)`."""
    return np.array(
        [score.excess for trust in trusts for score in trust.of(name) if score.measure is measure]
    )


def figures_of(trusts: Sequence[Trust], thresholds: TrustThresholds) -> dict[str, Any]:
    """By map and measure: quantiles of the excess, and the share of films with each mark."""
    found: dict[str, Any] = {}
    for name in SaliencyMap:
        for measure in TrustMeasure:
            excess = excesses_of(trusts, name, measure)
            if not excess.size:
                continue
            marks = [
                thresholds.marked(score).mark
                for trust in trusts
                for score in trust.of(name)
                if score.measure is measure
            ]
            quantiles = np.quantile(excess, (0.1, 0.5, 0.9))
            row = dict(zip(("p10", "median", "p90"), quantiles.tolist(), strict=True))
            row |= {mark.value: marks.count(mark) / len(marks) for mark in TrustMark}
            rounded = {key: round(value, 4) for key, value in row.items()}
            found.setdefault(name.value, {})[measure.value] = rounded
    return found
