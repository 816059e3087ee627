"""The one place that knows the concrete classes behind the protocols."""

import platform
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.errors import ManifestError
from pipeline.manifest import read_manifest
from pipeline.protocols import Exporter, Models
from pipeline.settings import Settings
from pipeline.types import Language, Method
from pipeline.workers.worker_process import Room

NAMED_LIBRARIES = (
    "numpy",
    "opencv-python-headless",
    "openvino",
    "pillow",
    "pydicom",
    "dicom-anonymizer",
    "lime",
    "scikit-image",
    "llama-cpp-python",
    "torch",
    "transformers",
    "shap",
    "captum",
)


def part_makers(room: Room, settings: Settings) -> Mapping[str, Callable[[], Any]]:
    """A maker for each part of a worker process; what it makes is imported when it is called."""
    return {Room.DECODE: _decode, Room.VISION: _vision, Room.WRITER: _writer}[room](settings)


def local_models(settings: Settings) -> Models:
    """Every step in this process: for measuring and testing, not for untrusted files.

    Raises:
        ModelError: A model cannot be used.
    """
    vision, writer = _vision(settings), _writer(settings)
    return Models(
        reader=_decode(settings)["reader"](),
        segmenter=vision["segmenter"](),
        morphometer=vision["morphometer"](),
        classifier=vision["classifier"](),
        explainers={method: vision[method.value]() for method in Method},
        describer=vision["describer"](),
        layer_explainer=vision["layer_explainer"](),
        quality_assessor=vision["quality_assessor"]() if settings.measure_quality else None,
        writer=writer["writer"]() if settings.write_report else None,
        text_explainer=writer["text_explainer"]() if settings.write_report else None,
        provenance=provenance(settings),
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


def _classifier_folder(settings: Settings) -> Path:
    return settings.classifier or settings.weights_folder / "classifier"


def _decode(settings: Settings) -> Mapping[str, Callable[[], Any]]:
    def reader() -> Any:
        from pipeline.reading import FileReader

        return FileReader(settings)

    return {"reader": reader}


def _vision(settings: Settings) -> Mapping[str, Callable[[], Any]]:
    @cache
    def segmenter() -> Any:
        from segmentation.segmenter import DeepLabSegmenter

        return DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)

    def morphometer() -> Any:
        from segmentation.morphometry import OutlineMorphometer

        check_measurements()
        return OutlineMorphometer(segmenter())

    @cache
    def classifier() -> Any:
        from pipeline.classification.classifier import FolderClassifier

        return FolderClassifier(_classifier_folder(settings), settings.threads)

    @cache
    def gradients() -> Any:
        from xai.image.layer_gradients import LayerGradients

        return LayerGradients(_classifier_folder(settings), settings.threads)

    def explainer(method: Method) -> Any:
        from xai.image.registry import ExplainedModel, build_explainer

        model = ExplainedModel(network=classifier(), gradients=gradients(), settings=settings)
        return build_explainer(method, model)

    def layer_explainer() -> Any:
        from xai.image.layer_grad_cam import LayerGradCam

        return LayerGradCam(classifier(), gradients())

    def describer() -> Any:
        from xai.image.describer import ZoneDescriber

        return ZoneDescriber()

    def quality_assessor() -> Any:
        import scipy.stats  # noqa: F401 - as above

        from xai.quality.assessor import QualityAssessor
        from xai.quality.limits import load_quality_limits

        thresholds = load_quality_limits(_classifier_folder(settings))
        return QualityAssessor(classifier(), settings, thresholds)

    return {
        "segmenter": segmenter,
        "morphometer": morphometer,
        "classifier": classifier,
        **{method.value: partial(explainer, method) for method in Method},
        "layer_explainer": layer_explainer,
        "describer": describer,
        "quality_assessor": quality_assessor,
    }


def _writer(settings: Settings) -> Mapping[str, Callable[[], Any]]:
    def writer() -> Any:
        from report.writing.writer import ReportWriter

        return ReportWriter(settings)

    def text_explainer() -> Any:
        from report.writing.prompt import join, spelled_report, told_classification
        from xai.text.explainer import GgufTextExplainer

        return GgufTextExplainer(
            settings, join=join, spell=spelled_report, classification=told_classification
        )

    return {"writer": writer, "text_explainer": text_explainer}
