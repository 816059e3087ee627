"""The whole assessment on networks whose truth is known."""

import numpy as np
import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.types import (
    Descriptors,
    Explanation,
    Method,
    SaliencyMap,
    Step,
    TrustMark,
    TrustMeasure,
)
from tests.xai.trust_networks import (
    LETTER,
    SIDE,
    SQUARE,
    PlaceNetwork,
    ThoraxNetwork,
    chest,
    film,
    map_of,
)
from xai.lime_explainer import LimeExplainer
from xai.lime_sampling import superpixels
from xai.trust import TrustAssessor, prepare
from xai.trust_stability import lime_stability, strengths_of
from xai.trust_thresholds import Limits, TrustThresholds

SETTINGS = Settings(lime_samples=200, lime_segments=16, seed=3)
THRESHOLDS = TrustThresholds(
    limits={
        TrustMeasure.DELETION: Limits(good=0.1, doubtful=0.0),
        TrustMeasure.STABILITY: Limits(good=0.6, doubtful=0.3),
        TrustMeasure.OUTSIDE_SHARE: Limits(good=0.1, doubtful=0.4),
        TrustMeasure.TEXT_SHARE: Limits(good=0.05, doubtful=0.1),
    }
)


def explanation(method, found, label="found"):
    return Explanation(
        method=method, label=label, raw_image=found, shown_image=found.copy(), removed_share=0.0
    )


def assessed(network, grad_cam, lime=None, thresholds=THRESHOLDS, progress=lambda event: None):
    lime_map = (
        LimeExplainer(network, SETTINGS).explain(film(), chest(), "found").raw_image
        if lime is None
        else lime
    )
    lungs = chest().lungs_image
    explanations = {
        Method.GRAD_CAM: explanation(Method.GRAD_CAM, grad_cam),
        Method.LIME: explanation(Method.LIME, lime_map.copy()),
    }
    fused = Descriptors(fused_image=np.where(lungs, lime_map, 0).astype(np.float32), items=())
    return TrustAssessor(network, SETTINGS, thresholds).assess(
        film(), chest(), explanations, fused, progress=progress
    )


def score(trust, name, measure):
    return next(one for one in trust.of(name) if one.measure is measure)


def test_a_right_map_is_good_and_one_on_the_letter_sets_off_the_alarm():
    right = assessed(PlaceNetwork(), map_of(SQUARE))
    assert score(right, SaliencyMap.GRAD_CAM, TrustMeasure.DELETION).mark is TrustMark.GOOD
    assert score(right, SaliencyMap.GRAD_CAM, TrustMeasure.DELETION).excess > 0.2
    assert score(right, SaliencyMap.GRAD_CAM, TrustMeasure.INSERTION).excess > 0.2
    assert not right.shortcut_alarm

    planted = assessed(PlaceNetwork(LETTER), map_of(LETTER))
    assert planted.shortcut_alarm
    assert planted.worst is not None
    assert planted.worst.measure.is_shortcut
    for measure in (TrustMeasure.OUTSIDE_SHARE, TrustMeasure.TEXT_SHARE):
        assert score(planted, SaliencyMap.GRAD_CAM, measure).mark is TrustMark.UNRELIABLE


def test_a_map_beside_the_truth_is_no_better_than_chance():
    wrong = np.zeros((SIDE, SIDE), np.float32)
    wrong[30:42, 28:40] = 1
    found = score(assessed(PlaceNetwork(), wrong), SaliencyMap.GRAD_CAM, TrustMeasure.DELETION)
    assert found.excess < 0
    assert found.mark is TrustMark.UNRELIABLE


def test_every_map_has_its_measures_and_no_others():
    trust = assessed(PlaceNetwork(), map_of(SQUARE))
    both = {TrustMeasure.DELETION, TrustMeasure.INSERTION}
    shortcut = {measure for measure in TrustMeasure if measure.is_shortcut}
    assert {one.measure for one in trust.of(SaliencyMap.GRAD_CAM)} == both | shortcut
    assert {one.measure for one in trust.of(SaliencyMap.LIME)} == (
        both | shortcut | {TrustMeasure.STABILITY}
    )
    assert {one.measure for one in trust.of(SaliencyMap.FUSED)} == (
        both | {TrustMeasure.RANK_AGREEMENT, TrustMeasure.OVERLAP}
    )
    assert set(trust.curves) == set(SaliencyMap)
    assert trust.label == "found"


def test_a_network_that_sees_the_thorax_alone_cannot_be_caught_outside():
    trust = assessed(ThoraxNetwork((slice(8, 24), slice(8, 24))), map_of(LETTER) + map_of(SQUARE))
    for measure in (TrustMeasure.OUTSIDE_SHARE, TrustMeasure.TEXT_SHARE):
        found = score(trust, SaliencyMap.GRAD_CAM, measure)
        assert (found.value, found.mark) == (0, TrustMark.GOOD)
    assert score(trust, SaliencyMap.GRAD_CAM, TrustMeasure.DELETION).excess > 0.1


def test_the_same_seed_gives_the_same_numbers():
    first, second = (assessed(PlaceNetwork(), map_of(SQUARE)) for _ in range(2))
    assert first == second


def test_without_thresholds_there_are_values_and_no_marks():
    trust = assessed(PlaceNetwork(), map_of(SQUARE), thresholds=TrustThresholds(limits={}))
    assert {one.mark for one in trust.scores} == {TrustMark.NOT_GRADED}
    assert trust.worst is None
    assert not trust.shortcut_alarm


def test_progress_rises_to_the_end():
    events = []
    assessed(PlaceNetwork(), map_of(SQUARE), progress=events.append)
    fractions = [event.fraction for event in events]
    assert {event.step for event in events} == {Step.TRUST}
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)


def test_an_unknown_label_is_refused():
    explanations = {method: explanation(method, map_of(SQUARE), "circle") for method in Method}
    fused = Descriptors(fused_image=map_of(SQUARE), items=())
    with pytest.raises(SettingsError):
        TrustAssessor(PlaceNetwork(), SETTINGS).assess(film(), chest(), explanations, fused)


def test_identical_runs_agree_wholly_and_an_unrelated_map_does_not():
    network = PlaceNetwork()
    subject = prepare(network, film(), chest(), "found").subject
    segments = superpixels(film().pixels, np.ones((SIDE, SIDE), np.float32), 16)

    def stability(shown, seeds):
        return lime_stability(subject, segments, shown, samples=200, seeds=seeds)

    shown = LimeExplainer(network, SETTINGS).explain(film(), chest(), "found").raw_image
    assert stability(shown, [3]) == pytest.approx(1)  # the very run that drew the map
    assert stability(shown, [3]) == stability(shown, [3])
    other = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32)
    assert abs(stability(other, [4, 5])) < 0.7


def test_strengths_are_means_over_superpixels():
    segments = np.array([[0, 1], [2, 2]])
    found = strengths_of(np.array([[9.0, 0.5], [0.2, 0.4]], np.float32), segments)
    assert found == pytest.approx([0.5, 0.3])
