"""Why the report says what it says: asked of the model that wrote it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from pipeline.errors import (
    ContractError,
    ReportModelInvalidError,
    ReportModelMissingError,
    StepFailedError,
)
from pipeline.language_model import LanguageModel, ScoredText, shipped_file
from pipeline.protocols import Progress, silent
from pipeline.settings import Settings
from pipeline.types import Attribution, ProgressEvent, Report, Step, TextExplanation
from xai.text_gradients import TorchCopy, fits_torch
from xai.text_pieces import fold, key_of, part_spans, token_spans
from xai.text_shap import import_shap, shapley_values

Join = Callable[[Iterable[tuple[str, str]], frozenset[str]], str]
Spell = Callable[[Report], str]
SHAP_SHARE = 0.6  # of the time, for progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copies:
    """The two copies of one GGUF file: llama.cpp's, and torch's for gradients."""

    language_model: LanguageModel
    network: TorchCopy
    wrote: bool


class GgufTextExplainer:
    """Explains a report by Shapley values, Integrated Gradients and word gains.

    The GGUF file that wrote the report is asked. Where it is too large for gradients, or of an
    architecture that transformers cannot read, the shipped one reads the report instead, and
    `TextExplanation.model` names it.
    """

    def __init__(self, settings: Settings, *, join: Join, spell: Spell) -> None:
        """Choose the model; nothing is loaded before `warm` or the first report.

        Args:
            settings: Names the report model, the weights' folder, context and threads.
            join: Joins the prompt's parts without those of the keys named, grammatically.
            spell: The report as the model wrote it, headings included.
        """
        self._settings = settings
        self._join = join
        self._spell = spell
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
            progress: Told the share done.

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
        names = {key: piece.strip() for key, piece in report.prompt_parts}
        nobody, everybody = frozenset[str](), frozenset(keys)
        room = model.context_tokens - len(model.tokenize(text))
        if len(model.tokenize(prompt_of(nobody))) + 1 > room:
            raise StepFailedError(step=Step.EXPLAIN_TEXT.value, error="context")

        def tell(fraction: float) -> None:
            progress(ProgressEvent(step=Step.EXPLAIN_TEXT, fraction=fraction))

        scored: dict[frozenset[str], ScoredText] = {}

        def score(without: frozenset[str]) -> float:
            if without not in scored:
                scored[without] = model.log_probability(prompt_of(without), text)
            return scored[without].total

        full, base = score(nobody), score(everybody)
        values = shapley_values(
            score, keys, seed=report.seed, scored=lambda share: tell(SHAP_SHARE * share)
        )
        gradients, delta = self._gradients(report, copies, prompt_of(nobody), text)
        tell(1.0)
        return TextExplanation(
            model=model.name,
            shap=tuple(
                Attribution(key=key, text=names[key], value=value)
                for key, value in zip(keys, values, strict=True)
            ),
            shap_full=full,
            shap_base=base,
            integrated_gradients=gradients,
            words=_words(scored[nobody], scored[everybody], model),
            ig_delta=delta,
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
        # a second spinning thread costs a small model more than it gives
        threads = 1 if settings.report_model is None else settings.threads
        try:
            network = TorchCopy(file, threads)
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

    def _gradients(
        self, report: Report, copies: _Copies, prompt: str, text: str
    ) -> tuple[tuple[Attribution, ...], float]:
        """What each piece of the user's part of the prompt added, and the completeness error."""
        model = copies.language_model
        ids = model.prompt_ids(prompt)
        spans = token_spans(ids, model.text)
        shown = model.text(ids)
        user = self._join(report.prompt_parts, frozenset())
        start = shown.find(user.strip()) - (len(user) - len(user.lstrip()))
        parts = part_spans(report.prompt_parts, start)
        first, last = parts[0][1][0], parts[-1][1][1]
        keys = [key_of(span, shown, parts) for span in spans]
        moved = np.array([bool(key) for key in keys])
        found = copies.network.integrated_gradients(ids, model.tokenize(text), moved)
        inside = [i for i, (begin, end) in enumerate(spans) if begin < last and end > first]
        pieces = fold(
            shown,
            [spans[i] for i in inside],
            [float(found.values[i]) for i in inside],
            [keys[i] for i in inside],
        )
        told = tuple(Attribution(key=p.key, text=p.text, value=p.value) for p in pieces)
        return told, found.delta


def _words(full: ScoredText, base: ScoredText, model: LanguageModel) -> tuple[Attribution, ...]:
    """Each word's gain in log-probability from the descriptors, in nats."""
    gains = [with_all - without for with_all, without in zip(full.nats, base.nats, strict=True)]
    spans = token_spans(full.token_ids, model.text)
    pieces = fold(model.text(full.token_ids), spans, gains)
    return tuple(
        Attribution(key=str(index), text=piece.text, value=piece.value)
        for index, piece in enumerate(pieces)
    )
