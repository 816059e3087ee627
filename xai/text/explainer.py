"""Why the report says what it says: asked of the model that wrote it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import (
    ContractError,
    ReportModelInvalidError,
    ReportModelMissingError,
    StepFailedError,
)
from pipeline.language_model.gguf_model import LanguageModel, shipped_file
from pipeline.protocols import Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    Attribution,
    ClassificationWords,
    ProgressEvent,
    Report,
    SentenceExplanation,
    Step,
    TextExplanation,
)
from xai.text.integrated_gradients import TorchCopy, fits_torch
from xai.text.prompt_tokens import Join, PromptTokens, report_spans
from xai.text.shapley_values import coalitions_played, import_shap, shapley_values
from xai.text.spans import fold, token_spans

Spell = Callable[[Report], str]
SHAP_SHARE = 0.6  # of the time, for progress
LAST_SHARE = 0.95  # of the gradients' time; the classification's words come after them


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copies:
    """One GGUF file twice: llama.cpp has its tokens, torch its weights with gradients."""

    language_model: LanguageModel
    network: TorchCopy
    wrote: bool


class GgufTextExplainer:
    """Explains a report by Shapley values, Integrated Gradients and word gains.

    The GGUF file that wrote the report is asked. Where it is too large for gradients, or of an
    architecture that transformers cannot read, the shipped one reads the report instead, and
    `TextExplanation.model` names it.
    """

    def __init__(
        self, settings: Settings, *, join: Join, spell: Spell, classification: Spell
    ) -> None:
        """Choose the model; nothing is loaded before `warm` or the first report.

        Args:
            settings: Names the report model, the weights' folder, context and threads.
            join: Joins the prompt's parts without those of the keys named, grammatically.
            spell: The report as the model wrote it, headings included.
            classification: The classification's name as the prompt has it; empty if it has none.
        """
        self._settings = settings
        self._join = join
        self._spell = spell
        self._classification = classification
        self._copies: _Copies | None = None
        self._loading = Lock()  # `warm` may run in a thread of its own

    def warm(self) -> None:
        """Load the model and the libraries now.

        Raises:
            ModelError: No file can be read.
        """
        import captum.attr  # noqa: F401

        import_shap()
        self._read()

    def explain_text(self, report: Report, *, progress: Progress = silent) -> TextExplanation:
        """Explain one report.

        Args:
            report: The report as it was shown; its `prompt` holds the joined `prompt_parts`.
            progress: Receives the share done.

        Returns:
            Attributions in nats. The texts of `words` join to the report as spelled, those of
            `integrated_gradients` to the user's part of the prompt; their keys are those of the
            prompt's parts, and fixed text has the value 0.

        Raises:
            ModelError: No model can be loaded.
            ContractError: The prompt does not hold its parts.
            StepFailedError: Prompt and report are longer than the model's context.
        """
        copies = self._read()
        model = copies.language_model
        prompt_of = self._prompts(report, copies)
        text = self._spell(report)
        keys = tuple(dict.fromkeys(key for key, _ in report.prompt_parts if key))
        nobody, everybody = frozenset[str](), frozenset(keys)
        room = model.context_tokens - len(model.tokenize(text))
        if len(model.tokenize(prompt_of(nobody))) + 1 > room:
            raise StepFailedError(step=Step.EXPLAIN_TEXT.value, error="context")

        def on_progress(fraction: float) -> None:
            progress(ProgressEvent(step=Step.EXPLAIN_TEXT, fraction=fraction))

        spans = report_spans(report, text, model)
        ids = model.tokenize(text)

        scored: dict[frozenset[str], NDArray[np.float64]] = {}
        expected = coalitions_played(len(keys))

        def score(coalitions: Sequence[frozenset[str]]) -> NDArray[np.float64]:
            fresh = [one for one in coalitions if one not in scored]
            before = len(scored)
            if fresh:
                nats = copies.network.log_probabilities(
                    [model.prompt_ids(prompt_of(one)) for one in fresh],
                    ids,
                    lambda share: on_progress(
                        SHAP_SHARE * (before + share * len(fresh)) / expected
                    ),
                )
                scored.update(zip(fresh, nats, strict=True))
            played = np.stack([scored[one] for one in coalitions])
            return np.stack([played[:, part.first : part.last].sum(1) for part in spans], 1)

        full, base = score([nobody, everybody])
        shares = shapley_values(score, keys, seed=report.seed)
        prompt = PromptTokens.of(report, prompt_of(nobody), model, self._join)
        gradients = prompt.gradients(
            copies.network,
            ids,
            spans,
            lambda share: on_progress(SHAP_SHARE + (1 - SHAP_SHARE) * share * LAST_SHARE),
        )
        classification = self._classification_words(report, copies, prompt_of(everybody), text)
        on_progress(1.0)
        names = {key: part.strip() for key, part in report.prompt_parts}

        def attributed(games: Sequence[int]) -> dict[str, Any]:
            """The attributions to some spans together, as the fields of an explanation."""
            rows = list(games)
            return {
                "shap": tuple(
                    Attribution(key=key, text=names[key], value=float(value))
                    for key, value in zip(keys, shares[:, rows].sum(axis=1), strict=True)
                ),
                "shap_full": float(full[rows].sum()),
                "shap_base": float(base[rows].sum()),
                "integrated_gradients": prompt.folded(
                    np.sum([gradients[row].values for row in rows], axis=0)
                ),
                "ig_delta": sum(gradients[row].delta for row in rows),
            }

        return TextExplanation(
            model=model.name,
            words=_words(ids, scored[nobody] - scored[everybody], model),
            sentences=tuple(
                SentenceExplanation(sentence=part.text, **attributed([index]))
                for index, part in enumerate(spans)
                if report.standing
            ),
            classification=classification,
            **attributed(range(len(spans))),
        )

    def _read(self) -> _Copies:
        """Both copies of the model that is asked, loaded once."""
        with self._loading:
            if self._copies is None:
                self._copies = self._choose()
            return self._copies

    def _choose(self) -> _Copies:
        """The first file that both llama.cpp and torch can read: the writer's, else the shipped."""
        settings = self._settings
        writer = settings.report_model or shipped_file(settings.weights_folder)
        copies = self._loaded(writer)
        if copies is not None:
            return _Copies(language_model=copies[0], network=copies[1], wrote=True)
        shipped = shipped_file(settings.weights_folder)
        copies = self._loaded(shipped)
        if copies is None:
            raise ReportModelInvalidError(file=shipped.name)
        return _Copies(language_model=copies[0], network=copies[1], wrote=False)

    def _loaded(self, file: Path) -> tuple[LanguageModel, TorchCopy] | None:
        """Both copies of a file, or `None` where torch cannot have one."""
        if not file.is_file():
            raise ReportModelMissingError(file=file.name)
        if not fits_torch(file):
            return None
        settings = self._settings
        # in llama.cpp a second spinning thread costs a small model more than it gives
        threads = 1 if settings.report_model is None else settings.threads
        try:
            network = TorchCopy(file, settings.threads)
        except ReportModelInvalidError:
            return None  # what reads in its place is named in the explanation
        model = LanguageModel(file, context_tokens=settings.context_tokens, threads=threads)
        return model, network

    def _prompts(self, report: Report, copies: _Copies) -> Callable[[frozenset[str]], str]:
        """The whole prompt without some descriptors, as the reading model takes it."""
        parts = report.prompt_parts
        if not copies.wrote:
            return lambda without: copies.language_model.prompt("", self._join(parts, without))
        user = self._join(parts, frozenset())
        trims = user not in report.prompt  # as chat templates do
        head, found, tail = report.prompt.partition(user.strip() if trims else user)
        if not found:
            raise ContractError(field="prompt_parts", problem="not in prompt")

        def prompt(without: frozenset[str]) -> str:
            left = self._join(parts, without)
            return head + (left.strip() if trims else left) + tail

        return prompt

    def _classification_words(
        self, report: Report, copies: _Copies, prompt: str, text: str
    ) -> ClassificationWords | None:
        """What each word adds to the label's first mention, with no descriptor in the prompt."""
        term = self._classification(report)
        place = text.casefold().find(term.casefold()) if term else -1
        if place < 0:
            return None
        model = copies.language_model
        ids, before = model.tokenize(text), model.prompt_ids(prompt)
        tokens = token_spans(ids, model.text)
        first = next(at for at, (_, end) in enumerate(tokens) if end > place)
        last = next(at for at, (_, end) in enumerate(tokens) if end >= place + len(term)) + 1
        moved = np.array([False] * len(before) + [True] * first)
        given = (*before, *ids[:first])
        classification = ids[first:last]
        (found,) = copies.network.integrated_gradients(
            given, classification, moved, [slice(0, len(classification))]
        )
        shown = model.text(ids[:first])
        spans = fold(shown, tokens[:first], [float(v) for v in found.values[len(before) :]])
        full = float(copies.network.log_probabilities([given], classification).sum())
        return ClassificationWords(
            words=tuple(
                Attribution(key=str(index), text=span.text, value=span.value)
                for index, span in enumerate(spans)
            ),
            full=full,
            base=full - found.change,
            delta=found.delta,
        )


def _words(
    ids: tuple[int, ...], gains: NDArray[np.float64], model: LanguageModel
) -> tuple[Attribution, ...]:
    """Each word's gain in log-probability from the descriptors, in nats."""
    spans = fold(model.text(ids), token_spans(ids, model.text), [float(gain) for gain in gains])
    return tuple(
        Attribution(key=str(index), text=span.text, value=span.value)
        for index, span in enumerate(spans)
    )
