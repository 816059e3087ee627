"""The image explainers: one spec each, which page, files, command line and benches follow.

Adding one: a member and its spec here, its class and a line in `xai/image/registry.py`, and two
texts in each language (`saliency.<method>_title` and `saliency.<method>_lead`).
"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.types.vocabulary import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodParameter:
    """A whole number of a method that the user may choose.

    Attributes:
        name: As in `Explanation.parameters`, and in the command line after the method's name.
        default: What is taken if nothing is chosen.
        low: Smallest value.
        high: Largest value.
        help: What it is, for the command line's help.
    """

    name: str
    default: int
    low: int
    high: int
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSpec:
    """All that is to be known of a method outside its own class.

    Attributes:
        name: Its proper name, the same in every language.
        colour: Of its curves in plots, `#rrggbb`; told apart by colour-blind readers.
        step: The step of the flow that it runs in.
        fused: Whether the descriptors are read off it. The two fused methods are made for every
            radiograph; the others on request, and they are shown and rated only.
        layered: Whether its tab offers the same map at other depths of the network.
        parameters: What a user may choose; `Settings` has each as `<method>_<name>`.
    """

    name: str
    colour: str
    step: Step = Step.FURTHER_MAPS
    fused: bool = False
    layered: bool = False
    parameters: tuple[MethodParameter, ...] = ()


class Method(StrEnum):
    """The image explainers, in the order in which they are shown."""

    GRAD_CAM = "grad_cam"
    LIME = "lime"
    LAYER_CAM = "layer_cam"

    @property
    def spec(self) -> MethodSpec:
        """All else that is to be known of it."""
        return _SPECS[self]

    @property
    def file(self) -> str:
        """The picture's name among the exported files."""
        return f"{self.value}.png"

    def setting(self, parameter: MethodParameter) -> str:
        """The name of one of its parameters in `Settings`."""
        return f"{self.value}_{parameter.name}"


_SPECS = {
    Method.GRAD_CAM: MethodSpec(
        name="Grad-CAM", colour="#0072b2", step=Step.GRAD_CAM, fused=True, layered=True
    ),
    Method.LIME: MethodSpec(
        name="LIME",
        colour="#d55e00",
        step=Step.LIME,
        fused=True,
        parameters=(
            MethodParameter(
                name="samples",
                default=512,
                low=1,
                high=100_000,
                help="perturbed samples; a power of two is balanced best",
            ),
            MethodParameter(
                name="segments", default=24, low=1, high=1_000, help="superpixels aimed at"
            ),
        ),
    ),
    Method.LAYER_CAM: MethodSpec(name="LayerCAM", colour="#56b4e9"),
}

FUSED_METHODS = tuple(method for method in Method if method.spec.fused)
"""The two that are made for every radiograph, and that the descriptors are read off."""

FURTHER_METHODS = tuple(method for method in Method if not method.spec.fused)
"""Those made on request."""


class FusedMap(StrEnum):
    """The map that is no method's own."""

    FUSED = "fused"


FUSED = FusedMap.FUSED

SaliencyMap = Method | FusedMap
"""A map that is rated: a method's, or the fused one."""

SALIENCY_MAPS: tuple[SaliencyMap, ...] = (*Method, FUSED)
"""All of them, in the order in which they are shown."""


def with_fused(methods: tuple[Method, ...]) -> tuple[Method, ...]:
    """These methods and the fused ones, each once, in their own order."""
    return tuple(method for method in Method if method.spec.fused or method in methods)
