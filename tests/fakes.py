"""Stand-ins that keep the protocols without a model: same arguments, same answers, in a moment."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.errors import ChestNotFoundError, SettingsError
from pipeline.local_executor import LocalExecutor
from pipeline.protocols import Models, Progress, Role, silent
from pipeline.reading import FileReader
from pipeline.run import analyse
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    Attribution,
    Box,
    CaseResult,
    Claim,
    ClaimStatus,
    Descriptor,
    Descriptors,
    Explanation,
    ExplanationQuality,
    Grade,
    Language,
    LayerMap,
    Level,
    MaskingCurves,
    Measurement,
    MeasurementLine,
    MeasurementPart,
    MeasurementReason,
    MeasurementUnit,
    Method,
    Prediction,
    ProgressEvent,
    QualityMeasure,
    QualityRating,
    QualityScore,
    Radiograph,
    Report,
    Section,
    ShapeMeasure,
    Side,
    Step,
    Structure,
    TextExplanation,
    Zone,
)

LABELS = ("normal", "tuberculosis", "covid19")
TERMS = {
    "normal": {"en": "no abnormality", "ru": "без патологии", "uk": "без патології"},
    "tuberculosis": {"en": "tuberculosis", "ru": "туберкулёз", "uk": "туберкульоз"},
    "covid19": {"en": "COVID-19", "ru": "COVID-19", "uk": "COVID-19"},
}


class FakeSegmenter:
    """Two upright rectangles for lungs; the radiograph's mean decides nothing."""

    def segment(self, radiograph: Radiograph) -> Anatomy:
        rows, cols = radiograph.shape
        if rows < 48 or cols < 48:
            raise ChestNotFoundError
        grid = np.zeros((rows, cols), np.bool_)

        def box(top: float, bottom: float, left: float, right: float) -> Any:
            mask = grid.copy()
            mask[int(top * rows) : int(bottom * rows), int(left * cols) : int(right * cols)] = True
            return mask

        masks = {
            Structure.RIGHT_LUNG: box(0.2, 0.8, 0.1, 0.4),
            Structure.LEFT_LUNG: box(0.2, 0.8, 0.6, 0.9),
            Structure.SPINE: box(0.1, 0.95, 0.45, 0.55),
            Structure.ABDOMEN: box(0.85, 1.0, 0.1, 0.9),
            Structure.HEART: box(0.5, 0.85, 0.35, 0.7),
        }
        thirds = {Level.UPPER: (0.2, 0.4), Level.MIDDLE: (0.4, 0.6), Level.LOWER: (0.6, 0.8)}
        sides = {Side.RIGHT: (0.1, 0.4), Side.LEFT: (0.6, 0.9)}
        return Anatomy(
            masks_image=masks,
            zones_image={zone: box(*thirds[zone.level], *sides[zone.side]) for zone in Zone},
            thorax_image=box(0.15, 0.85, 0.05, 0.95),
            thorax_box=Box(
                top=int(0.15 * rows),
                bottom=int(0.85 * rows),
                left=int(0.05 * cols),
                right=int(0.95 * cols),
            ),
            measures={
                name: ShapeMeasure(
                    area_share=float(mask.mean()),
                    area_mm2=None,
                    height_to_width=2.0,
                    solidity=1.0,
                )
                for name, mask in masks.items()
            },
            warnings=(),
        )


class FakeMorphometer:
    """One measurement with a line across the lungs, and one that cannot be measured."""

    def measure(self, radiograph: Radiograph, anatomy: Anatomy) -> tuple[Measurement, ...]:
        rows, cols = radiograph.shape
        across = ((0.5 * rows, 0.1 * cols), (0.5 * rows, 0.9 * cols))
        return (
            Measurement(
                name="dome_height",
                side=Side.RIGHT,
                unit=MeasurementUnit.CM,
                reason=MeasurementReason.NO_SPACING,
            ),
            Measurement(
                name="cardiothoracic_ratio",
                side=None,
                unit=MeasurementUnit.RATIO,
                value=0.45,
                low=0.4,
                high=0.5,
                lines=(MeasurementLine(part=MeasurementPart.CHEST_WIDTH, points=across),),
            ),
        )


