"""Workers that answer at once or on request, with a case built on the phantom."""

from dataclasses import replace

import numpy as np

from pipeline.errors import (
    CancelledByUserError,
    ExplainCxrError,
    QueueFullError,
    TurnedImageError,
    UnknownFormatError,
)
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import Settings
from pipeline.types import (
    FUSED_METHODS,
    Anatomy,
    Attribution,
    Box,
    CaseResult,
    Claim,
    ClaimStatus,
    Descriptor,
    Descriptors,
    Explanation,
    Grade,
    ImageFormat,
    Language,
    LayerMap,
    Method,
    Prediction,
    ProgressEvent,
    Radiograph,
    ReadingNote,
    Report,
    Section,
    ShapeMeasure,
    Step,
    Structure,
    TextExplanation,
    Zone,
)

LABELS = ("normal", "bacterial_pneumonia", "tuberculosis")
SHIPPED = (Language.ENGLISH, Language.RUSSIAN, Language.UKRAINIAN)
NAMES = {
    "normal": ("no abnormality", "без патологии", "без патології"),
    "bacterial_pneumonia": (
        "bacterial pneumonia",
        "бактериальная пневмония",
        "бактеріальна пневмонія",
    ),
    "tuberculosis": ("tuberculosis", "туберкулёз", "туберкульоз"),
}
SENTENCES = {
    Section.FINDINGS: "Opacity in the right lower zone, intensity 0.62.",
    Section.INTERPRETATION: "The pattern may fit bacterial pneumonia.",
    Section.RECOMMENDATIONS: "Correlate with the clinical picture.",
}
EVIDENCE = {
    Section.FINDINGS: {"right_lower.intensity": 0.62},
    Section.INTERPRETATION: {"confidence": 0.83, "label": "bacterial_pneumonia"},
    Section.RECOMMENDATIONS: {},
}
PHANTOM = draw_phantom(0, Zone.RIGHT_LOWER, (192, 160))


def images_only(
    probabilities=(0.08, 0.83, 0.09), label="bacterial_pneumonia", methods=FUSED_METHODS
):
    shape = PHANTOM.pixels.shape
    lungs = PHANTOM.masks[Structure.RIGHT_LUNG] | PHANTOM.masks[Structure.LEFT_LUNG]
    saliency = np.zeros(shape, np.float32)
    saliency[PHANTOM.zones[Zone.RIGHT_LOWER]] = 0.8
    saliency[PHANTOM.zones[Zone.LEFT_UPPER]] = 0.3
    raw = np.clip(saliency + 0.1, 0, 1).astype(np.float32)
    measure = ShapeMeasure(area_share=0.12, area_mm2=None, height_to_width=1.6, solidity=0.9)
    return CaseResult(
        radiograph=Radiograph(
            pixels=PHANTOM.pixels.copy(),
            sha256="ab" * 32,
            format=ImageFormat.PNG,
            source_shape=shape,
            notes=(ReadingNote.INVERTED,),
        ),
        anatomy=Anatomy(
            masks_image=dict(PHANTOM.masks),
            zones_image=dict(PHANTOM.zones),
            thorax_image=lungs,
            thorax_box=Box(top=0, bottom=shape[0], left=0, right=shape[1]),
            measures=dict.fromkeys(Structure, measure),
            warnings=("spine_broken",),
        ),
        prediction=Prediction(
            labels=LABELS,
            probabilities=probabilities,
            normal_label="normal",
            threshold_prob=0.5,
            uncertain_prob=(0.4, 0.6),
            terms={name: dict(zip(SHIPPED, texts, strict=True)) for name, texts in NAMES.items()},
        ),
        explanations={
            method: Explanation(
                method=method,
                label=label,
                raw_image=raw,
                map_image=saliency,
                removed_mass=0.27,
                signed_image=saliency - 0.4,
                superpixel_weights=(0.21, 0.043, -0.0125) if method is Method.LIME else (),
                measures={"r2": 0.64} if method is Method.LIME else {},
                parameters={"samples": 500} if method is Method.LIME else {"layer": "top_conv"},
            )
            for method in methods
        },
        descriptors=Descriptors(
            fused_image=saliency,
            items=(
                _descriptor(Zone.RIGHT_LOWER, 0.62, 0.73, Grade.STRONG),
                _descriptor(Zone.LEFT_UPPER, 0.3, 0.27, Grade.WEAK),
            ),
        ),
        timings_ms={Step.READ: 40.0, Step.LIME: 2100.0},
        provenance={"seed": 0},
    )


def _descriptor(zone, intensity, share, grade):
    degrees = {other: 0.9 if other is grade else 0.1 for other in Grade}
    return Descriptor(
        zone=zone, intensity=intensity, share=share, agreement=0.88, memberships=degrees
    )


