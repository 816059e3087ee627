"""`python -m pipeline layers FILE --out DIR`: Grad-CAM at every depth, as pictures and numbers."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.errors import ExplainCxrError, OutputError
from pipeline.reading import read_source
from pipeline.result_folder import write_private
from pipeline.run import analyse, explain_layers
from pipeline.types import LayerMap, Radiograph
from pipeline.words import message, printable
from pipeline.workers.job import Job
from pipeline.workers.workers import JobExecutor, Workers

NUMBERS_FILE = "layers.npz"


def layers_command(
    file: Path,
    out: Path,
    *,
    workers: Workers,
    layers: tuple[str, ...] = (),
    signed: bool = False,
) -> bool:
    """Map one file, write its pictures, print a line for each.

    Args:
        file: A radiograph.
        out: The folder written to.
        workers: Who does it; of their settings, the language and the label to explain count.
        layers: Names of layers; every stage's last one if empty.
        signed: Whether pictures show what speaks against the label, too.

    Returns:
        Whether all went well; if not, the line says why.
    """
    settings = replace(workers.settings, explain_images=False)
    executor = JobExecutor(workers, Job())
    name = printable(file.name)
    try:
        (case,) = analyse(
            read_source(file, settings), executor=executor, settings=settings, provenance={}
        )
        label = settings.explain_label or case.prediction.leading_label
        found = explain_layers(case, label, layers, executor=executor)
        for file_name, content in _files(case.radiograph, found, signed=signed).items():
            if (out / file_name).resolve() == file.resolve():
                raise OutputError(file=file_name)  # the source itself
            write_private(out / file_name, content)
    except ExplainCxrError as error:
        sentence = message(error.code, settings.language, **error.parameters)
        print(f"{name}: {error.code}: {sentence}", flush=True)
        return False
    for one in found:
        rows, cols = one.signed_model.shape
        peak = float(one.signed_model.max())
        print(f"{name}: {label}, {one.layer}: {rows} x {cols}, highest {peak:.4g}")
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
