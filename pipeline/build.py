"""The one place that knows the concrete classes behind the protocols."""

import contextlib
import platform
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import ExplainCxrError, ManifestError
from pipeline.manifest import ClassificationManifest, read_manifest
from pipeline.protocols import (
    Describer,
    Explainer,
    Exporter,
    Gate,
    LayerExplainer,
    Models,
    Morphometer,
    QualityAssessor,
    Reader,
    Role,
)
from pipeline.settings import Settings
from pipeline.types import Language, Method

if TYPE_CHECKING:
    from pipeline.classification.classifier import FolderClassifier
    from report.writing.writer import ReportWriter
    from segmentation.segmenter import DeepLabSegmenter
    from xai.image.layer_gradients import LayerGradients
    from xai.text.explainer import GgufTextExplainer

NAMED_LIBRARIES = (
    "numpy",
    "opencv-python-headless",
    "openvino",
    "pillow",
    "pydicom",
    "imagecodecs",
    "simplejpeg",
    "pylibjpeg-openjpeg",
    "dicom-anonymizer",
    "lime",
    "scikit-image",
    "llama-cpp-python",
    "torch",
    "transformers",
    "shap",
    "captum",
)


def build_models(role: Role, settings: Settings) -> Any:
    """The models of one role; each is loaded when it is first asked for.

    Returns:
        `DecodeModels`, `VisionModels` or `WriterModels`, with `warm()`, which loads all of them.
    """
    made = {Role.DECODE: _Decode, Role.VISION: _Vision, Role.WRITER: _Writer}
    return made[role](settings)


def local_models(settings: Settings) -> Models:
    """All models in this process: for the Python API, benches and tests.

    Raises:
        ModelError: A model cannot be used.
    """
    vision, writer = _Vision(settings), _Writer(settings)
    return Models(
        reader=_Decode(settings).reader,
        gate=vision.gate,
        segmenter=vision.segmenter,
        morphometer=vision.morphometer,
        classifier=vision.classifier,
        explainers=vision.explainers,
        describer=vision.describer,
        layer_explainer=vision.layer_explainer,
        quality_assessor=vision.quality_assessor if settings.measure_quality else None,
        writer=writer.writer if settings.write_report else None,
        text_explainer=writer.text_explainer if settings.write_report else None,
    )


def check_measurements() -> None:
    """Whether every measurement has a geometry, settings and words; asked at every start.

    Raises:
        MeasurementWordsError: Words are missing, such as those of a threshold.
        SettingRefusedError: The settings do not fit the geometry, or cannot be read.
        WordsError: A file of words cannot be used.
    """
    from pipeline.words.measurement_words import check_measurement_words
    from segmentation.measurement_settings import load_measurement_settings

    rules = load_measurement_settings().rules
    check_measurement_words({name: rule.threshold is not None for name, rule in rules.items()})


def exporter(language: Language = Language.ENGLISH) -> Exporter:
    """Who makes the files for download."""
    from report.documents.export import ReportExporter

    return ReportExporter(language)


def provenance(settings: Settings) -> dict[str, str | int | float]:
    """Versions and weights' hashes, as the manifests name them; models verify them on loading."""
    found: dict[str, str | int | float] = {"python": platform.python_version()}
    for library in NAMED_LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "absent"
    folders = {
        "gate": settings.weights_folder / "gate",
        "anatomy": settings.weights_folder / "anatomy",
        "classifier": _classifier_folder(settings),
        "writer": settings.weights_folder / "writer",
    }
    for model, folder in folders.items():
        try:
            files = read_manifest(folder).files
        except ManifestError:
            found[f"weights.{model}"] = "absent"
            continue
        found |= {f"weights.{model}.{file}": sha256 for file, sha256 in files.items()}
    return found


def classifier_labels(settings: Settings) -> tuple[str, ...]:
    """The classifier's labels as its manifest names them; the models verify it on loading."""
    try:
        manifest = read_manifest(_classifier_folder(settings))
    except ManifestError:
        return ()
    return manifest.labels if isinstance(manifest, ClassificationManifest) else ()


def _classifier_folder(settings: Settings) -> Path:
    return settings.classifier or settings.weights_folder / "classifier"


class _Decode:
    """What the decode role works with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def reader(self) -> Reader:
        from pipeline.reading import FileReader

        return FileReader(self._settings)

    def warm(self) -> None:
        from pipeline.reading import FileReader

        FileReader(self._settings).warm()


class _Vision:
    """What the vision role works with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def gate(self) -> Gate:
        from pipeline.reading.gate import InputGate

        return InputGate(self._settings.weights_folder / "gate", self._settings.threads)

    @cached_property
    def segmenter(self) -> "DeepLabSegmenter":
        from segmentation.segmenter import DeepLabSegmenter

        return DeepLabSegmenter(self._settings.weights_folder / "anatomy", self._settings.threads)

    @cached_property
    def morphometer(self) -> Morphometer:
        from segmentation.morphometry import OutlineMorphometer

        check_measurements()
        return OutlineMorphometer(self.segmenter)

    @cached_property
    def classifier(self) -> "FolderClassifier":
        from pipeline.classification.classifier import FolderClassifier

        return FolderClassifier(_classifier_folder(self._settings), self._settings.threads)

    @cached_property
    def explainers(self) -> Mapping[Method, Explainer]:
        from xai.image.registry import ExplainedModel, build_explainer

        model = ExplainedModel(
            network=self.classifier, gradients=self._gradients, settings=self._settings
        )
        return {method: build_explainer(method, model) for method in Method}

    @cached_property
    def _gradients(self) -> "LayerGradients":
        from xai.image.layer_gradients import LayerGradients

        return LayerGradients(_classifier_folder(self._settings), self._settings.threads)

    @cached_property
    def describer(self) -> Describer:
        from xai.image.describer import ZoneDescriber

        return ZoneDescriber()

    @cached_property
    def layer_explainer(self) -> LayerExplainer:
        from xai.image.layer_grad_cam import LayerGradCam

        return LayerGradCam(self.classifier, self._gradients)

    @cached_property
    def quality_assessor(self) -> QualityAssessor:
        from xai.quality.assessor import QualityAssessor as Assessor
        from xai.quality.limits import load_quality_limits

        limits = load_quality_limits(_classifier_folder(self._settings))
        return Assessor(self.classifier, self._settings, limits)

    def warm(self) -> None:
        import scipy.stats  # noqa: F401 - seconds that the first radiograph need not wait for

        _ = self.gate, self.morphometer, self.explainers, self.describer, self.quality_assessor


class _Writer:
    """What the writer role works with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._warming: threading.Thread | None = None

    @cached_property
    def writer(self) -> "ReportWriter":
        from report.writing.writer import ReportWriter

        return ReportWriter(self._settings)

    @property
    def text_explainer(self) -> "GgufTextExplainer":
        if self._warming is not None:  # or it would be loaded twice
            self._warming.join()
        return self._text_explainer

    @cached_property
    def _text_explainer(self) -> "GgufTextExplainer":
        from report.writing.prompt import join, spelled_report, told_classification
        from xai.text.explainer import GgufTextExplainer

        return GgufTextExplainer(
            self._settings, join=join, spell=spelled_report, classification=told_classification
        )

    def warm(self) -> None:
        self.writer.warm()
        # torch takes seconds, and a report need not wait for it
        explainer = self._text_explainer
        self._warming = threading.Thread(target=_quietly, args=(explainer.warm,), daemon=True)
        self._warming.start()


def _quietly(warm: Callable[[], None]) -> None:
    with contextlib.suppress(ExplainCxrError):  # the first call raises it again
        warm()
