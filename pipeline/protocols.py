"""What each step promises; `pipeline/build.py` alone knows who keeps the promise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Protocol, TypeVar

from pipeline.types import (
    Anatomy,
    CaseResult,
    Conclusion,
    Descriptors,
    Explanation,
    ExplanationQuality,
    FloatArray,
    Language,
    LayerMap,
    Measurement,
    Method,
    Prediction,
    ProgressEvent,
    Radiograph,
    Report,
    TextExplanation,
)

Progress = Callable[[ProgressEvent], None]


def silent(event: ProgressEvent) -> None:
    """A progress callback that does nothing."""


class Reader(Protocol):
    """Turns untrusted bytes into a radiograph.

    Contract: the format is recognised by content; the result is bone-white, de-identified and no
    larger than the working grid's limit; whatever is wrong with the bytes is an `InputError`.
    """

    def read(self, data: bytes) -> Radiograph:
        """Read one file's bytes."""
        ...


class Gate(Protocol):
    """Says what a picture is, before anything is outlined on it.

    Contract: what is no upright frontal chest radiograph is an `InputError`.
    """

    def check(self, radiograph: Radiograph) -> None:
        """Let one radiograph pass, or refuse it."""
        ...


class Segmenter(Protocol):
    """Outlines the chest's anatomy.

    Contract: the patient's right lung is never the left; zones tile the lungs; a picture without
    a pair of lungs is a `ChestNotFoundError`.
    """

    def segment(self, radiograph: Radiograph) -> Anatomy:
        """Outline one radiograph."""
        ...


class Morphometer(Protocol):
    """Measures the chest's shape (morphometry).

    Contract: the measurements come in the order of their settings, the right side first; what
    the radiograph does not allow has no value and a reason; nothing here is a diagnosis.
    """

    def measure(self, radiograph: Radiograph, anatomy: Anatomy) -> tuple[Measurement, ...]:
        """Measure one radiograph."""
        ...


class Classifier(Protocol):
    """Gives each label its calibrated probability, from the thorax alone."""

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        """Classify one radiograph."""
        ...


class Network(Protocol):
    """The classifier as the image explainers see it, on its own input grid.

    Contract: `input_model` is a `(size, size)` float32 array in [0, 1], what the network sees of
    the radiograph: the thorax cut out of it, zero around it, or the whole radiograph; `to_image` is
    the way back to the working grid.
    """

    labels: tuple[str, ...]

    def input_model(self, radiograph: Radiograph, anatomy: Anatomy) -> FloatArray:
        """What the network sees, on its grid."""
        ...

    def roi_mask(self, anatomy: Anatomy) -> FloatArray:
        """`(size, size)` float32, 1 where the network sees the radiograph, on its grid."""
        ...

    def probabilities(self, batch_model: FloatArray) -> FloatArray:
        """Probabilities `(batch, label)` of a `(batch, size, size)` float32 batch in [0, 1]."""
        ...

    def activations(self, image_model: FloatArray) -> FloatArray:
        """The last convolution stage `(row, col, channel)` float32 of one input."""
        ...

    def head_weights(self) -> FloatArray:
        """Weights `(channel, label)` of the dense layer that follows global average pooling."""
        ...

    def to_image(self, map_model: FloatArray, anatomy: Anatomy) -> FloatArray:
        """Put a `(row, col)` map of what the network sees, of any size, on the working grid."""
        ...


class Explainer(Protocol):
    """Says which pixels carried a label.

    Contract: the same arguments give the same maps; both maps are on the working grid.
    """

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one radiograph."""
        ...


class LayerExplainer(Protocol):
    """Grad-CAM at several depths of the network, from fine to coarse.

    Contract: the same arguments give the same maps; they come in the order of the layers.
    """

    def explain(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        label: str,
        *,
        layers: tuple[str, ...] = (),
        progress: Progress = silent,
    ) -> tuple[LayerMap, ...]:
        """Explain one label of one radiograph at these layers, or at every stage's last one."""
        ...


class Describer(Protocol):
    """Fuses the two maps and summarises them by zone."""

    def describe(self, explanations: Mapping[Method, Explanation], anatomy: Anatomy) -> Descriptors:
        """Fuse and describe; nothing found gives no items."""
        ...