def reported(case, settings):
    statuses = dict(zip(Section, ClaimStatus, strict=False))  # one of three
    report = Report(
        language=settings.language,
        model="fake-writer",
        model_sha256="cd" * 32,
        prompt="Regions found in: right lower zone (intensity: 0.62). Confidence: 0.83.",
        prompt_parts=(("", "Regions found in: "), ("right_lower", "right lower zone")),
        sections=dict(SENTENCES),
        claims=tuple(
            Claim(
                section=section,
                sentence=text,
                status=statuses[section],
                zones=(Zone.RIGHT_LOWER,) if section is Section.FINDINGS else (),
                evidence=EVIDENCE[section],
                replaced=section is Section.INTERPRETATION,
            )
            for section, text in SENTENCES.items()
        ),
        thoughts="The right lower zone is the strongest.",
        seed=settings.seed,
    )
    explanation = TextExplanation(
        model="fake-writer",
        shap=(
            Attribution(key="right_lower", text="right lower zone", value=2.5),
            Attribution(key="confidence", text="0.83", value=-0.5),
        ),
        shap_full=-10.0,
        shap_base=-12.0,
        integrated_gradients=(
            Attribution(key="", text="Regions found in: ", value=0.0),
            Attribution(key="right_lower", text="right lower zone", value=2.0),
        ),
        words=(
            Attribution(key="0", text="Opacity", value=0.2),
            Attribution(key="1", text="lower", value=1.4),
        ),
        ig_delta=0.013,
    )
    return replace(case, report=report, text_explanation=explanation)


class FakeJob:
    """A job that is as far as it was set."""

    def __init__(self, *, case=None, result=None, error=None, radiograph=None, events=(), visit=""):
        self.radiograph = radiograph
        self._case, self.result, self.error, self.visit = case, result, error, visit
        self.in_view = self.text_wanted = False
        self.examination = self.source = None
        self._events = list(events)

    @property
    def case(self):
        return self.result or self._case

    @case.setter
    def case(self, case):
        self._case = case

    @property
    def done(self):
        return self.result is not None or self.error is not None

    def events(self):
        return tuple(self._events)

    def cancel(self):
        if not self.done:
            self.error = CancelledByUserError()


class FakeWorkers:
    """Answers each call at once, or leaves jobs open while `hold` is set; keeps the calls.

    Bytes that start with `bad` are refused, those that start with `turned` as a radiograph on its
    side, bytes that start with `busy` find the queue full.
    """

    def __init__(self):
        self.hold = False
        self.jobs: list[FakeJob] = []
        self.calls: list[tuple[str, Settings]] = []

    def submit(self, data, settings, visit=""):
        self.calls.append(("submit", settings))
        if isinstance(data, Radiograph):
            case = replace(images_only(methods=settings.methods), radiograph=data)
            return self._job(case=case, result=reported(case, settings), visit=visit)
        if data.startswith(b"busy"):
            raise QueueFullError(limit=8)
        if data.startswith(b"bad"):
            return self._job(error=UnknownFormatError())
        if data.startswith(b"turned") and not settings.turn:
            return self._job(error=TurnedImageError(degrees=90), source=data)
        case = images_only(methods=settings.methods)
        return self._job(
            case=None if self.hold else case,
            result=None if self.hold else reported(case, settings),
            events=[ProgressEvent(step=Step.READ, fraction=1.0)],
            visit=visit,
            source=data,
        )

    def submit_report(self, case, settings, visit=""):
        self.calls.append(("report", settings))
        return self._job(case=case, result=None if self.hold else reported(case, settings))

    def submit_label(self, case, label, settings, visit=""):
        self.calls.append((f"explain {label}", settings))
        return self._job(
            result=None if self.hold else images_only(label=label, methods=settings.methods)
        )

    def submit_layers(self, case, label, visit=""):
        self.calls.append(("layers", None))
        if self.hold:
            return self._job(events=[ProgressEvent(step=Step.GRAD_CAM, fraction=0.6)])
        rows = np.arange(-8, 8, dtype=np.float32).reshape(4, 4)
        layer_maps = tuple(
            LayerMap(layer=layer, label=label, signed_model=rows, box=case.anatomy.thorax_box)
            for layer in ("fine_layer", "coarse_layer")
        )
        return self._job(result=replace(case, layer_maps=layer_maps))

    def warm(self):
        self.calls.append(("warm", None))

    def _job(self, *, source=None, **state):
        job = FakeJob(**state)
        job.source = source
        self.jobs.append(job)
        return job

    def fail(self, error: ExplainCxrError):
        self.jobs[-1].error = error
