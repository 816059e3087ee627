"""`python -m pipeline layers FILE --out DIR`: Grad-CAM at every depth, as pictures and numbers."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.errors import ExplainCxrError, OutputError, UnreadableFileError
from pipeline.protocols import Models
from pipeline.reading import check_size
from pipeline.run import explain_layers
from pipeline.settings import Settings
from pipeline.types import LayerMap, Radiograph
from pipeline.words import message

NUMBERS_FILE = "layers.npz"


def layers_command(
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
        layer_maps = explain_layers(radiograph, anatomy, label, models=models, layers=layers)
        _write(out, _files(radiograph, layer_maps, signed=signed))
    except ExplainCxrError as error:
        sentence = message(error.code, settings.language, **error.parameters)
        print(f"{file.name}: {error.code}: {sentence}", flush=True)
        return False
    for layer_map in layer_maps:
        rows, cols = layer_map.signed_model.shape
        peak = float(layer_map.signed_model.max())
        print(f"{file.name}: {label}, {layer_map.layer}: {rows} x {cols}, highest {peak:.4g}")
    return True


def _files(
    radiograph: Radiograph, layer_maps: tuple[LayerMap, ...], *, signed: bool
) -> Mapping[str, bytes]:
    """A PNG a layer, numbered from fine to coarse, and all maps as they are in one NPZ."""
    from pipeline.pictures.layer_overlay import layer_overlay
    from pipeline.pictures.overlays import encode_png

    numbers = io.BytesIO()
    # NumPy's own signature takes a flag among the arrays' names.
    np.savez_compressed(
        numbers,
        **{one.layer: one.signed_model for one in layer_maps},  # type: ignore[arg-type]
    )
    pictures = {
        f"{number}-{layer_map.layer}.png": encode_png(
            layer_overlay(radiograph, layer_map, signed=signed)
        )
        for number, layer_map in enumerate(layer_maps, 1)
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
