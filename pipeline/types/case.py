"""All that is known of one radiograph, and news of the work on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.types.anatomy import Anatomy
from pipeline.types.descriptors import Descriptors
from pipeline.types.explanation import Explanation, LayerMap
from pipeline.types.explanation_quality import ExplanationQuality
from pipeline.types.language import Language
from pipeline.types.measurements import Measurement
from pipeline.types.methods import Method
from pipeline.types.prediction import Prediction
from pipeline.types.radiograph import Radiograph
from pipeline.types.report import Report
from pipeline.types.text_explanation import TextExplanation
from pipeline.types.vocabulary import Section, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A step that failed while the others were kept: the error's code and parameters."""

    step: Step
    code: str
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examination:
    """What is known of a radiograph before anything is explained.

    Attributes:
        timings_ms: Wall time of each step that ran, without waiting for its turn.
        provenance: Versions, weights' hashes, settings and seed, flat; no patient data.
    """

    radiograph: Radiograph
    anatomy: Anatomy
    prediction: Prediction
    measurements: tuple[Measurement, ...] = ()
    timings_ms: Mapping[Step, float] = field(default_factory=dict)
    provenance: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseResult(Examination):
    """All that was found for one radiograph; later steps are `None` where they did not run.

    Attributes:
        layer_maps: Grad-CAM at several depths, finest first; empty unless asked for.
        problems: Steps that failed; what stands was not touched by them.
    """

    explanations: Mapping[Method, Explanation]
    descriptors: Descriptors
    quality: ExplanationQuality | None = None
    report: Report | None = None
    text_explanation: TextExplanation | None = None
    layer_maps: tuple[LayerMap, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def explained_label(self) -> str:
        """The label that all explanations are of."""
        return next(iter(self.explanations.values())).label


LONGEST_SECTION, MOST_LINES = 10_000, 1_000
"""Letters and lines of an edited section, which the files are set from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What the clinician signs: the report's text as edited, in one language."""

    language: Language
    sections: Mapping[Section, str]
    edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """A step's progress: `fraction` in [0, 1] or `None`; `text` holds streamed tokens."""

    step: Step
    fraction: float | None = None
    text: str = ""
