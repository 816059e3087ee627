"""Integrated Gradients through the very weights that wrote the report, loaded into torch.

Reference: Sundararajan M., Taly A., Yan Q. Axiomatic attribution for deep networks, ICML 2017. The
path moves the embeddings of the prompt's descriptors only, from the mean embedding of the
vocabulary, as long as a token's usually is: the paper's zero embedding lies where the network's
root-mean-square norms are singular, and the mean itself so near it that the sums need twice as many
points.
"""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ReportModelInvalidError
from pipeline.types import BoolArray

MOST_PARAMETERS = 150_000_000
FIRST_STEPS, MOST_STEPS = 8, 128  # Gauss-Legendre points
HARDLY = 1.0  # nats
COMPLETE_SHARE = 0.05
MOST_BATCH = 16
MOST_LOGITS = 20_000_000  # numbers held at once for the logits of a batch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gradients:
    """Integrated Gradients of one text.

    Attributes:
        values: `(prompt token,)` float64, each token's contribution in nats; 0 where fixed.
        change: Log-probability of the text under the prompt minus under the baseline, in nats.
        delta: Sum of `values` minus `change`, in nats.
        steps: Points of the path that were evaluated.
    """

    values: NDArray[np.float64]
    change: float
    delta: float
    steps: int


def fits_torch(file: Path) -> bool:
    """Whether a GGUF file is of an architecture that transformers reads, and small enough.

    150 million parameters take 0.6 GB in float32, about three times that with activations and
    gradients, and some minutes on two cores.

    Raises:
        ReportModelInvalidError: It is no GGUF file.
    """
    from gguf import GGUFReader
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

    try:
        reader = GGUFReader(file)
    except (ValueError, OSError) as error:
        raise ReportModelInvalidError(file=file.name) from error
    field = reader.get_field("general.architecture")
    parameters = sum(int(np.prod(tensor.shape)) for tensor in reader.tensors)
    return (
        field is not None
        and field.contents() in GGUF_SUPPORTED_ARCHITECTURES
        and parameters <= MOST_PARAMETERS
    )