class QualityAssessor(Protocol):
    """Measures how far the explanations of a case can be relied on.

    Contract: the same arguments and seed give the same numbers; without thresholds for the
    classifier there are values and no ratings.
    """

    def assess(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        explanations: Mapping[Method, Explanation],
        descriptors: Descriptors,
        *,
        progress: Progress = silent,
    ) -> ExplanationQuality:
        """Measure the explanations of one label of one radiograph."""
        ...


class Writer(Protocol):
    """Writes the report and checks each sentence of it.

    Contract: the three sections are always there; no sentence that contradicts prediction or
    descriptors is left; the same arguments give the same text; tokens go to `progress` as they
    come.
    """

    def write(
        self,
        prediction: Prediction,
        descriptors: Descriptors,
        *,
        language: Language,
        seed: int,
        progress: Progress = silent,
    ) -> Report:
        """Write one report."""
        ...


class TextExplainer(Protocol):
    """Says which descriptors and words carried the report."""

    def explain_text(self, report: Report, *, progress: Progress = silent) -> TextExplanation:
        """Explain one report."""
        ...


class Exporter(Protocol):
    """Turns a case and its conclusion into files for download."""

    def files(self, result: CaseResult, conclusion: Conclusion | None) -> Mapping[str, bytes]:
        """File contents by name: `result.json`, pictures, and the report's Markdown and PDF."""
        ...


class DecodeModels(Protocol):
    """What the decode role works with."""

    @property
    def reader(self) -> Reader:
        """Reads untrusted bytes."""
        ...


class VisionModels(Protocol):
    """What the vision role works with; a model that cannot be used raises when it is asked for."""

    @property
    def gate(self) -> Gate | None:
        """Refuses what is no upright frontal chest; `None` where everything is let in."""
        ...

    @property
    def segmenter(self) -> Segmenter:
        """Outlines the anatomy."""
        ...

    @property
    def morphometer(self) -> Morphometer:
        """Measures the chest."""
        ...

    @property
    def classifier(self) -> Classifier:
        """Gives each label its probability."""
        ...

    @property
    def explainers(self) -> Mapping[Method, Explainer]:
        """An explainer for each method."""
        ...

    @property
    def describer(self) -> Describer:
        """Fuses the maps and reads them per zone."""
        ...

    @property
    def quality_assessor(self) -> QualityAssessor | None:
        """Rates the explanations; `None` where that is switched off."""
        ...

    @property
    def layer_explainer(self) -> LayerExplainer | None:
        """Explains at several depths; `None` where the network cannot be opened."""
        ...


class WriterModels(Protocol):
    """What the writer role works with; both are `None` without a report."""

    @property
    def writer(self) -> Writer | None:
        """Writes and checks the report."""
        ...

    @property
    def text_explainer(self) -> TextExplainer | None:
        """Explains the report."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models of all three roles in one process."""

    reader: Reader
    segmenter: Segmenter
    morphometer: Morphometer
    classifier: Classifier
    explainers: Mapping[Method, Explainer]
    describer: Describer
    gate: Gate | None = None
    quality_assessor: QualityAssessor | None = None
    layer_explainer: LayerExplainer | None = None
    writer: Writer | None = None
    text_explainer: TextExplainer | None = None


class Role(StrEnum):
    """Whose models a piece of work needs; each role has a worker process of its own."""

    DECODE = "decode"
    VISION = "vision"
    WRITER = "writer"


class Priority(IntEnum):
    """What goes first where several radiographs wait: the smaller one."""

    IMAGES = 0
    REPORT = 1
    QUALITY = 2
    TEXT = 3


Value = TypeVar("Value")
Work = Callable[[Any, Progress], Iterator[Value]]
"""A picklable function of a role's models that yields what it finds as soon as it has it."""


class Executor(Protocol):
    """Where work is done: in this process, or in the worker of its role.

    Contract: values come in the order in which the work yields them; an error of the work is
    raised here as it was there.
    """

    def run(self, role: Role, work: Work[Value], priority: Priority) -> Iterator[Value]:
        """Do the work once its turn has come."""
        ...
