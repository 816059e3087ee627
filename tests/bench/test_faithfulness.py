import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.maps.faithfulness import RadiographMetrics, _means
from bench.maps.faithfulness_maps import StockLime, centre_blob
from bench.maps.faithfulness_metrics import FaithfulnessMetrics
from bench.maps.faithfulness_plots import draw_faithfulness
from bench.maps.membership_plot import draw_membership
from bench.maps.randomised import constants_of, shuffle_weights
from bench.sanity.radiographs import marked, whole_radiograph
from bench.sanity.sanity_metrics import Check, SanityMetrics
from pipeline.classification.classifier import FolderClassifier
from pipeline.types import ImageFormat, MaskingCurves, Radiograph
from xai.quality.burned_in import burned_in_text

WEIGHTS = Path(__file__).parents[2] / "weights" / "classifier"
KEYS = ("deletion_auc", "insertion_auc", "stability", "thorax_share", "ms")


def radiograph_metrics(patient, deletion, insertion, ms=10.0):
    curves = MaskingCurves(deletion=(0.9, deletion, 0.1), insertion=(0.1, insertion, 0.9))
    return RadiographMetrics(
        patient=patient, curves=curves, random_auc=0.5, stability=0.8, thorax_share=0.9, ms=ms
    )


def metrics():
    rows = [radiograph_metrics("a", 0.2, 0.6), radiograph_metrics("b", 0.4, 0.8)]
    stock = [rows[0], radiograph_metrics("b", 0.4, 0.8, ms=None)]
    return FaithfulnessMetrics(
        methods={"lime": _means(rows), "stock_lime": _means(stock)},
        curves={"lime": rows[0].curves, "stock_lime": rows[0].curves},
        random_maps=4,
    )


def test_means_and_gains_by_hand():
    found = metrics().methods["lime"]
    assert found.radiographs == 2
    assert found.deletion_auc == pytest.approx((0.35 + 0.45) / 2)
    assert found.insertion_auc == pytest.approx((0.55 + 0.65) / 2)
    assert found.deletion_gain == pytest.approx(0.1)
    assert found.deletion_gain_ci95 == pytest.approx((0.05, 0.15))
    assert found.insertion_gain == pytest.approx(0.1)


def test_json_has_the_agreed_keys_by_method():
    found = json.loads(metrics().json_line())
    assert {key: found["lime"][key] for key in KEYS} == {
        "deletion_auc": 0.4,
        "insertion_auc": 0.6,
        "stability": 0.8,
        "thorax_share": 0.9,
        "ms": 10.0,
    }
    assert (found["stock_lime"]["radiographs"], found["stock_lime"]["timed_radiographs"]) == (2, 1)
    assert found["curves"]["lime"]["deletion"] == [0.9, 0.2, 0.1]


def test_the_table_says_how_many_radiographs_stock_lime_was_timed_on():
    table = metrics().table()
    assert "stock_lime was timed on 1 of them" in table
    assert "\nlime was timed" not in table
    assert "+0.100 (+0.050 to +0.150)" in table


def test_the_table_says_which_targets_are_met():
    assert "target, lime beats chance by deletion and insertion: yes" in metrics().table()
    assert "target, lime is as faithful as stock LIME: yes" in metrics().table()
    worse = _means([radiograph_metrics("a", 0.6, 0.4), radiograph_metrics("b", 0.5, 0.5)])
    table = replace(metrics(), methods={"lime": worse, "stock_lime": worse}).table()
    assert "target, lime beats chance by deletion and insertion: NO" in table
    better = replace(worse, deletion_auc=0.1)
    table = replace(metrics(), methods={"lime": worse, "stock_lime": better}).table()
    assert "target, lime is as faithful as stock LIME: NO" in table


def test_a_method_that_was_never_timed_has_no_time():
    untimed = _means([radiograph_metrics("a", 0.2, 0.6, ms=None)])
    assert (untimed.ms, untimed.timed_radiographs) == (None, 0)


