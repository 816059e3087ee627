"""Thresholds of the trust marks: from films' values to limits, and into the folder."""

import json

import numpy as np
import pytest

from pipeline.errors import ManifestError, WeightsMismatchError
from pipeline.manifest import MANIFEST_FILE, load_manifest
from pipeline.types import Method, SaliencyMap, Trust, TrustMark, TrustMeasure, TrustScore
from tests.xai.test_trust_scores import classifier_folder
from training.evaluate import NothingToEvaluateError
from training.explained import validation_films
from training.packs import Split
from training.trust_thresholds import (
    BOUNDS,
    Measured,
    excesses_of,
    figures_of,
    thresholds_of,
    write_thresholds,
)
from xai.trust_thresholds import TRUST_FILE, load_thresholds

SIDE = 24
LUNGS = np.ones((SIDE, SIDE), bool)


def measured(number, *, stability, reproduced, outside, chance=(-0.2, -0.1, 0.1, 0.2)):
    """One film's values; its maps are smooth noise that has nothing to do with any other's."""
    random = np.random.default_rng(number)
    scores = [
        TrustScore(map=SaliencyMap.LIME, measure=TrustMeasure.STABILITY, value=stability),
        *(
            TrustScore(map=SaliencyMap(method), measure=measure, value=outside)
            for method in Method
            for measure in BOUNDS
        ),
    ]
    return Measured(
        trust=Trust(label="found", scores=tuple(scores), curves={}, random_auc=0.5),
        chance=chance,
        reproduced=reproduced,
        maps_model={method: random.random((SIDE, SIDE)).astype(np.float32) for method in Method},
        lungs_model=LUNGS,
    )


def films(outside=0.0):
    """Twenty films whose full runs agree 0.2 better than their short ones."""
    stabilities = np.linspace(0.2, 0.7, 20)
    return [
        measured(number, stability=value, reproduced=value + 0.2, outside=outside)
        for number, value in enumerate(stabilities)
    ]


def test_curves_are_held_against_what_random_maps_reach():
    limits = thresholds_of(films()).limits
    for measure in (TrustMeasure.DELETION, TrustMeasure.INSERTION):
        assert limits[measure].good == pytest.approx(0.2)
        assert limits[measure].doubtful == pytest.approx(0.0)


def test_stability_is_held_against_what_a_full_run_gives():
    limits = thresholds_of(films()).limits[TrustMeasure.STABILITY]
    assert (limits.good, limits.doubtful) == (pytest.approx(0.5), pytest.approx(0.3))


def test_agreement_is_held_against_maps_of_other_films():
    limits = thresholds_of(films()).limits
    assert 0 < limits[TrustMeasure.RANK_AGREEMENT].good < 0.15
    assert abs(limits[TrustMeasure.RANK_AGREEMENT].doubtful) < 0.05
    assert 0 < limits[TrustMeasure.OVERLAP].good < 0.1


@pytest.mark.parametrize("usual", [0.0, 1.0])
def test_what_is_usual_moves_a_shortcut_limit_within_its_bounds(usual):
    limits = thresholds_of(films(outside=usual)).limits
    for measure, (good, doubtful) in BOUNDS.items():
        place = 1 if usual else 0
        assert (limits[measure].good, limits[measure].doubtful) == (good[place], doubtful[place])


def test_a_classifier_that_always_leans_on_markers_is_not_excused():
    thresholds = thresholds_of(films(outside=0.9))
    score = TrustScore(map=SaliencyMap.LIME, measure=TrustMeasure.TEXT_SHARE, value=0.9)
    assert thresholds.marked(score).mark is TrustMark.UNRELIABLE


def test_figures_count_the_marks():
    thresholds = thresholds_of(films())
    trusts = [item.trust for item in films()]
    found = figures_of(trusts, thresholds)["lime"]["stability"]
    values = excesses_of(trusts, SaliencyMap.LIME, TrustMeasure.STABILITY)
    assert found["median"] == pytest.approx(np.median(values), abs=1e-4)
    assert found["good"] == pytest.approx((values >= 0.5).mean())
    assert found["good"] + found["doubtful"] + found["unreliable"] == pytest.approx(1)


def test_they_lie_in_the_folder_and_are_named_in_its_manifest(tmp_path):
    folder = classifier_folder(tmp_path)
    before = json.loads((folder / MANIFEST_FILE).read_text())
    thresholds = thresholds_of(films())
    write_thresholds(thresholds, folder)
    after = json.loads((folder / MANIFEST_FILE).read_text())
    assert set(after.pop("files")) == {"weights.bin", TRUST_FILE}
    del before["files"]
    assert after == before
    assert load_thresholds(folder).limits == thresholds.limits
    write_thresholds(thresholds_of(films(outside=1.0)), folder)  # once more, and still whole
    assert TRUST_FILE in load_manifest(folder, "classification").files


def test_nothing_is_added_to_a_folder_that_is_not_whole(tmp_path):
    folder = classifier_folder(tmp_path)
    (folder / "weights.bin").write_bytes(b"others")
    with pytest.raises(WeightsMismatchError):
        write_thresholds(thresholds_of(films()), folder)
    assert not (folder / TRUST_FILE).exists()
    with pytest.raises(ManifestError):
        write_thresholds(thresholds_of(films()), tmp_path / "absent")


def pack(folder, name, labels):
    """A pack of twenty films, the last ten for validation."""
    (folder / name).mkdir()
    rows = [
        f"{label}{number}.png,{label},{'train' if number < 10 else 'validation'}"
        for number in range(20)
        for label in (labels[number % len(labels)],)
    ]
    text = "\n".join(["file,label,source_split", *rows])
    (folder / name / "index.csv").write_text(text + "\n", encoding="utf-8")


def test_films_come_evenly_from_the_packs_that_the_classifier_knows(tmp_path):
    pack(tmp_path, "adults", ["normal", "covid19"])
    pack(tmp_path, "children", ["normal", "pneumonia"])
    pack(tmp_path, "nodules", ["nodule"])
    found = validation_films(tmp_path, ("normal", "covid19"), 6)
    assert [film.pack for film in found] == ["adults", "children"] * 3
    assert {film.split for film in found} == {Split.VALIDATION}
    assert validation_films(tmp_path, ("normal",), 4) == found[:4]
    assert len(validation_films(tmp_path / "adults", ("normal",), 100)) == 10
    with pytest.raises(NothingToEvaluateError):
        validation_films(tmp_path, ("fracture",), 4)
