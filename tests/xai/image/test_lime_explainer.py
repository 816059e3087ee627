from itertools import combinations

import numpy as np
import pytest

from pipeline.errors import ContractError, SettingsError
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    Box,
    ImageFormat,
    Method,
    Radiograph,
    ShapeMeasure,
    Step,
    Structure,
    Zone,
)
from xai.image.lime_design import fold_over
from xai.image.lime_explainer import LimeExplainer, fit_surrogate, local_surrogate
from xai.image.lime_sampling import perturbed, superpixels, switches

SIDE = 40


def chest() -> Anatomy:
    """A thorax of columns 4 to 35, all rows from 4; a spine of columns 18 to 21."""
    thorax = np.zeros((SIDE, SIDE), bool)
    thorax[4:, 4:36] = True
    spine = np.zeros((SIDE, SIDE), bool)
    spine[:, 18:22] = True
    empty = np.zeros((SIDE, SIDE), bool)
    nothing = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)
    return Anatomy(
        masks_image={name: spine if name is Structure.SPINE else empty for name in Structure},
        zones_image=dict.fromkeys(Zone, empty),
        thorax_image=thorax,
        thorax_box=Box(top=4, bottom=SIDE, left=4, right=36),
        measures=dict.fromkeys(Structure, nothing),
    )


def radiograph() -> Radiograph:
    """Grey, with a bright square at rows and columns 8 to 15."""
    pixels = np.full((SIDE, SIDE), 0.3, np.float32)
    pixels[8:16, 8:16] = 0.9
    return Radiograph(pixels=pixels, sha256="0", format=ImageFormat.PNG, source_shape=(SIDE, SIDE))


class SquareNetwork:
    """Its only label of interest is the mean brightness of the bright square."""

    labels = ("normal", "square")

    def __init__(self) -> None:
        self.batches: list[int] = []

    def input_model(self, radiograph, anatomy):
        return np.where(anatomy.thorax_image, radiograph.pixels, 0).astype(np.float32)

    def roi_mask(self, anatomy):
        return anatomy.thorax_image.astype(np.float32)

    def probabilities(self, batch_model):
        self.batches.append(len(batch_model))
        square = batch_model[:, 8:16, 8:16].mean(axis=(1, 2))
        return np.stack([1 - square, square], axis=1)

    def activations(self, image_model):
        raise AssertionError("LIME needs no activations")

    def head_weights(self):
        raise AssertionError("LIME needs no weights")

    def to_image(self, map_model, anatomy):
        return map_model


SETTINGS = Settings(lime_samples=200, lime_segments=16, seed=3)


def test_finds_the_square_that_the_network_looks_at():
    network = SquareNetwork()
    events = []
    found = LimeExplainer(network, SETTINGS).explain(
        radiograph(), chest(), "square", progress=events.append
    )

    assert found.method is Method.LIME
    assert found.raw_image.max() == 1
    row, col = np.unravel_index(found.raw_image.argmax(), found.raw_image.shape)
    assert 6 <= row < 18
    assert 6 <= col < 18
    inside = found.raw_image[8:16, 8:16].mean()
    assert inside > 10 * found.raw_image[20:, 22:36].mean()
    assert found.measures["r2"] > 0.9  # the network is linear in the superpixels
    assert found.parameters["samples"] == 200
    assert network.batches == [200]
    assert {event.step for event in events} == {Step.LIME}
    assert [event.fraction for event in events] == [1.0]


def test_what_speaks_against_a_label_is_below_zero():
    found = LimeExplainer(SquareNetwork(), SETTINGS).explain(radiograph(), chest(), "normal")
    assert found.signed_image.min() == -1
    row, col = np.unravel_index(found.signed_image.argmin(), found.signed_image.shape)
    assert 6 <= row < 18
    assert 6 <= col < 18
    assert found.raw_image[row, col] == 0
    weights = found.superpixel_weights
    assert list(weights) == sorted(weights, reverse=True)
    assert len(weights) == found.parameters["segments"]
    # Hiding it all takes the square from 0.9 to the mean tone: what the superpixels do together.
    seen = chest().thorax_image
    assert sum(weights) == pytest.approx(radiograph().pixels[seen].mean() - 0.9, abs=0.03)


def test_shown_map_has_no_spine_and_nothing_outside_the_chest():
    found = LimeExplainer(SquareNetwork(), SETTINGS).explain(radiograph(), chest(), "normal")
    assert not found.map_image[:, 18:22].any()
    assert not found.map_image[:4].any()
    kept = chest().chest_image
    assert (found.map_image[kept] == found.raw_image[kept]).all()
    lost = found.raw_image[~kept].sum() / found.raw_image.sum()
    assert found.removed_mass == pytest.approx(lost)


def test_same_seed_same_map_other_seed_other_map():
    def raw(seed: int):
        settings = Settings(lime_samples=60, lime_segments=16, seed=seed)
        return (
            LimeExplainer(SquareNetwork(), settings)
            .explain(radiograph(), chest(), "square")
            .raw_image
        )

    assert (raw(1) == raw(1)).all()
    assert (raw(1) != raw(2)).any()