def test_stock_lime_asks_the_same_of_both_networks():
    stock = StockLime(WEIGHTS, FolderClassifier(WEIGHTS, 1))
    pictures = np.repeat(np.random.default_rng(0).random((20, 192, 192, 1)), 3, axis=3)
    assert stock.converted(pictures) == pytest.approx(stock.predicted(pictures), abs=1e-3)


def test_the_plots_are_drawn(tmp_path):
    files = draw_faithfulness(metrics(), tmp_path / "plots")
    assert [file.name for file in files] == ["curves.png", "gains.png"]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_the_blob_is_highest_in_the_middle():
    blob = centre_blob(9)
    assert np.unravel_index(blob.argmax(), blob.shape) == (4, 4)
    assert blob[4, 4] == 1
    assert blob[0, 0] == blob.min() == pytest.approx(blob[8, 8])


@pytest.mark.parametrize(
    ("check", "holds"),
    [
        (Check(name="a", value=0.4, limit=0.5), True),
        (Check(name="a", value=0.6, limit=0.5), False),
        (Check(name="a", value=0.95, limit=0.9, at_least=True), True),
        (Check(name="a", value=0.85, limit=0.9, at_least=True), False),
        (Check(name="a", value=9.0), True),
    ],
)
def test_a_check_holds_or_not(check, holds):
    assert check.holds is holds
    found = SanityMetrics(checks=(check,))
    assert found.failed is not holds
    assert json.loads(found.json_line()) == {"a": check.value}
    assert ("NO" in found.table()) is not holds


def test_the_planted_letter_is_seen_by_the_search_for_letters():
    pixels = np.full((224, 224), 0.2, np.float32)
    radiograph = Radiograph(
        pixels=pixels, sha256="", format=ImageFormat.PNG, source_shape=(224, 224)
    )
    planted = marked(radiograph)
    letter = planted.pixels > 0.9
    assert letter[:40, :40].sum() == letter.sum() > 30
    found = burned_in_text(planted.pixels, np.zeros((224, 224), bool))
    assert found[letter].mean() > 0.9
    assert whole_radiograph(planted, 64)[:12, :12].max() > 0.5


def test_shuffled_weights_lose_what_was_learned_and_keep_its_scale(tmp_path):
    constants = constants_of(WEIGHTS / "classifier.xml")
    assert (6, 1280) in {constant.shape for constant in constants}
    radiograph = np.random.default_rng(0).random((1, 192, 192)).astype(np.float32)
    whole = FolderClassifier(WEIGHTS, 1)
    shuffle_weights(WEIGHTS, tmp_path / "head", 0.0, 1)
    head = FolderClassifier(tmp_path / "head", 1)
    assert (head.activations(radiograph[0]) == whole.activations(radiograph[0])).all()
    assert np.abs(head.logits(radiograph) - whole.logits(radiograph)).max() > 0.05
    pooled = head.activations(radiograph[0]).mean(axis=(0, 1))
    offset = head.logits(radiograph)[0] - pooled @ head.head_weights()
    expected = whole.logits(radiograph)[0] - pooled @ whole.head_weights()
    assert offset == pytest.approx(expected, abs=1e-3)  # the biases, which are not shuffled
    assert sorted(head.head_weights().ravel()) == sorted(whole.head_weights().ravel())
    shuffle_weights(WEIGHTS, tmp_path / "all", 1.0, 1)
    lost = FolderClassifier(tmp_path / "all", 1)
    assert np.isfinite(lost.logits(radiograph)).all()
    assert np.abs(lost.activations(radiograph[0]) - whole.activations(radiograph[0])).max() > 1e-3


def test_the_grades_are_drawn(tmp_path):
    file = draw_membership(tmp_path / "plots")
    assert file.name == "membership.png"
    assert file.read_bytes().startswith(b"\x89PNG")