class TorchCopy:
    """A GGUF file's network in torch, in float32, for gradients."""

    def __init__(self, file: Path, threads: int = 1) -> None:
        """Load the network.

        Args:
            file: The GGUF file, of a kind that `fits_torch`.
            threads: Threads of torch, in the whole process.

        Raises:
            ReportModelInvalidError: transformers cannot load it.
        """
        import torch
        from transformers import AutoModelForCausalLM

        torch.set_num_threads(threads)
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
                network: Any = AutoModelForCausalLM.from_pretrained(
                    str(file.parent),
                    gguf_file=file.name,
                    dtype=torch.float32,
                    local_files_only=True,
                )
        # whatever transformers raises for a file or an architecture that it does not know
        except (ValueError, OSError, KeyError, RuntimeError, NotImplementedError) as error:
            raise ReportModelInvalidError(file=file.name) from error
        self._network = network.eval().requires_grad_(False)
        self._keeps = "logits_to_keep" in signature(self._network.forward).parameters
        self._embedding = network.get_input_embeddings()

    def log_probabilities(
        self,
        prompts: Sequence[Sequence[int]],
        text_ids: Sequence[int],
        told: Callable[[float], None] = lambda share: None,
    ) -> NDArray[np.float64]:
        """Log-probability of each token of a text after each of some prompts.

        Args:
            prompts: Each prompt's tokens; they may be of any lengths.
            text_ids: The text's tokens.
            told: Told the share of prompts done, in [0, 1].

        Returns:
            `(prompt, text token)` float64 in nats, never positive.
        """
        order = sorted(range(len(prompts)), key=lambda at: len(prompts[at]))
        found = np.empty((len(prompts), len(text_ids)))
        size = self._batch_size(len(prompts[order[-1]]), len(text_ids))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            found[chosen] = self._after([prompts[at] for at in chosen], text_ids)
            told(min(1.0, (start + size) / len(order)))
        return found

    def _after(
        self, prompts: Sequence[Sequence[int]], text_ids: Sequence[int]
    ) -> NDArray[np.float64]:
        """The same for one batch, the shortest prompt first.

        What fills the shorter rows up stands after their text, where no token of it looks.
        """
        import torch

        shortest, longest, count = len(prompts[0]), len(prompts[-1]), len(text_ids)
        rows = [[*one, *text_ids] + [0] * (longest - len(one)) for one in prompts]
        kept = {"logits_to_keep": longest - shortest + count + 1} if self._keeps else {}
        with torch.no_grad():
            output = self._network(input_ids=torch.tensor(rows), use_cache=False, **kept)
            logits = output.logits[:, -(longest - shortest + count + 1) :]
            told = torch.stack(
                [
                    row[len(one) - shortest : len(one) - shortest + count]
                    for row, one in zip(logits, prompts, strict=True)
                ]
            )
            nats = told.float().log_softmax(dim=-1)
            wanted = torch.tensor(list(text_ids)).expand(len(rows), -1)[:, :, None]
            return np.asarray(nats.gather(2, wanted)[:, :, 0].double().numpy())

    def integrated_gradients(
        self, prompt_ids: Sequence[int], text_ids: Sequence[int], moved: BoolArray
    ) -> Gradients:
        """Attribute a text's log-probability to its prompt's tokens.

        The number of steps, 8, is doubled, up to 128, until the contributions sum to the change
        within 5 % of it, or of one nat where it is smaller.

        Args:
            prompt_ids: The prompt's tokens.
            text_ids: The text's tokens.
            moved: `(prompt token,)` bool, the tokens that the baseline takes away.
        """
        import torch
        from captum.attr import IntegratedGradients

        given = self._embedded(prompt_ids)
        start = self._neutral()
        baseline = torch.where(torch.from_numpy(moved.copy())[None, :, None], start, given)
        with torch.no_grad():
            ends = self._score(torch.cat([given, baseline]), text_ids)
        change = float(ends[0] - ends[1])
        method = IntegratedGradients(lambda prompts: self._score(prompts, text_ids))
        batch = self._batch_size(len(prompt_ids), len(text_ids))
        enough = COMPLETE_SHARE * max(HARDLY, abs(change))
        steps = FIRST_STEPS
        while True:
            found = method.attribute(
                given, baselines=baseline, n_steps=steps, internal_batch_size=batch
            )
            values = found[0].sum(dim=1).double().numpy()
            delta = float(values.sum()) - change
            if abs(delta) <= enough or steps >= MOST_STEPS:
                return Gradients(values=values, change=change, delta=delta, steps=steps)
            steps *= 2

    def _neutral(self) -> Any:
        """The embedding that no token is meant by: the direction of the mean, of usual length."""
        weights = self._embedding.weight
        mean = weights.mean(dim=0)
        return mean / mean.norm() * weights.norm(dim=1).median()

    def _batch_size(self, prompt_tokens: int, text_tokens: int) -> int:
        """How many rows fit beside each other."""
        tokens = text_tokens + 1 if self._keeps else prompt_tokens + text_tokens
        row = tokens * int(self._embedding.num_embeddings)
        return max(1, min(MOST_BATCH, MOST_LOGITS // row))

    def _embedded(self, ids: Sequence[int]) -> Any:
        import torch

        return self._embedding(torch.tensor([list(ids)])).detach()

    def _score(self, prompts: Any, text_ids: Sequence[int]) -> Any:
        """Log-probabilities `(batch,)` of a text after prompts `(batch, token, hidden)`."""
        import torch

        batch = len(prompts)
        text = self._embedded(text_ids).expand(batch, -1, -1)
        count = len(text_ids)
        kept = {"logits_to_keep": count + 1} if self._keeps else {}
        embedded = torch.cat([prompts, text], dim=1)
        output = self._network(inputs_embeds=embedded, use_cache=False, **kept)
        rows = output.logits[:, -count - 1 : -1].float().log_softmax(dim=-1)
        wanted = torch.tensor(list(text_ids)).expand(batch, -1)[:, :, None]
        return rows.gather(2, wanted)[:, :, 0].sum(dim=1)
