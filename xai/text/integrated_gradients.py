"""Integrated Gradients through the very weights that wrote the report, loaded into torch.

Reference: Sundararajan M., Taly A., Yan Q. Axiomatic attribution for deep networks, ICML 2017. The
path moves the embeddings of the prompt's descriptors only, from the mean embedding of the
vocabulary, as long as a token's usually is: the paper's zero embedding lies where the network's
root-mean-square norms are singular, and the mean itself so near it that the sums need twice as many
points. The path's integral is the sum of its spans' integrals, so each span is one call of captum.
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
from xai.text.gradient_path import KNOTS, POINTS, knots, spans_of

MOST_PARAMETERS = 150_000_000
MOST_STEPS = 128  # Gauss-Legendre points of a part
HARDLY = 1.0  # nats
COMPLETE_SHARE = 0.05
PLANNED_SHARE = 0.5  # of the error that is allowed, for the spans as the scan foretells them
MOST_BATCH = 16
MOST_LOGITS = 20_000_000  # numbers held at once for the logits of a batch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gradients:
    """Integrated Gradients of one text.

    Attributes:
        values: `(prompt token,)` float64, each token's contribution in nats; 0 where fixed.
        change: Log-probability of the text under the prompt minus under the baseline, in nats.
        delta: Sum of `values` minus `change`, in nats.
        steps: Points of the path whose gradients were taken.
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
        on_progress: Callable[[float], None] = lambda share: None,
    ) -> NDArray[np.float64]:
        """Log-probability of each token of a text after each of some prompts.

        Args:
            prompts: Each prompt's tokens; they may be of any lengths.
            text_ids: The text's tokens.
            on_progress: Receives the share of prompts done, in [0, 1].

        Returns:
            `(prompt, text token)` float64 in nats, never positive.
        """
        order = sorted(range(len(prompts)), key=lambda at: len(prompts[at]))
        found = np.empty((len(prompts), len(text_ids)))
        size = self._batch_size(len(prompts[order[-1]]), len(text_ids))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            found[chosen] = self._after([prompts[at] for at in chosen], text_ids)
            on_progress(min(1.0, (start + size) / len(order)))
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
            wanted = torch.tensor(list(text_ids))[:, None]
            nats = []  # row by row, for a batch of all vocabularies falls out of the cache
            for row, one in zip(logits, prompts, strict=True):
                first = len(one) - shortest
                tokens = row[first : first + count].float().log_softmax(dim=-1)
                nats.append(tokens.gather(1, wanted)[:, 0])
            return np.asarray(torch.stack(nats).double().numpy())

    def integrated_gradients(
        self,
        prompt_ids: Sequence[int],
        text_ids: Sequence[int],
        moved: BoolArray,
        parts: Sequence[slice],
        on_progress: Callable[[float], None] = lambda share: None,
    ) -> list[Gradients]:
        """Attribute the log-probabilities of parts of a text to its prompt's tokens.

        The path is cut where a scan of it says that a part's log-probability moves
        (`xai/text/gradient_path.py`). Where the gradients of a span do not sum to its change, it
        is given twice as many points, until the spans' errors together are within 5 % of the whole
        change, or of one nat where it is smaller.

        Args:
            prompt_ids: The prompt's tokens.
            text_ids: The text's tokens.
            moved: `(prompt token,)` bool, the tokens that the baseline takes away.
            parts: Tokens of the text; what stands before a part is given to it as it is.
            on_progress: Receives the share done, in [0, 1].

        Returns:
            One for each part.
        """
        import torch

        given = self._embedded(prompt_ids)[0]
        moves = torch.from_numpy(moved.copy())[:, None]
        path = _Path(start=torch.where(moves, self._neutral(), given), end=given)
        scores = self._scanned(path, text_ids)
        found = []
        for done, part in enumerate(parts, start=1):
            found.append(self._integrated(path, text_ids, part, scores[:, part].sum(axis=1)))
            on_progress(done / len(parts))
        return found

    def _scanned(self, path: "_Path", text_ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token at each knot, `(knot, text token)` in nats."""
        import torch

        size = self._batch_size(len(path.end), len(text_ids))
        rows = []
        with torch.no_grad():
            for start in range(0, KNOTS + 1, size):
                prompts = path.at(knots()[start : start + size])
                rows.append(self._nats(prompts, text_ids, slice(0, len(text_ids))))
        return np.asarray(torch.cat(rows).double().numpy())

    def _integrated(
        self, path: "_Path", text_ids: Sequence[int], part: slice, scores: NDArray[np.float64]
    ) -> Gradients:
        from captum.attr import IntegratedGradients

        method = IntegratedGradients(
            lambda prompts: self._nats(prompts, text_ids[: part.stop], part).sum(dim=1)
        )
        size = self._batch_size(len(path.end), part.stop - part.start)
        change = float(scores[-1] - scores[0])
        enough = COMPLETE_SHARE * max(HARDLY, abs(change))
        spans = spans_of(scores, PLANNED_SHARE * enough)
        ends = np.array(spans)
        changes = scores[ends[:, 1]] - scores[ends[:, 0]]
        points = np.full(len(spans), POINTS)
        values = np.zeros((len(spans), len(path.end)))
        steps = 0
        asked = np.arange(len(spans))
        while True:
            for count in np.unique(points[asked]):
                alike = asked[points[asked] == count]
                for start in range(0, len(alike), size):
                    chosen = alike[start : start + size]
                    found = method.attribute(
                        path.at(knots()[ends[chosen, 1]]),
                        baselines=path.at(knots()[ends[chosen, 0]]),
                        n_steps=int(count),
                        internal_batch_size=max(size, len(chosen)),
                    )
                    values[chosen] = found.sum(dim=2).double().numpy()
            steps += int(points[asked].sum())
            errors = np.abs(values.sum(axis=1) - changes)
            if errors.sum() <= enough or steps >= MOST_STEPS:
                total = values.sum(axis=0)
                delta = float(total.sum()) - change
                return Gradients(values=total, change=change, delta=delta, steps=steps)
            asked = np.flatnonzero(errors > enough / len(spans))
            points[asked] *= 2

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

    def _nats(self, prompts: Any, text_ids: Sequence[int], part: slice) -> Any:
        """Log-probabilities of a part of a text after prompts `(batch, token, hidden)`.

        Returns:
            `(batch, part's token)` float32.
        """
        import torch

        batch = len(prompts)
        text = self._embedded(text_ids).expand(batch, -1, -1)
        count = len(text_ids) - part.start
        kept = {"logits_to_keep": count + 1} if self._keeps else {}
        embedded = torch.cat([prompts, text], dim=1)
        output = self._network(inputs_embeds=embedded, use_cache=False, **kept)
        rows = output.logits[:, -count - 1 : -1].float().log_softmax(dim=-1)
        wanted = torch.tensor(list(text_ids[part])).expand(batch, -1)[:, :, None]
        return rows[:, : part.stop - part.start].gather(2, wanted)[:, :, 0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Path:
    """A straight line between two prompts' embeddings, each `(token, hidden)`."""

    start: Any
    end: Any

    def at(self, places: NDArray[np.float64]) -> Any:
        """The embeddings at some places in [0, 1], `(place, token, hidden)` float32."""
        import torch

        share = torch.from_numpy(places).to(self.end.dtype)[:, None, None]
        return self.start + (self.end - self.start) * share
