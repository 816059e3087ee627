"""The input gate: what a picture is, before anything is outlined on it."""

from pipeline.reading.gate.input_gate import InputGate, Look, check_look
from pipeline.reading.gate.views import INPUT_SIZE, OUTPUTS, PHOTOGRAPH, PictureView

__all__ = ["INPUT_SIZE", "OUTPUTS", "PHOTOGRAPH", "InputGate", "Look", "PictureView", "check_look"]