def test_the_batch_changes_nothing():
    image = radiograph().pixels
    segments = superpixels(image, chest().thorax_image.astype(np.float32), 16)

    def weights(batch: int):
        found = local_surrogate(
            image,
            segments,
            0.3,
            lambda pictures: pictures[:, 8:16, 8:16].mean(axis=(1, 2)),
            samples=90,
            seed=4,
            batch=batch,
        )
        return found.weights.tolist()

    assert weights(7) == weights(64) == weights(90)


def test_unknown_label_is_refused():
    with pytest.raises(SettingsError):
        LimeExplainer(SquareNetwork(), SETTINGS).explain(radiograph(), chest(), "circle")


def test_superpixels_lie_in_the_thorax_and_have_no_gaps():
    anatomy, network = chest(), SquareNetwork()
    found = superpixels(network.input_model(radiograph(), anatomy), network.roi_mask(anatomy), 16)
    assert ((found > 0) == anatomy.thorax_image).all()
    assert sorted(set(found.ravel())) == list(range(found.max() + 1))
    assert 8 <= found.max() <= 24


def test_superpixels_of_a_thorax_that_fills_the_grid():
    found = superpixels(radiograph().pixels, np.ones((SIDE, SIDE), np.float32), 9)
    assert found.min() == 1


def test_superpixels_without_thorax_are_refused():
    with pytest.raises(ContractError):
        superpixels(radiograph().pixels, np.zeros((SIDE, SIDE), np.float32), 9)


def test_perturbed_pictures_by_hand():
    image = np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)
    segments = np.array([[0, 1], [2, 2]])
    on = np.array([[True, True], [False, True], [True, False]])

    batches = list(perturbed(image, segments, on, 0.5, 2))

    assert [len(batch) for batch in batches] == [2, 1]
    np.testing.assert_allclose(batches[0][0], image)
    np.testing.assert_allclose(batches[0][1], [[0.1, 0.5], [0.3, 0.4]])
    np.testing.assert_allclose(batches[1][0], [[0.1, 0.2], [0.5, 0.5]])


def test_fit_is_that_of_the_stock_explainer():
    from lime.lime_image import LimeImageExplainer

    image = np.random.default_rng(0).random((12, 12)).astype(np.float32)
    segments = np.repeat(np.repeat(np.arange(9).reshape(3, 3), 4, axis=0), 4, axis=1)

    def classify(pictures):
        grey = np.asarray(pictures)[..., 0]
        score = grey[:, :4, :4].mean(axis=(1, 2)) - 0.5 * grey[:, 8:, 8:].mean(axis=(1, 2)) ** 2
        return np.stack([score, 1 - score], axis=1)

    stock = LimeImageExplainer(random_state=5).explain_instance(
        image, classify, hide_color=0.5, top_labels=None, labels=(0,), num_samples=80,
        segmentation_fn=lambda picture: segments, random_seed=1,
    )  # fmt: skip
    expected = np.zeros(9)
    for place, weight in stock.local_exp[0]:
        expected[place] = weight

    on = np.random.RandomState(5).randint(0, 2, 80 * 9).reshape(80, 9).astype(bool)  # its draws
    on[0] = True
    pictures = np.concatenate(list(perturbed(image, segments + 1, on, 0.5, 32)))
    surrogate = fit_surrogate(on, classify(pictures[..., None])[:, 0], 5)

    np.testing.assert_allclose(surrogate.weights, expected, atol=1e-6)
    assert surrogate.intercept == pytest.approx(stock.intercept[0], abs=1e-6)
    assert surrogate.r2 == pytest.approx(stock.score, abs=1e-6)


@pytest.mark.parametrize(("size", "segments"), [(16, 8), (64, 9), (256, 24)])
def test_any_three_superpixels_take_all_their_states_equally_often(size, segments):
    on = fold_over(size, segments, np.random.default_rng(2))
    assert on[0].all()
    assert (on[1::2] == ~on[::2]).all()
    for three in combinations(range(segments), 3):
        states = on[:, three] @ [1, 2, 4]
        assert (np.bincount(states, minlength=8) == size // 8).all()


def test_no_fours_are_mixed_where_there_is_room():
    measurements = 2.0 * fold_over(256, 12, np.random.default_rng(0)) - 1
    assert all(measurements[:, four].prod(axis=1).sum() == 0 for four in combinations(range(12), 4))


@pytest.mark.parametrize("samples", [1, 2, 37, 64, 200, 512])
def test_samples_begin_with_the_radiograph_and_are_half_on(samples):
    on = switches(samples, 12, seed=1)
    assert on.shape == (samples, 12)
    assert on[0].all()
    assert (on == switches(samples, 12, seed=1)).all()
    assert samples < 30 or (on != switches(samples, 12, seed=2)).any()
    pairs = on[: samples // 2 * 2].reshape(-1, 2, 12)
    assert (pairs[:, 0] == ~pairs[:, 1]).all()
    assert sum(row.all() for row in on) == 1


def test_what_two_superpixels_do_together_does_not_disturb_the_others():
    def answer(samples):
        return 0.4 * (samples[:, 0] ^ samples[:, 1])

    balanced = switches(128, 10, seed=0)
    coins = np.random.default_rng(0).random((128, 10)) < 0.5
    ours = fit_surrogate(balanced, answer(balanced), 0).weights[2:]
    stock = fit_surrogate(coins, answer(coins), 0).weights[2:]
    assert np.abs(ours).max() < 0.1 * np.abs(stock).max()
