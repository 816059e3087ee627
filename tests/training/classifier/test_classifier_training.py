import numpy as np

from training.classifier.training import (
    GROUP_WEIGHTS,
    LABELS,
    ClassifierData,
    ClassifierSettings,
    Stage,
    augmented,
    batches,
    without_lungs,
)

STAGE = Stage(size=32, steps=1, learning_rate=1e-3)


def data():
    groups = [(dataset, label) for dataset, label in GROUP_WEIGHTS for _ in range(3)]
    return ClassifierData(
        images=np.full((len(groups), 32, 32), 128, np.uint8),
        lungs=np.zeros((len(groups), 32, 32), bool),
        labels=np.array([LABELS.index(label) for _, label in groups]),
        datasets=np.array([dataset for dataset, _ in groups]),
    )


def test_augmentation_never_paints_outside_the_thorax():
    random = np.random.default_rng(0)
    image = np.zeros((64, 64), np.uint8)
    image[16:48, 16:48] = 200
    for _ in range(50):
        picture = augmented(image, 32, random)
        assert picture.dtype == np.float32
        assert 0 <= picture.min() <= picture.max() <= 1
        assert picture[0].max() == picture[:, 0].max() == 0


def test_batches_draw_every_group_and_name_it_right():
    settings = ClassifierSettings(batch=600)
    pictures, one_hot = next(batches(data(), STAGE, settings, np.random.default_rng(0)))
    assert pictures.shape == (600, 1, 32, 32)
    shares = one_hot.mean(axis=0)
    total = sum(GROUP_WEIGHTS.values())
    for number, label in enumerate(LABELS):
        expected = sum(w for (_, name), w in GROUP_WEIGHTS.items() if name == label) / total
        assert abs(shares[number] - expected) < 0.06


def test_without_lungs_nothing_of_them_is_left():
    random = np.random.default_rng(0)
    image = random.integers(1, 256, (64, 64)).astype(np.uint8)
    image[:8] = 0  # outside the thorax
    lungs = np.zeros((64, 64), bool)
    lungs[16:48, 8:24] = lungs[16:48, 40:56] = True
    for _ in range(20):
        left = without_lungs(image, lungs, random)
        assert np.ptp(left[lungs]) == 0
        assert left[:8].max() == 0
        assert np.corrcoef(left[8:][~lungs[8:]], image[8:][~lungs[8:]])[0, 1] > 0.99


def test_a_blanked_radiograph_has_what_is_known_before_any_radiograph_as_its_target():
    blank = Stage(size=32, steps=1, learning_rate=1e-3, blanked_share=0.5)
    settings = ClassifierSettings(batch=400)
    _, targets = next(batches(data(), blank, settings, np.random.default_rng(0)))
    unknown = targets[targets.max(axis=1) < 1]
    assert 0.4 < len(unknown) / len(targets) < 0.6
    total = sum(GROUP_WEIGHTS.values())
    expected = [
        sum(weight for (_, name), weight in GROUP_WEIGHTS.items() if name == label) / total
        for label in LABELS
    ]
    np.testing.assert_allclose(unknown, np.tile(expected, (len(unknown), 1)), rtol=1e-5)