class FakeClassifier:
    """Always the same classification."""

    def __init__(self, probabilities: tuple[float, ...] = (0.04, 0.9, 0.06)) -> None:
        self.probabilities = probabilities

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        return Prediction(
            labels=LABELS,
            probabilities=self.probabilities,
            normal_label="normal",
            threshold_prob=0.5,
            terms={
                label: {Language(code): term for code, term in names.items()}
                for label, names in TERMS.items()
            },
        )


class FakeExplainer:
    """The right middle zone, lit; ten events of progress."""

    def __init__(self, method: Method) -> None:
        self.method = method

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        shown = np.zeros(radiograph.shape, np.float32)
        shown[anatomy.zones_image[Zone.RIGHT_MIDDLE]] = 0.8
        for part in range(1, 11):
            progress(ProgressEvent(step=self.method.spec.step, fraction=part / 10))
        return Explanation(
            method=self.method,
            label=label,
            raw_image=shown.copy(),
            map_image=shown,
            removed_mass=0.0,
            measures={"r2": 0.9} if self.method is Method.LIME else {},
            parameters={"seed": 0},
        )


class FakeLayerExplainer:
    """Two layers, or those that are named; a layer `nowhere` is none."""

    def explain(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        label: str,
        *,
        layers: tuple[str, ...] = (),
        progress: Progress = silent,
    ) -> tuple[LayerMap, ...]:
        if label not in LABELS:
            raise SettingsError(name="explain_label")
        if "nowhere" in layers:
            raise SettingsError(name="layer")
        progress(ProgressEvent(step=Step.GRAD_CAM, fraction=0.5))
        rows = np.array([[4.0, 0.0], [-2.0, 0.0]], np.float32)
        return tuple(
            LayerMap(layer=layer, label=label, signed_model=rows, box=anatomy.thorax_box)
            for layer in layers or ("fine", "coarse")
        )


class FakeDescriber:
    """One strong descriptor of the right middle zone."""

    def describe(self, explanations: Mapping[Method, Explanation], anatomy: Anatomy) -> Descriptors:
        fused = np.mean([item.map_image for item in explanations.values()], axis=0)
        return Descriptors(
            fused_image=fused.astype(np.float32),
            items=(
                Descriptor(
                    zone=Zone.RIGHT_MIDDLE,
                    intensity=0.8,
                    share=1.0,
                    agreement=1.0,
                    memberships={Grade.WEAK: 0.0, Grade.MODERATE: 0.2, Grade.STRONG: 0.8},
                ),
            ),
        )


class FakeQualityAssessor:
    """Grad-CAM is good, LIME is not stable enough; progress twice."""

    def assess(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        explanations: Mapping[Method, Explanation],
        descriptors: Descriptors,
        *,
        progress: Progress = silent,
    ) -> ExplanationQuality:
        for part in (0.5, 1.0):
            progress(ProgressEvent(step=Step.QUALITY, fraction=part))
        return ExplanationQuality(
            label=explanations[Method.LIME].label,
            scores=(
                QualityScore(
                    map=Method.GRAD_CAM,
                    measure=QualityMeasure.DELETION,
                    value=0.2,
                    rating=QualityRating.GOOD,
                ),
                QualityScore(
                    map=Method.LIME,
                    measure=QualityMeasure.STABILITY,
                    value=0.31,
                    rating=QualityRating.DOUBTFUL,
                ),
            ),
            curves={
                Method.GRAD_CAM: MaskingCurves(deletion=(0.9, 0.1), insertion=(0.1, 0.9)),
            },
            random_auc=0.5,
        )


class FakeWriter:
    """Three sentences that name the language and the seed, streamed word by word."""

    def write(
        self,
        prediction: Prediction,
        descriptors: Descriptors,
        *,
        language: Language,
        seed: int,
        progress: Progress = silent,
    ) -> Report:
        sections = {
            Section.FINDINGS: "Strong measurements in the right middle zone.",
            Section.INTERPRETATION: f"Consistent with {prediction.label}.",
            Section.RECOMMENDATIONS: f"Follow-up, seed {seed}, language {language}.",
        }
        for text in sections.values():
            for word in text.split():
                progress(ProgressEvent(step=Step.WRITE, text=word + " "))
        return Report(
            language=language,
            model="fake-writer",
            model_sha256="0" * 64,
            prompt="Analysis: right middle zone (intensity: 0.80). Confidence: 0.96.",
            prompt_parts=(
                ("", "Analysis: "),
                ("right_middle", "right middle zone (intensity: 0.80)"),
                ("", ". "),
                ("confidence", "Confidence: 0.96."),
            ),
            sections=sections,
            claims=tuple(
                Claim(section=section, sentence=text, status=ClaimStatus.SUPPORTED)
                for section, text in sections.items()
            ),
            seed=seed,
        )


