"""The shipped anatomy model, on phantoms of known outlines and on the datasets."""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import ChestNotFoundError, WeightsMismatchError
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import ROOT
from pipeline.types import ImageFormat, Radiograph, Structure, Zone
from segmentation.morphometry import OutlineMorphometer
from segmentation.segmenter import DeepLabSegmenter, lung_doubt
from training.anatomy.evaluate import evaluate_anatomy, plausible
from training.anatomy.training import dice
from training.datasets.index import Split, data_folder, read_index

FOLDER = ROOT / "weights" / "anatomy"


@pytest.fixture(scope="module")
def segmenter():
    return DeepLabSegmenter(FOLDER, threads=1)


def radiograph(pixels, spacing_mm=None):
    return Radiograph(
        pixels=np.ascontiguousarray(pixels, np.float32),
        sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
        format=ImageFormat.PNG,
        source_shape=pixels.shape,
        source_spacing_mm=spacing_mm,
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_phantom_is_outlined_where_it_was_drawn(segmenter, seed):
    phantom = draw_phantom(seed)
    anatomy = segmenter.segment(radiograph(phantom.pixels))
    lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    # The phantom's lungs leave the heart out; the model's include the part behind it.
    assert dice(anatomy.lungs_image, lungs) > 0.85
    right, left = (
        anatomy.masks_image[side] for side in (Structure.RIGHT_LUNG, Structure.LEFT_LUNG)
    )
    assert not (right & phantom.masks[Structure.LEFT_LUNG]).any()
    assert not (left & phantom.masks[Structure.RIGHT_LUNG]).any()
    assert plausible(anatomy)
    assert anatomy.warnings == ()


def test_zones_tile_the_lungs_and_carry_their_side(segmenter):
    anatomy = segmenter.segment(radiograph(draw_phantom(0).pixels))
    total = sum(anatomy.zones_image[zone].astype(int) for zone in Zone)
    assert (total == anatomy.lungs_image).all()
    rows = {zone: np.nonzero(anatomy.zones_image[zone])[0].mean() for zone in Zone}
    assert rows[Zone.RIGHT_UPPER] < rows[Zone.RIGHT_MIDDLE] < rows[Zone.RIGHT_LOWER]
    cols = {zone: np.nonzero(anatomy.zones_image[zone])[1].mean() for zone in Zone}
    assert cols[Zone.RIGHT_LOWER] < cols[Zone.LEFT_LOWER]


def test_areas_come_in_square_millimetres_where_spacing_is_known(segmenter):
    phantom = draw_phantom(0)
    anatomy = segmenter.segment(radiograph(phantom.pixels, spacing_mm=(0.4, 0.4)))
    mask = anatomy.masks_image[Structure.RIGHT_LUNG]
    measured = anatomy.measures[Structure.RIGHT_LUNG]
    assert measured.area_mm2 == pytest.approx(mask.sum() * 0.16)
    assert measured.area_share == pytest.approx(mask.mean())


def test_a_picture_without_a_chest_is_refused(segmenter):
    rows, cols = np.mgrid[0:256, 0:256]
    stripes = ((rows // 16 + cols // 16) % 2).astype(np.float32)
    with pytest.raises(ChestNotFoundError):
        segmenter.segment(radiograph(stripes))
    with pytest.raises(ChestNotFoundError):
        segmenter.segment(radiograph(np.full((256, 256), 0.5, np.float32)))
    with pytest.raises(ChestNotFoundError):
        segmenter.segment(radiograph(np.rot90(draw_phantom(0).pixels)))


def test_the_network_is_asked_once_for_outlines_and_measurements(monkeypatch):
    segmenter = DeepLabSegmenter(FOLDER, threads=1)
    network, asked = segmenter._model, []
    monkeypatch.setattr(segmenter, "_model", lambda batch: asked.append(batch) or network(batch))
    first, second = (radiograph(draw_phantom(seed).pixels) for seed in (0, 1))
    anatomy = segmenter.segment(first)
    OutlineMorphometer(segmenter).measure(first, anatomy)
    assert len(asked) == 1
    found = segmenter.logits_model(second)
    assert len(asked) == 2
    assert not np.array_equal(found, segmenter.logits_model(first))


def test_doubt_is_the_unsure_area_over_the_lungs_area():
    logits = np.full((7, 10, 10), -5, np.float32)
    logits[2, :4] = np.log(0.9 / 0.1)  # 40 pixels, sure
    logits[3, 4:6] = np.log(0.6 / 0.4)  # 20 pixels, unsure
    assert lung_doubt(logits) == pytest.approx(20 / 60)


def test_weights_that_were_changed_are_refused(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "anatomy")
    file = tmp_path / "anatomy" / "anatomy.bin"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    with pytest.raises(WeightsMismatchError):
        DeepLabSegmenter(tmp_path / "anatomy", threads=1)


@pytest.mark.slow
def test_the_converted_model_answers_as_the_torch_model(segmenter):
    import torch
    from safetensors.torch import load_file

    from segmentation.network import build_network, two_scale_logits

    network = build_network()
    state = load_file(FOLDER / "anatomy.safetensors")
    network.load_state_dict({name: value.float() for name, value in state.items()})
    network.eval()
    size = json.loads((FOLDER / "manifest.json").read_text())["input"]["size"]
    pixels = draw_phantom(1, shape=(size, size)).pixels
    with torch.no_grad():
        grey = torch.from_numpy(pixels.copy())[None, None].expand(1, 3, -1, -1)
        expected = two_scale_logits(network, grey)[0].sigmoid().numpy()
    found = 1 / (1 + np.exp(-segmenter.logits_model(radiograph(pixels))))
    assert np.abs(found - expected).max() < 1e-3


def phantom_dataset(folder: Path) -> Path:
    """Drawn radiographs with the lungs and hearts that they were drawn with, as a dataset."""
    rows = ["file,label,lung_mask,heart_mask"]
    for seed in range(4):
        phantom = draw_phantom(seed, shape=(224, 224))
        lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
        heart = phantom.masks[Structure.HEART]
        for name, mask in ((f"{seed}-lungs", lungs), (f"{seed}-heart", heart)):
            assert cv2.imwrite(str(folder / f"{name}.png"), mask.astype(np.uint8) * 255)
        assert cv2.imwrite(str(folder / f"{seed}.png"), (phantom.pixels * 255).astype(np.uint8))
        rows.append(f"{seed}.png,normal,{seed}-lungs.png,{seed}-heart.png")
    (folder / "index.csv").write_text("\n".join(rows), "utf-8")
    return folder


def test_dice_on_phantoms(segmenter, tmp_path):
    figures = evaluate_anatomy(read_index(phantom_dataset(tmp_path)), segmenter)
    assert figures["n"] == 4
    assert figures["output"] == "lung"
    assert figures["dice"]["mean"]["value"] >= 0.94
    assert figures["implausible_share"] == figures["refused"] == 0
    for turned in ("on_its_side", "upside_down"):
        assert figures["robustness"][turned]["value"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dataset", "output"),
    [
        pair
        for pair in (("jsrt", "field"), ("paediatric", "lung"))
        if (data_folder() / pair[0]).is_dir()  # phantoms stand in for them above
    ],
)
def test_dice_on_the_validation_split(segmenter, dataset, output):
    images = read_index(data_folder() / dataset)
    held = [one for one in images if one.split is Split.VALIDATION and one.lung_mask]
    figures = evaluate_anatomy(held[:: max(1, len(held) // 20)], segmenter)
    assert figures["dice"]["mean"]["value"] >= 0.94
    assert figures["output"] == output
