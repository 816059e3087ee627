import cv2
import numpy as np
import pytest

from pipeline.phantom.drawing import draw_phantom, sample_radiograph
from pipeline.types import Structure, Zone

SHAPE = (512, 460)


def test_same_seed_same_radiograph_other_seed_other_radiograph():
    first, again, other = (draw_phantom(seed, shape=SHAPE).pixels for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert first.shape == SHAPE
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1


@pytest.mark.parametrize("seed", range(4))
def test_tones_are_those_of_a_radiograph_bone_white(seed):
    phantom = draw_phantom(seed, shape=SHAPE)
    lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    lung = np.median(phantom.pixels[lungs])
    background = np.median(phantom.pixels[:10, :40])
    spine = np.median(phantom.pixels[phantom.masks[Structure.SPINE]])
    abdomen = np.median(phantom.pixels[phantom.masks[Structure.ABDOMEN]])
    assert background < 0.1 < lung < 0.45 < 0.75 < min(spine, abdomen)


@pytest.mark.parametrize("seed", range(4))
def test_anatomy_is_where_it_belongs(seed):
    masks = draw_phantom(seed, shape=SHAPE).masks
    cols = {name: np.nonzero(mask)[1] for name, mask in masks.items()}
    rows = {name: np.nonzero(mask)[0] for name, mask in masks.items()}
    right, spine, left = Structure.RIGHT_LUNG, Structure.SPINE, Structure.LEFT_LUNG
    # The patient's right lies at small columns.
    assert cols[right].max() < cols[left].min()
    assert cols[right].mean() < cols[spine].mean() < cols[left].mean()
    assert rows[Structure.ABDOMEN].mean() > rows[right].max()
    apart = [mask.astype(int) for name, mask in masks.items() if name is not Structure.HEART]
    assert sum(apart).max() == 1  # no two overlap
    heart = Structure.HEART
    assert cols[right].mean() < cols[spine].mean() < cols[heart].mean() < cols[left].mean()
    assert (masks[heart] & masks[left]).sum() > (masks[heart] & masks[right]).sum() > 0


def test_the_heart_lies_to_the_patients_left():
    phantom = draw_phantom(0, shape=SHAPE)
    lower = {zone: phantom.zones[zone] for zone in (Zone.RIGHT_LOWER, Zone.LEFT_LOWER)}
    bright = {zone: (phantom.pixels[mask] > 0.5).mean() for zone, mask in lower.items()}
    assert bright[Zone.LEFT_LOWER] > 1.5 * bright[Zone.RIGHT_LOWER]


def test_zones_tile_the_lungs():
    phantom = draw_phantom(3, shape=SHAPE)
    lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    assert (sum(zone.astype(int) for zone in phantom.zones.values()) == lungs).all()


@pytest.mark.parametrize("zone", list(Zone))
def test_an_opacity_brightens_its_zone_and_no_other(zone):
    clear = draw_phantom(5, shape=SHAPE)
    marked = draw_phantom(5, zone, shape=SHAPE)
    gain = marked.pixels - clear.pixels
    assert not clear.opacity.any()
    assert gain[marked.opacity].mean() > 0.04
    means = {name: gain[mask].mean() for name, mask in marked.zones.items()}
    assert max(means, key=means.get) is zone
    assert (marked.opacity & marked.zones[zone]).sum() > 0.8 * marked.opacity.sum()


def test_sample_is_a_png_marked_as_a_phantom():
    data = sample_radiograph()
    assert data == sample_radiograph()
    assert data.startswith(b"\x89PNG")
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert grey.shape == (1024, 900)
    plain = np.round(draw_phantom(0, Zone.RIGHT_LOWER).pixels * 255).astype(np.uint8)
    rows, cols = np.nonzero(grey != plain)
    assert rows.size > 200  # the word
    assert rows.max() < 60
    assert cols.max() < 250
