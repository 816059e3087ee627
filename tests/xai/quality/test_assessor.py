"""The whole assessment on networks whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.types import (
    FUSED,
    FUSED_METHODS,
    Descriptors,
    Explanation,
    Method,
    QualityMeasure,
    QualityRating,
    Step,
)
from tests.xai.quality.quality_networks import (
    LETTER,
    SIDE,
    SQUARE,
    PlaceNetwork,
    ThoraxNetwork,
    chest,
    map_of,
    radiograph,
)
from xai.image.lime_explainer import LimeExplainer
from xai.image.lime_sampling import superpixels
from xai.quality.assessor import QualityAssessor, prepare
from xai.quality.limits import Limits, QualityLimits
from xai.quality.stability import lime_stability, strengths_of

SETTINGS = Settings(lime_samples=200, lime_segments=16, seed=3)
THRESHOLDS = QualityLimits(
    limits={
        QualityMeasure.DELETION: Limits(good=0.1, doubtful=0.0),
        QualityMeasure.STABILITY: Limits(good=0.6, doubtful=0.3),
        QualityMeasure.MASS_OUTSIDE_THORAX: Limits(good=0.1, doubtful=0.4),
        QualityMeasure.MASS_ON_TEXT: Limits(good=0.05, doubtful=0.1),
    }
)


def explanation(method, found, label="found"):
    return Explanation(
        method=method, label=label, raw_image=found, map_image=found.copy(), removed_mass=0.0
    )


def assessed(network, grad_cam, lime=None, limits=THRESHOLDS, progress=lambda event: None):
    lime_map = (
        LimeExplainer(network, SETTINGS).explain(radiograph(), chest(), "found").raw_image
        if lime is None
        else lime
    )
    lungs = chest().lungs_image
    explanations = {
        Method.GRAD_CAM: explanation(Method.GRAD_CAM, grad_cam),
        Method.LIME: explanation(Method.LIME, lime_map.copy()),
    }
    fused = Descriptors(fused_image=np.where(lungs, lime_map, 0).astype(np.float32), items=())
    return QualityAssessor(network, SETTINGS, limits).assess(
        radiograph(), chest(), explanations, fused, progress=progress
    )


def score(quality, name, measure):
    return next(one for one in quality.of(name) if one.measure is measure)


def test_a_right_map_is_good_and_one_on_the_letter_sets_off_the_alarm():
    right = assessed(PlaceNetwork(), map_of(SQUARE))
    assert score(right, Method.GRAD_CAM, QualityMeasure.DELETION).rating is QualityRating.GOOD
    assert score(right, Method.GRAD_CAM, QualityMeasure.DELETION).gain > 0.2
    assert score(right, Method.GRAD_CAM, QualityMeasure.INSERTION).gain > 0.2
    assert not right.shortcut_alarm

    planted = assessed(PlaceNetwork(LETTER), map_of(LETTER))
    assert planted.shortcut_alarm
    assert planted.worst is not None
    assert planted.worst.measure.is_shortcut
    for measure in (QualityMeasure.MASS_OUTSIDE_THORAX, QualityMeasure.MASS_ON_TEXT):
        assert score(planted, Method.GRAD_CAM, measure).rating is QualityRating.UNRELIABLE


def test_a_map_beside_the_truth_is_no_better_than_chance():
    wrong = np.zeros((SIDE, SIDE), np.float32)
    wrong[30:42, 28:40] = 1
    found = score(assessed(PlaceNetwork(), wrong), Method.GRAD_CAM, QualityMeasure.DELETION)
    assert found.gain < 0
    assert found.rating is QualityRating.UNRELIABLE


def test_every_map_has_its_measures_and_no_others():
    quality = assessed(PlaceNetwork(), map_of(SQUARE))
    both = {QualityMeasure.DELETION, QualityMeasure.INSERTION}
    shortcut = {measure for measure in QualityMeasure if measure.is_shortcut}
    assert {one.measure for one in quality.of(Method.GRAD_CAM)} == both | shortcut
    assert {one.measure for one in quality.of(Method.LIME)} == (
        both | shortcut | {QualityMeasure.STABILITY}
    )
    assert {one.measure for one in quality.of(FUSED)} == (
        both | {QualityMeasure.RANK_CORRELATION, QualityMeasure.TOP_K_IOU}
    )
    assert set(quality.curves) == {*FUSED_METHODS, FUSED}
    assert quality.label == "found"


def test_a_further_map_is_rated_and_a_method_without_samples_has_no_stability():
    maps = {
        Method.GRAD_CAM: explanation(Method.GRAD_CAM, map_of(SQUARE)),
        Method.LAYER_CAM: explanation(Method.LAYER_CAM, map_of(LETTER)),
    }
    fused = Descriptors(fused_image=map_of(SQUARE), items=())
    found = QualityAssessor(PlaceNetwork(), SETTINGS, THRESHOLDS).assess(
        radiograph(), chest(), maps, fused
    )
    deletion = QualityMeasure.DELETION
    assert score(found, Method.GRAD_CAM, deletion).rating is QualityRating.GOOD
    assert score(found, Method.LAYER_CAM, deletion).rating is QualityRating.UNRELIABLE
    measured = {(one.map, one.measure) for one in found.scores}
    assert (Method.LAYER_CAM, QualityMeasure.MASS_ON_TEXT) in measured
    assert not {one.measure for one in found.scores} & {
        QualityMeasure.STABILITY,  # LIME is not among them
        QualityMeasure.RANK_CORRELATION,  # and so there are not two methods to compare
        QualityMeasure.TOP_K_IOU,
    }


def test_a_network_that_sees_the_thorax_alone_cannot_be_caught_outside():
    quality = assessed(ThoraxNetwork((slice(8, 24), slice(8, 24))), map_of(LETTER) + map_of(SQUARE))
    for measure in (QualityMeasure.MASS_OUTSIDE_THORAX, QualityMeasure.MASS_ON_TEXT):
        found = score(quality, Method.GRAD_CAM, measure)
        assert (found.value, found.rating) == (0, QualityRating.NOT_GRADED)
    assert score(quality, Method.GRAD_CAM, QualityMeasure.DELETION).gain > 0.1


def test_the_same_seed_gives_the_same_numbers():
    first, second = (assessed(PlaceNetwork(), map_of(SQUARE)) for _ in range(2))
    assert first == second


def test_without_thresholds_there_are_values_and_no_marks():
    quality = assessed(PlaceNetwork(), map_of(SQUARE), limits=QualityLimits(limits={}))
    assert {one.rating for one in quality.scores} == {QualityRating.NOT_GRADED}
    assert quality.worst is None
    assert not quality.shortcut_alarm


def test_progress_rises_to_the_end():
    events = []
    assessed(PlaceNetwork(), map_of(SQUARE), progress=events.append)
    fractions = [event.fraction for event in events]
    assert {event.step for event in events} == {Step.QUALITY}
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)


def test_an_unknown_label_is_refused():
    explanations = {
        method: explanation(method, map_of(SQUARE), "circle") for method in FUSED_METHODS
    }
    fused = Descriptors(fused_image=map_of(SQUARE), items=())
    with pytest.raises(SettingsError):
        QualityAssessor(PlaceNetwork(), SETTINGS).assess(radiograph(), chest(), explanations, fused)


def test_stability_is_the_mean_rank_correlation_with_further_runs():
    network = PlaceNetwork()
    context = prepare(network, radiograph(), chest(), "found").context
    segments = superpixels(radiograph().pixels, np.ones((SIDE, SIDE), np.float32), 16)

    def stability(shown, seeds):
        return lime_stability(context, segments, shown, samples=200, seeds=seeds)

    shown = LimeExplainer(network, SETTINGS).explain(radiograph(), chest(), "found").raw_image
    assert stability(shown, [3]) == pytest.approx(1)  # the very run that drew the map
    assert stability(shown, [3]) == stability(shown, [3])
    assert stability(-shown, [3]) == pytest.approx(-1)
    other = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32)
    runs = [
        LimeExplainer(network, replace(SETTINGS, seed=seed)).explain(radiograph(), chest(), "found")
        for seed in (4, 5)
    ]
    expected = [
        spearmanr(strengths_of(other, segments), strengths_of(run.raw_image, segments)).statistic
        for run in runs
    ]
    assert expected[0] != pytest.approx(expected[1])
    assert stability(other, [4, 5]) == pytest.approx(np.mean(expected))


def test_strengths_are_means_over_superpixels():
    segments = np.array([[0, 1], [2, 2]])
    found = strengths_of(np.array([[9.0, 0.5], [0.2, 0.4]], np.float32), segments)
    assert found == pytest.approx([0.5, 0.3])
