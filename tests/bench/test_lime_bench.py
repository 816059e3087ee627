import json
from dataclasses import fields

import numpy as np
import pytest

from bench.lime.lime import r2_of, surrogate_of
from bench.lime.lime_metrics import LimeMetrics, RadiographMetrics
from bench.lime.sweep import SweepMetrics, SweepRow
from bench.speed.stock import stock_explanation, weight_map
from xai.image.lime_explainer import Surrogate

MEASURED = {field.name: 0.5 for field in fields(RadiographMetrics)}
ON = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool)


def surrogate(*weights: float, intercept: float = 0.0) -> Surrogate:
    return Surrogate(weights=np.array(weights), intercept=intercept, r2=0.0)


def test_r2_is_one_where_all_is_explained_and_zero_at_the_mean():
    truth = ON @ [0.3, -0.1] + 0.2
    assert r2_of(surrogate(0.3, -0.1, intercept=0.2), ON, truth) == pytest.approx(1)
    # Distances 0, 0.2929, 0.2929 and 1 weigh e^0, e^-0.6863 twice and e^-8.
    weights = np.array([1, 0.50345, 0.50345, np.exp(-8)])
    mean = float(weights @ truth / weights.sum())
    assert r2_of(surrogate(0, 0, intercept=mean), ON, truth) == pytest.approx(0, abs=1e-6)
    assert r2_of(surrogate(0, 0, intercept=mean + 1), ON, truth) < 0


def test_the_library_is_asked_on_given_superpixels():
    image = np.full((4, 4), 0.5, np.float32)
    segments = np.repeat([[0, 0, 1, 1]], 4, axis=0)

    def answer(pictures):
        left = pictures[:, :, :2, 0].mean(axis=(1, 2)) * 0.6
        return np.stack([left, 1 - left], axis=1)

    found = stock_explanation(answer, image, 1, samples=200, seed=0, segments=segments)
    weights = surrogate_of(found, 1)
    assert weights.weights == pytest.approx([-0.3, 0], abs=0.03)  # the ridge shrinks
    assert weights.intercept == pytest.approx(1, abs=0.03)
    drawn = weight_map(found, 1)
    assert drawn[0].tolist() == pytest.approx(
        [*[weights.weights[0]] * 2, *[weights.weights[1]] * 2]
    )


def test_the_metrics_stand_beside_their_targets():
    measured = {**MEASURED, "speedup": 11.0, "r2_stock": 0.41, "rank_correlation_stock": 0.87}
    metrics = LimeMetrics(
        radiographs=2, source="radiographs", samples=256, medians=RadiographMetrics(**measured)
    )
    rows = {line.split()[0]: line.split() for line in metrics.table().splitlines()}
    assert rows["speedup"] == ["speedup", "11.0000", ">=", "10"]
    assert rows["r2_ours"] == ["r2_ours", "0.5000", ">=", "0.4100"]
    assert rows["rank_correlation"] == ["rank_correlation", "0.5000", ">=", "0.8700"]
    line = json.loads(metrics.json_line())
    assert {"speedup", "r2_ours", "r2_stock", "rank_correlation"} <= set(line)
    assert (line["speedup"], line["radiographs"], line["samples"]) == (11.0, 2, 256)


def test_the_sweep_has_a_row_a_choice():
    row = SweepRow(
        segments=24,
        samples=512,
        seconds=1.5,
        r2=0.4,
        r2_stock=0.39,
        stability=0.9,
        faithfulness=0.3,
    )
    metrics = SweepMetrics(radiographs=3, source="radiographs", rows=(row,))
    assert metrics.table().splitlines()[-1].split() == [
        "24", "512", "1.500", "0.400", "0.390", "0.900", "0.300",
    ]  # fmt: skip
    assert json.loads(metrics.json_line())["rows"][0]["samples"] == 512
