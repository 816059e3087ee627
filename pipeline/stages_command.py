"""`python -m pipeline stages FILE --out DIR`: Grad-CAM at every stage, as pictures and numbers."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.errors import ExplainCxrError, OutputError, UnreadableFileError
from pipeline.messages import message
from pipeline.protocols import Models
from pipeline.reading import check_size
from pipeline.run import explain_stages
from pipeline.settings import Settings
from pipeline.types import Radiograph, StageMap

NUMBERS_FILE = "stages.npz"


def stages_command(
    file: Path,
    out: Path,
    *,
    models: Models,
    settings: Settings,
    layers: tuple[str, ...] = (),
    signed: bool = False,
) -> bool:
    """Map one file, write its pictures, print a line for each.

    Args:
        file: A radiograph.
        out: The folder written to.
        models: Who does it.
        settings: The language, and the label to explain; the predicted one if `None`.
        layers: Names of layers; every stage's last one if empty.
        signed: Whether pictures show what speaks against the label, too.

    Returns:
        Whether all went well; if not, the line says why.
    """
    try:
        radiograph = models.reader.read(_bytes_of(file, settings))
        anatomy = models.segmenter.segment(radiograph)
        prediction = models.classifier.classify(radiograph, anatomy)
        label = settings.explain_label or prediction.leading_label
        stages = explain_stages(radiograph, anatomy, label, models=models, layers=layers)
        _write(out, _files(radiograph, stages, signed=signed))
    except ExplainCxrError as error:
        sentence = message(error.code, settings.language, **error.parameters)
        print(f"{file.name}: {error.code}: {sentence}", flush=True)
        return False
    for stage in stages:
        rows, cols = stage.signed_model.shape
        peak = float(stage.signed_model.max())
        print(f"{file.name}: {label}, {stage.layer}: {rows} x {cols}, highest {peak:.4g}")
    return True


def _files(
    radiograph: Radiograph, stages: tuple[StageMap, ...], *, signed: bool
) -> Mapping[str, bytes]:
    """A PNG a layer, numbered from fine to coarse, and all maps as they are in one NPZ."""
    from pipeline.figures import encode_png
    from pipeline.stage_figure import stage_overlay

    numbers = io.BytesIO()
    # NumPy's own signature takes a flag among the arrays' names.
    np.savez_compressed(numbers, **{stage.layer: stage.signed_model for stage in stages})  # type: ignore[arg-type]
    pictures = {
        f"{number}-{stage.layer}.png": encode_png(stage_overlay(radiograph, stage, signed=signed))
        for number, stage in enumerate(stages, 1)
    }
    return {**pictures, NUMBERS_FILE: numbers.getvalue()}


def _bytes_of(file: Path, settings: Settings) -> bytes:
    try:
        if file.is_file():
            check_size(file.stat().st_size, settings)
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError from error


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        try:
            (out / name).write_bytes(content)
        except OSError as error:
            raise OutputError(file=name) from error
