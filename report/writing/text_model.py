"""What a language model must be able to do to write reports."""

from collections.abc import Iterator
from typing import Protocol, Self, runtime_checkable

from pipeline.types import FloatArray


class TextModel(Protocol):
    """A language model, whatever runs it.

    Contract: the same arguments give the same text; at most `tokens` pieces come, fewer where the
    text ends or the context is full.
    """

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def sha256(self) -> str:
        """Hex digest of its weights."""
        ...

    @property
    def takes_plain_prompt(self) -> bool:
        """Whether it was taught on the bare prompt."""
        ...

    def prompt(self, system: str, user: str) -> str:
        """The whole prompt in the model's own chat format."""
        ...

    def generate(
        self, prompt: str, *, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Write on after a prompt, one piece a token."""
        ...


@runtime_checkable
class SeeingModel(Protocol):
    """A language model that can be shown a radiograph."""

    def seeing(self, picture: FloatArray) -> Self:
        """The same model with a picture before it.

        Args:
            picture: `(row, col)` float32 in [0, 1], bone white.
        """
        ...
