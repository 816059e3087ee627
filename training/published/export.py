"""A trained recipe as a classifier folder, which the app takes by its name.

Only networks whose last convolution stage is followed by global average pooling and one dense
layer can be exported: on these Grad-CAM has a closed form, see `xai/image/grad_cam.py`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pipeline.inference import openvino
from pipeline.manifest import ClassificationManifest, Probability, load_manifest, write_manifest
from pipeline.types import Language
from pipeline.validation import Flaw, read_checked
from training.classifier.calibrate import best_temperature, best_threshold, softmax, uncertain_band
from training.published import densenet14
from training.published.fit import BEST
from training.published.metrics import ANSWERS, METRICS

if TYPE_CHECKING:
    import keras
    from torch import Tensor, nn
    from torchvision.models import DenseNet

NONE_OF_THESE = "none_of_these"
FILES = ("classifier.xml", "classifier.bin", "head.npz")


class ExportError(Exception):
    """A run cannot be made into a classifier folder."""


class DensenetMetrics(BaseModel):
    """What an export of `densenet14` reads of its figures; the others are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="allow")

    auc_by_label: Mapping[str, float | None]
    thresholds: Mapping[str, Probability]
    temperature: float = Field(gt=0)


class KerasMetrics(BaseModel):
    """The same of a Keras network."""

    model_config = ConfigDict(frozen=True, extra="allow")

    classes: Mapping[str, Any] = Field(min_length=2)


Read = TypeVar("Read", bound=BaseModel)


def export(run: Path, folder: Path) -> ClassificationManifest:
    """Make a classifier folder of a finished run, calibrated on its held-out radiographs.

    Args:
        run: The folder of a run of `densenet14`, `binary_efficientnetb0` or an architecture.
        folder: Where `EXPLAINCXR_CLASSIFIER` may point afterwards.

    Raises:
        ExportError: The run is not finished, or its network is of another shape.
    """
    if not (run / METRICS).is_file():
        raise ExportError(f"{run} holds no finished run")
    folder.mkdir(parents=True, exist_ok=True)
    if (run / densenet14.MODEL).is_file():
        return _export_densenet14(run, folder, _metrics(run, DensenetMetrics))
    if (run / BEST).is_file() and (run / ANSWERS).is_file():
        return _export_keras(run, folder, _metrics(run, KerasMetrics))
    raise ExportError(f"{run} holds no network that the app can take")


def _metrics(run: Path, kind: type[Read]) -> Read:
    def refused(flaw: Flaw) -> ExportError:
        return ExportError(f"{run / METRICS}: {flaw.field} {flaw.problem} {flaw.allowed}".rstrip())

    return read_checked(run / METRICS, kind, refused)


def _export_densenet14(
    run: Path, folder: Path, measured: DensenetMetrics
) -> ClassificationManifest:
    import torch

    ov = openvino()
    labels = list(measured.auc_by_label)
    network = densenet14.build(len(labels), "none")
    network.load_state_dict(torch.load(run / densenet14.MODEL, weights_only=True))
    size = densenet14.SIZE
    example = torch.zeros(1, size, size, 1)
    model = ov.convert_model(_opened(network).eval(), example_input=example)
    model.reshape({0: [-1, size, size, 1]})
    ov.save_model(model, folder / "classifier.xml", compress_to_fp16=False)
    np.savez(folder / "head.npz", kernel=network.classifier.weight.detach().numpy().T)
    write_manifest(
        folder,
        name="densenet14",
        task="classification",
        files=FILES,
        labels=labels,
        input={"size": size, "region": "radiograph"},
        activation="sigmoid",
        normal_label=NONE_OF_THESE,
        thresholds=measured.thresholds,
        temperature=measured.temperature,
        terms=terms_of([*labels, NONE_OF_THESE]),
        metrics=measured.model_dump(),
        command="python -m training train densenet14",
    )
    return load_manifest(folder, "classification")


def _opened(network: "DenseNet") -> "nn.Module":
    """The network from `(radiograph, row, col, 1)` in [0, 1] to logits and its last stage."""
    import torch

    class Opened(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, radiographs: "Tensor") -> "tuple[Tensor, Tensor]":
            mean = torch.tensor(densenet14.IMAGENET_MEAN)[:, None, None]
            deviation = torch.tensor(densenet14.IMAGENET_DEVIATION)[:, None, None]
            batch = (radiographs.permute(0, 3, 1, 2) - mean) / deviation
            stage = torch.relu(self.network.features(batch))
            logits: Tensor = self.network.classifier(stage.mean((2, 3)))
            return logits, stage.permute(0, 2, 3, 1)

    return Opened()


def _export_keras(run: Path, folder: Path, measured: KerasMetrics) -> ClassificationManifest:
    import keras

    from training.convert import convert_classifier

    labels = list(measured.classes)
    trained = keras.models.load_model(run / BEST, compile=False)
    model = _as_classifier(trained, run)
    convert_classifier(model, folder)
    (folder / "classifier.keras").unlink()  # the run keeps what it trained
    with np.load(run / ANSWERS) as answers:
        truth, probabilities = answers["truth"], answers["probabilities"]
    logits = np.log(np.clip(probabilities, 1e-7, 1))
    temperature = round(best_temperature(logits, truth), 4)
    abnormal = 1 - softmax(logits / temperature)[:, 0]
    positive, weight = truth != 0, np.ones(len(truth))
    mixed = positive.any() and not positive.all()
    threshold = best_threshold(abnormal, positive, weight) if mixed else 0.5
    write_manifest(
        folder,
        name=run.name,
        task="classification",
        files=FILES,
        labels=labels,
        input={"size": trained.input_shape[1], "region": "radiograph"},
        normal_label=labels[0],
        threshold_prob=threshold,
        uncertain_prob=uncertain_band(abnormal, positive, weight, threshold),
        temperature=temperature,
        terms=terms_of(labels),
        metrics=measured.model_dump(),
        command=f"python -m training train {run.name}",
    )
    return load_manifest(folder, "classification")


def _as_classifier(trained: "keras.Model", run: Path) -> "keras.Model":
    """The same network from grey radiographs in [0, 1] to logits, its layers named as ours are."""
    import keras

    *before, base, _, head = trained.layers
    pooled = keras.layers.GlobalAveragePooling2D
    if not (hasattr(base, "layers") and isinstance(base.layers[-1], pooled)):
        raise ExportError(f"the network of {run} does not end in average pooling and one layer")
    grey = keras.Input((*trained.input_shape[1:3], 1))
    bright = keras.layers.Rescaling(255.0)(grey)
    values = keras.layers.Concatenate()([bright, bright, bright])
    prepared = keras.Model(trained.input, before[-1].output)(values)
    stage = keras.Model(base.input, base.layers[-2].output)(prepared)
    stage = keras.layers.Activation("linear", name="top_activation")(stage)
    dense = keras.layers.Dense(head.units, name="head")
    logits = dense(pooled()(stage))
    dense.set_weights(head.get_weights())
    return keras.Model(grey, logits, name=trained.name)


def terms_of(labels: Sequence[str]) -> dict[str, dict[Language, str]]:
    """Each label's name in each language that it is known in; else its own, as the English one."""
    with Path(__file__).with_name("terms.toml").open("rb") as stream:
        known = tomllib.load(stream)
    return {
        label: {
            Language.ENGLISH: label.replace("_", " "),
            **{
                language: known[label][language.value]
                for language in Language
                if language.value in known.get(label, {})
            },
        }
        for label in labels
    }
