"""A classifier by its folder, through OpenVINO, calibrated: shipped or user-supplied."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.classification.familiarity import FAMILIAR_FILE, Familiarity
from pipeline.classification.thorax_input import (
    lungs_input,
    lungs_model,
    thorax_input,
    thorax_model,
)
from pipeline.inference import listed, openvino, read_network
from pipeline.manifest import load_manifest
from pipeline.types import Anatomy, Box, FloatArray, Prediction, Radiograph

MANY = 16
"""From this many pictures on, a batch is shared out among the processor's cores."""

SHARE = 2
"""Pictures of one request then; larger ones fall out of the processor's cache."""

PRECISION = "f32"
"""Of every answer: left to itself the engine takes bfloat16 on processors that have it, and then
the same radiograph has other probabilities on another computer (`docs/log.md`)."""


class FolderClassifier:
    """Classifies a radiograph as its manifest says, and lets the image explainers into the network.

    The OpenVINO model's outputs are the logits and the activations of the last convolution stage,
    on which global average pooling and one dense layer stand. Labels either exclude one another
    (softmax) or may be found together (sigmoid); it sees the thorax alone or the radiograph as it
    is.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model.

        Args:
            folder: The model's folder, with manifest, Keras and OpenVINO files.
            threads: Inference threads.

        Raises:
            ModelError: The manifest or a file does not fit.
        """
        manifest = load_manifest(folder, "classification")
        self.labels = manifest.labels
        self._manifest = manifest
        self._size = manifest.input.size
        ov = openvino()
        read = read_network(folder, manifest, "classifier")
        cores = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": PRECISION}
        self._model = ov.compile_model(read, "CPU", {**cores, "PERFORMANCE_HINT": "LATENCY"})
        # For many pictures: the logits alone, and a core for each request in place of all for one.
        logits = ov.Model([read.get_results()[0]], read.get_parameters(), manifest.name).clone()
        shape = logits.input(0).partial_shape
        shape[0] = SHARE  # a fixed shape is planned better than an open one
        logits.reshape(shape)
        self._queue = ov.AsyncInferQueue(
            ov.compile_model(logits, "CPU", {**cores, "PERFORMANCE_HINT": "THROUGHPUT"})
        )
        with np.load(listed(folder, manifest, "head.npz")) as head:
            self._head: FloatArray = head["kernel"].astype(np.float32)
        known = FAMILIAR_FILE in manifest.files
        self._familiarity = Familiarity.of(folder / FAMILIAR_FILE) if known else None

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        """Classify one radiograph by its thorax."""
        batch = self.input_model(radiograph, anatomy)[None]
        manifest = self._manifest
        logits, layer_maps = self._outputs(batch)
        return Prediction(
            labels=self.labels,
            probabilities=tuple(float(value) for value in self.calibrated(logits)[0]),
            normal_label=manifest.normal_label,
            threshold_prob=manifest.threshold_prob,
            terms=manifest.known_terms,
            uncertain_prob=manifest.uncertain_prob,
            thresholds=manifest.label_thresholds,
            calibrated=manifest.temperature != 1,
            unfamiliarity=self._unfamiliarity(layer_maps),
            unfamiliarity_limit=manifest.unfamiliarity_limit,
        )

    def _unfamiliarity(self, layer_maps: FloatArray) -> float | None:
        if self._familiarity is None:
            return None
        return float(self._familiarity.distances(layer_maps.mean(axis=(1, 2)))[0])

    def input_model(self, radiograph: Radiograph, anatomy: Anatomy) -> FloatArray:
        """Thorax, lungs or radiograph on the network's grid, `(size, size)` float32 in [0, 1]."""
        match self._manifest.input.region:
            case "thorax":
                return thorax_input(radiograph, anatomy, self._size)
            case "lungs":
                return lungs_input(radiograph, anatomy, self._size)
        grid = (self._size, self._size)
        image = cv2.resize(radiograph.pixels, grid, interpolation=cv2.INTER_AREA)
        return np.clip(image, 0, 1).astype(np.float32)

    def roi_mask(self, anatomy: Anatomy) -> FloatArray:
        """`(size, size)` float32, 1 where the network sees: in thorax or lungs, or all over."""
        match self._manifest.input.region:
            case "thorax":
                return thorax_model(anatomy, self._size)
            case "lungs":
                return lungs_model(anatomy, self._size)
        return np.ones((self._size, self._size), np.float32)

    def logits(self, batch_model: FloatArray) -> FloatArray:
        """Uncalibrated logits `(batch, label)` of a `(batch, size, size)` batch."""
        if len(batch_model) < MANY:
            return self._outputs(batch_model)[0]
        found = np.empty((len(batch_model), len(self.labels)), np.float32)

        def keep(request: Any, start: int) -> None:
            found[start : start + SHARE] = request.get_output_tensor(0).data[: len(found) - start]

        self._queue.set_callback(keep)
        for start in range(0, len(batch_model), SHARE):
            share = batch_model[start : start + SHARE, ..., None]
            if len(share) < SHARE:  # the last one is filled up with blanks
                share = np.concatenate(
                    [share, np.zeros_like(share, shape=(SHARE - len(share), *share.shape[1:]))]
                )
            self._queue.start_async({0: share}, start)
        self._queue.wait_all()
        return found

    def _outputs(self, batch_model: FloatArray) -> tuple[FloatArray, FloatArray]:
        found = self._model(batch_model[..., None])
        # Copies, for the engine's buffers are reused by the next call.
        return np.array(found[0], np.float32), np.array(found[1], np.float32)

    def probabilities(self, batch_model: FloatArray) -> FloatArray:
        """Probabilities `(batch, label)` of a `(batch, size, size)` batch, calibrated."""
        return self.calibrated(self.logits(batch_model))

    def calibrated(self, logits: FloatArray) -> FloatArray:
        """Calibrated probabilities `(batch, label)` from `(batch, label)` logits.

        Reference:
            Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599
            (temperature scaling).
        """
        scaled = logits.astype(np.float64) / self._manifest.temperature
        if self._manifest.activation == "sigmoid":
            return (1 / (1 + np.exp(-np.clip(scaled, -500, 500)))).astype(np.float32)
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        probabilities: FloatArray = exponents / exponents.sum(axis=1, keepdims=True)
        return probabilities.astype(np.float32)

    def activations(self, image_model: FloatArray) -> FloatArray:
        """The last convolution stage `(row, col, channel)` of one `(size, size)` input."""
        layer_map: FloatArray = self._outputs(image_model[None])[1][0]
        return layer_map

    def head_weights(self) -> FloatArray:
        """Weights `(channel, label)` of the dense layer after global average pooling."""
        return self._head

    def to_image(self, map_model: FloatArray, anatomy: Anatomy) -> FloatArray:
        """Put a map of what the network sees back on the working grid, zero around it."""
        rows, cols = anatomy.thorax_image.shape
        box = anatomy.thorax_box
        if self._manifest.input.region == "radiograph":
            box = Box(top=0, bottom=rows, left=0, right=cols)
        radiograph = np.zeros((rows, cols), np.float32)
        width, height = box.right - box.left, box.bottom - box.top
        radiograph[box.slices] = cv2.resize(
            map_model, (width, height), interpolation=cv2.INTER_LINEAR
        )
        return radiograph
