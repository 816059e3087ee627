import numpy as np

from training.classifier import (
    GROUP_WEIGHTS,
    LABELS,
    ClassifierData,
    ClassifierSettings,
    augmented,
    batches,
)


def data():
    groups = [(pack, label) for pack, label in GROUP_WEIGHTS for _ in range(3)]
    return ClassifierData(
        images=np.full((len(groups), 32, 32), 128, np.uint8),
        labels=np.array([LABELS.index(label) for _, label in groups]),
        packs=np.array([pack for pack, _ in groups]),
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
    pictures, one_hot = next(batches(data(), 32, settings, np.random.default_rng(0)))
    assert pictures.shape == (600, 1, 32, 32)
    shares = one_hot.mean(axis=0)
    total = sum(GROUP_WEIGHTS.values())
    for number, label in enumerate(LABELS):
        expected = sum(w for (_, name), w in GROUP_WEIGHTS.items() if name == label) / total
        assert abs(shares[number] - expected) < 0.06
