"""Every step's protocol, kept by a worker process on the other end of a line."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.errors import (
    CorruptImageError,
    DecodeLimitError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.protocols import Models, Progress, silent
from pipeline.reading import check_size
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    Descriptors,
    Explanation,
    ExplanationQuality,
    Language,
    LayerMap,
    Measurement,
    Method,
    Prediction,
    Radiograph,
    Report,
    Step,
    TextExplanation,
)
from pipeline.workers.progress_line import ProgressHub
from pipeline.workers.turnstile import Cancellation, Turnstile
from pipeline.workers.worker_pool import WorkerPool
from pipeline.workers.worker_process import Call


class Line:
    """The way to one worker, for one job."""

    def __init__(
        self,
        *,
        pool: WorkerPool,
        turnstile: Turnstile,
        hub: ProgressHub,
        cancellation: Cancellation,
        limit_s: float,
    ) -> None:
        self._pool, self._turnstile, self._hub = pool, turnstile, hub
        self._cancellation, self._limit_s = cancellation, limit_s

    def call(
        self,
        step: Step | None,
        part: str,
        method: str,
        *arguments: Any,
        progress: Progress = silent,
        **options: Any,
    ) -> Any:
        """Call a part's method in the worker; errors as in `WorkerPool.call`."""
        with self._turnstile.passing(self._cancellation), self._hub.listening(progress) as listener:
            heard = progress is not silent
            call = Call(
                step=step,
                part=part,
                method=method,
                arguments=arguments,
                options=options,
                listener=listener.name if heard else "",
            )
            answer = self._pool.call(call, limit_s=self._limit_s, cancellation=self._cancellation)
            if heard:
                listener.wait()
            return answer


class RemoteReader:
    """`Reader` in the decode worker; a decoder's death is the file's fault and said so."""

    def __init__(self, line: Line, settings: Settings) -> None:
        self._line, self._settings = line, settings

    def read(self, data: bytes) -> Radiograph:
        """Read one file's bytes."""
        check_size(len(data), self._settings)
        try:
            radiograph: Radiograph = self._line.call(Step.READ, "reader", "read", data)
        except StepTimedOutError as error:
            raise DecodeLimitError from error
        except WorkerDiedError as error:
            raise CorruptImageError from error
        return replace(radiograph)  # checked again, as it comes from where untrusted bytes went


class RemoteSegmenter:
    """`Segmenter` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def segment(self, radiograph: Radiograph) -> Anatomy:
        """Outline one radiograph."""
        anatomy: Anatomy = self._line.call(Step.SEGMENT, "segmenter", "segment", radiograph)
        return anatomy


class RemoteMorphometer:
    """`Morphometer` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def measure(self, radiograph: Radiograph, anatomy: Anatomy) -> tuple[Measurement, ...]:
        """Measure one radiograph."""
        measurements: tuple[Measurement, ...] = self._line.call(
            Step.MEASURE, "morphometer", "measure", radiograph, anatomy
        )
        return measurements


class RemoteClassifier:
    """`Classifier` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        """Classify one radiograph."""
        prediction: Prediction = self._line.call(
            Step.CLASSIFY, "classifier", "classify", radiograph, anatomy
        )
        return prediction


class RemoteExplainer:
    """`Explainer` in the vision worker."""

    def __init__(self, line: Line, method: Method) -> None:
        self._line, self._method = line, method

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one radiograph."""
        step, part = self._method.spec.step, self._method.value
        explanation: Explanation = self._line.call(
            step, part, "explain", radiograph, anatomy, label, progress=progress
        )
        return explanation


class RemoteLayerExplainer:
    """`LayerExplainer` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def explain(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        label: str,
        *,
        layers: tuple[str, ...] = (),
        progress: Progress = silent,
    ) -> tuple[LayerMap, ...]:
        """Explain one label of one radiograph at several depths."""
        layer_maps: tuple[LayerMap, ...] = self._line.call(
            Step.GRAD_CAM,
            "layer_explainer",
            "explain",
            radiograph,
            anatomy,
            label,
            layers=layers,
            progress=progress,
        )
        return layer_maps


class RemoteDescriber:
    """`Describer` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def describe(self, explanations: Mapping[Method, Explanation], anatomy: Anatomy) -> Descriptors:
        """Fuse and describe."""
        descriptors: Descriptors = self._line.call(
            Step.DESCRIBE, "describer", "describe", dict(explanations), anatomy
        )
        return descriptors


class RemoteQualityAssessor:
    """`QualityAssessor` in the vision worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

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
        quality: ExplanationQuality = self._line.call(
            Step.QUALITY,
            "quality_assessor",
            "assess",
            radiograph,
            anatomy,
            dict(explanations),
            descriptors,
            progress=progress,
        )
        return quality


class RemoteWriter:
    """`Writer` in the writer worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

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
        report: Report = self._line.call(
            Step.WRITE,
            "writer",
            "write",
            prediction,
            descriptors,
            progress=progress,
            language=language,
            seed=seed,
        )
        return report


class RemoteTextExplainer:
    """`TextExplainer` in the writer worker."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def explain_text(self, report: Report, *, progress: Progress = silent) -> TextExplanation:
        """Explain one report."""
        explanation: TextExplanation = self._line.call(
            Step.EXPLAIN_TEXT, "text_explainer", "explain_text", report, progress=progress
        )
        return explanation


def remote_models(
    *,
    decode: Line,
    vision: Line,
    writer: Line,
    settings: Settings,
    provenance: Mapping[str, str | int | float],
) -> Models:
    """All steps, each on its line."""
    return Models(
        reader=RemoteReader(decode, settings),
        segmenter=RemoteSegmenter(vision),
        morphometer=RemoteMorphometer(vision),
        classifier=RemoteClassifier(vision),
        explainers={method: RemoteExplainer(vision, method) for method in Method},
        describer=RemoteDescriber(vision),
        quality_assessor=RemoteQualityAssessor(vision),
        layer_explainer=RemoteLayerExplainer(vision),
        writer=RemoteWriter(writer),
        text_explainer=RemoteTextExplainer(writer),
        provenance=provenance,
    )
