"""The shipped classifier: EfficientNetB0 through OpenVINO, calibrated."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import ManifestError
from pipeline.manifest import load_manifest
from pipeline.thorax_input import thorax_input, thorax_model
from pipeline.types import Anatomy, FloatArray, Prediction, Radiograph


class EfficientNetClassifier:
    """Classifies the thorax, and lets the image explainers into the network.

    The OpenVINO model is converted from the Keras model beside it; its outputs are the logits and
    the activations of the last convolution stage.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model.

        Args:
            folder: The model's folder, with manifest, Keras and OpenVINO files.
            threads: Inference threads.

        Raises:
            ModelError: The manifest or a file does not fit.
        """
        import openvino as ov

        manifest = load_manifest(folder, "classification")
        if manifest.normal_label not in manifest.labels:
            raise ManifestError(model=manifest.name, what="normal_label")
        self.labels: tuple[str, ...] = tuple(manifest.labels)
        self._manifest = manifest
        self._size = manifest.input_size
        self._model = ov.Core().compile_model(
            folder / "classifier.xml",
            "CPU",
            {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"},
        )
        with np.load(folder / "head.npz") as head:
            self._head: FloatArray = head["kernel"].astype(np.float32)

    def classify(self, radiograph: Radiograph, anatomy: Anatomy) -> Prediction:
        """Classify one film by its thorax."""
        batch = self.input_model(radiograph, anatomy)[None]
        manifest = self._manifest
        return Prediction(
            labels=self.labels,
            probabilities=tuple(float(value) for value in self.probabilities(batch)[0]),
            normal_label=manifest.normal_label,
            threshold_prob=manifest.threshold_prob,
            terms=manifest.terms,
            uncertain_prob=manifest.uncertain_prob,
        )

    def input_model(self, radiograph: Radiograph, anatomy: Anatomy) -> FloatArray:
        """The thorax on the network's grid, `(size, size)` float32 in [0, 1]."""
        return thorax_input(radiograph, anatomy, self._size)

    def thorax_model(self, anatomy: Anatomy) -> FloatArray:
        """`(size, size)` float32, 1 inside the thorax."""
        return thorax_model(anatomy, self._size)

    def logits(self, batch_model: FloatArray) -> FloatArray:
        """Uncalibrated logits `(batch, label)` of a `(batch, size, size)` batch."""
        return self._outputs(batch_model)[0]

    def _outputs(self, batch_model: FloatArray) -> tuple[FloatArray, FloatArray]:
        found = self._model(batch_model[..., None])
        # Copies, for the engine's buffers are reused by the next call.
        return np.array(found[0], np.float32), np.array(found[1], np.float32)

    def probabilities(self, batch_model: FloatArray) -> FloatArray:
        """Probabilities `(batch, label)` of a `(batch, size, size)` batch.

        Reference:
            Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599
            (temperature scaling).
        """
        scaled = self.logits(batch_model).astype(np.float64) / self._manifest.temperature
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        probabilities: FloatArray = exponents / exponents.sum(axis=1, keepdims=True)
        return probabilities.astype(np.float32)

    def activations(self, image_model: FloatArray) -> FloatArray:
        """The last convolution stage `(row, col, channel)` of one `(size, size)` input."""
        stage: FloatArray = self._outputs(image_model[None])[1][0]
        return stage

    def head_weights(self) -> FloatArray:
        """Weights `(channel, label)` of the dense layer after global average pooling."""
        return self._head

    def to_image(self, map_model: FloatArray, anatomy: Anatomy) -> FloatArray:
        """Put a map of the thorax box back on the working grid, zero around it."""
        box = anatomy.thorax_box
        film = np.zeros(anatomy.thorax_image.shape, np.float32)
        width, height = box.right - box.left, box.bottom - box.top
        film[box.slices] = cv2.resize(map_model, (width, height), interpolation=cv2.INTER_LINEAR)
        return film
