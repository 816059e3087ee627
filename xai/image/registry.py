"""Who makes each method's maps: one builder a method, its libraries imported when it is built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.protocols import Explainer, Network
from pipeline.settings import Settings
from pipeline.types import Method
from xai.image.layer_gradients import LayerGradients


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedModel:
    """What an explainer may be built from.

    Attributes:
        network: The classifier, opened for explainers.
        gradients: The same classifier at any depth; loads nothing until it is asked.
        settings: The methods' parameters and the seed.
    """

    network: Network
    gradients: LayerGradients
    settings: Settings


def _grad_cam(model: ExplainedModel) -> Explainer:
    from xai.image.grad_cam import GradCam

    return GradCam(model.network)


def _lime(model: ExplainedModel) -> Explainer:
    import lime.lime_image  # noqa: F401 - seconds that the first radiograph need not wait for
    import skimage.segmentation  # noqa: F401

    from xai.image.lime_explainer import LimeExplainer

    return LimeExplainer(model.network, model.settings)


def _layer_cam(model: ExplainedModel) -> Explainer:
    from xai.image.layer_cam import LayerCam

    return LayerCam(model.network, model.gradients)


BUILDERS: Mapping[Method, Callable[[ExplainedModel], Explainer]] = {
    Method.GRAD_CAM: _grad_cam,
    Method.LIME: _lime,
    Method.LAYER_CAM: _layer_cam,
}


def build_explainer(method: Method, model: ExplainedModel) -> Explainer:
    """Build the explainer of one method."""
    return BUILDERS[method](model)