class FakeTextExplainer:
    """The zone carried it."""

    def explain_text(self, report: Report, *, progress: Progress = silent) -> TextExplanation:
        progress(ProgressEvent(step=Step.EXPLAIN_TEXT, fraction=0.5))
        return TextExplanation(
            model=report.model,
            shap=(
                Attribution(key="right_middle", text="right middle zone", value=3.0),
                Attribution(key="confidence", text="Confidence: 0.96.", value=1.0),
            ),
            shap_full=-5.0,
            shap_base=-9.0,
            integrated_gradients=(
                Attribution(key="right_middle", text="right middle zone", value=3.9),
            ),
            words=(Attribution(key="0", text="Strong", value=1.5),),
            ig_delta=-0.1,
        )


class DyingClassifier(FakeClassifier):
    """Kills its own process on radiographs whose first pixel is white."""

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        if radiograph.pixels[0, 0] > 0.9:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().classify(radiograph, anatomy)


class SlowClassifier(FakeClassifier):
    """Takes a minute on radiographs whose first pixel is white."""

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        if radiograph.pixels[0, 0] > 0.9:
            time.sleep(60)
        return super().classify(radiograph, anatomy)


class TalkativeClassifier(FakeClassifier):
    """Raises a foreign error whose text names a patient."""

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        raise LookupError("Ivanov^Ivan 1961-02-03")


class FailingWriter(FakeWriter):
    """Raises a foreign error."""

    def write(self, *arguments: Any, **options: Any) -> Report:
        raise ZeroDivisionError


class DyingWriter(FakeWriter):
    """Kills its own process in mid-sentence unless it is asked with another seed than 0."""

    def write(self, *arguments: Any, seed: int, progress: Progress, **options: Any) -> Report:
        progress(ProgressEvent(step=Step.WRITE, fraction=0.1, text="Strong attention in"))
        if seed == 0:
            time.sleep(1)  # the words are on their way: a death could overtake them
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(*arguments, seed=seed, progress=progress, **options)


class FakeModels(Models):
    """All fakes, behind the real reader."""

    def warm(self) -> None:
        """Nothing to load."""


def fake_models(settings: Settings, **other: Any) -> FakeModels:
    """All fakes in this process; `other` models by the names of `Models` in their place."""
    made: dict[str, Any] = {
        "reader": FileReader(settings),
        "segmenter": FakeSegmenter(),
        "morphometer": FakeMorphometer(),
        "classifier": FakeClassifier(),
        "explainers": {method: FakeExplainer(method) for method in Method},
        "describer": FakeDescriber(),
        "layer_explainer": FakeLayerExplainer(),
        "quality_assessor": FakeQualityAssessor(),
        "writer": FakeWriter(),
        "text_explainer": FakeTextExplainer(),
    }
    return FakeModels(**{**made, **other})


def fake_build(role: Role, settings: Settings) -> FakeModels:
    """Fake models behind the real decode worker."""
    return fake_models(settings)


def dying_build(role: Role, settings: Settings) -> FakeModels:
    """With `DyingClassifier`."""
    return fake_models(settings, classifier=DyingClassifier())


def slow_build(role: Role, settings: Settings) -> FakeModels:
    """With `SlowClassifier`."""
    return fake_models(settings, classifier=SlowClassifier())


def talkative_build(role: Role, settings: Settings) -> FakeModels:
    """With `TalkativeClassifier`."""
    return fake_models(settings, classifier=TalkativeClassifier())


def failing_writer_build(role: Role, settings: Settings) -> FakeModels:
    """With `FailingWriter`."""
    return fake_models(settings, writer=FailingWriter())


def dying_writer_build(role: Role, settings: Settings) -> FakeModels:
    """With `DyingWriter`."""
    return fake_models(settings, writer=DyingWriter())


def finished(
    data: bytes, models: Models, settings: Settings, progress: Progress = silent
) -> CaseResult:
    """The finished case of a file, with models of this process."""
    executor = LocalExecutor(models=models, progress=progress)
    *_, case = analyse(data, executor=executor, settings=settings, provenance={"python": "3"})
    assert isinstance(case, CaseResult)
    return case
