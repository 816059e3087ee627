"""From a phantom to its descriptors: what a network looks at is named by its zone."""

import cv2
import numpy as np
import pytest

from pipeline.classification.thorax_input import thorax_input, thorax_model
from pipeline.phantom.drawing import Phantom, draw_phantom
from pipeline.settings import Settings
from pipeline.types import Anatomy, ImageFormat, Method, Radiograph, Structure, Zone
from segmentation.geometry import measure, thorax_of
from xai.image.describer import ZoneDescriber
from xai.image.grad_cam import GradCam
from xai.image.lime_explainer import LimeExplainer

SIZE = 64


def anatomy_of(phantom: Phantom) -> Anatomy:
    masks = phantom.masks
    thorax, box = thorax_of(masks[Structure.RIGHT_LUNG] | masks[Structure.LEFT_LUNG])
    return Anatomy(
        masks_image=masks,
        zones_image=phantom.zones,
        thorax_image=thorax,
        thorax_box=box,
        measures={name: measure(mask, None) for name, mask in masks.items()},
    )


class SpotNetwork:
    """Looks at one spot of the radiograph alone: its brightness is the label's probability."""

    labels = ("normal", "opacity")

    def __init__(self, spot_image, anatomy: Anatomy) -> None:
        spot = spot_image[anatomy.thorax_box.slices].astype(np.float32)
        self.spot = cv2.resize(spot, (SIZE, SIZE), interpolation=cv2.INTER_AREA)

    def input_model(self, radiograph, anatomy):
        return thorax_input(radiograph, anatomy, SIZE)

    def roi_mask(self, anatomy):
        return thorax_model(anatomy, SIZE)

    def probabilities(self, batch_model):
        # A hidden superpixel is grey, so what counts is the distance from grey.
        score = (np.abs(batch_model - 0.5) * self.spot).sum(axis=(1, 2)) / self.spot.sum()
        return np.stack([1 - score, score], axis=1).astype(np.float32)

    def activations(self, image_model):
        return cv2.resize(self.spot, (8, 8), interpolation=cv2.INTER_AREA)[..., None]

    def head_weights(self):
        return np.array([[-1.0, 1.0]], np.float32)

    def to_image(self, map_model, anatomy):
        box = anatomy.thorax_box
        radiograph = np.zeros(anatomy.thorax_image.shape, np.float32)
        radiograph[box.slices] = cv2.resize(
            map_model, (box.right - box.left, box.bottom - box.top), interpolation=cv2.INTER_LINEAR
        )
        return radiograph


@pytest.mark.parametrize("zone", list(Zone))
def test_the_zone_looked_at_is_the_strongest(zone):
    phantom = draw_phantom(2, zone, shape=(420, 380))
    anatomy = anatomy_of(phantom)
    radiograph = Radiograph(
        pixels=phantom.pixels, sha256="0", format=ImageFormat.PNG, source_shape=(420, 380)
    )
    network = SpotNetwork(phantom.opacity & phantom.zones[zone], anatomy)
    settings = Settings(lime_samples=150, lime_segments=30)
    explanations = {
        Method.GRAD_CAM: GradCam(network).explain(radiograph, anatomy, "opacity"),
        Method.LIME: LimeExplainer(network, settings).explain(radiograph, anatomy, "opacity"),
    }
    strongest = ZoneDescriber().describe(explanations, anatomy).items[0]
    assert strongest.zone is zone
    assert strongest.share > 0.4
    # The radiograph's right is the patient's left.
    hot = explanations[Method.GRAD_CAM].raw_image.sum(axis=0) @ np.arange(380)
    on_the_right_of_the_radiograph = hot / explanations[Method.GRAD_CAM].raw_image.sum() > 190
    assert on_the_right_of_the_radiograph == (zone.side == "left")
