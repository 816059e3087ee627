"""The writer: a GGUF model asked for a report, its text checked, asked again, and mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.protocols import Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    Descriptors,
    Language,
    Prediction,
    ProgressEvent,
    Report,
    Section,
    Step,
)
from report.facts import Facts
from report.languages import terms
from report.prompt import join, prompt_parts
from report.repair import faults, repaired
from report.sections import parse_sections, split_thoughts, trimmed

RETRY_TEMPERATURE = 0.7
_ATTEMPTS = 2


class TextModel(Protocol):
    """What the writer needs of a language model; `pipeline.language_model.LanguageModel` has it."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def sha256(self) -> str:
        """Hex digest of its file."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One attempt: what came, taken apart."""

    sections: Mapping[Section, str]
    thoughts: str
    truncated: bool
    temperature: float
    seed: int
    faults: int


class GgufWriter:
    """Writes reports with the shipped GGUF model, or with the one the settings name.

    Args:
        settings: Model, budget, threads. The model is loaded at the first report.
        model: Another model to ask instead.
    """

    def __init__(self, settings: Settings, model: TextModel | None = None) -> None:
        self._settings = settings
        self._model = model

    def warm(self) -> None:
        """Load the model now.

        Raises:
            ModelError: As for `write`.
        """
        self._loaded()

    def write(
        self,
        prediction: Prediction,
        descriptors: Descriptors,
        *,
        language: Language,
        seed: int,
        progress: Progress = silent,
    ) -> Report:
        """Write one report.

        The first attempt takes the likeliest tokens; if anything in it is wrong or missing the
        model is asked once more, sampling, and what is wrong in the better of the two is replaced
        by plain sentences. An event with `fraction` 0 and no text tells a listener that the text
        starts anew; a model's thoughts are not streamed.

        Raises:
            ReportModelMissingError: There is no such file.
            ReportModelInvalidError: llama.cpp cannot load it.
            ModelError: The shipped model's folder is not as its manifest says.
        """
        model = self._loaded()
        facts = Facts(prediction=prediction, items=descriptors.items, language=language)
        parts = prompt_parts(prediction, descriptors, language)
        prompt = model.prompt(terms(language).prompt["system"], join(parts))
        drafts: list[_Draft] = []
        for attempt in range(_ATTEMPTS):
            temperature = RETRY_TEMPERATURE if attempt else 0.0
            draft = self._draft(prompt, temperature, seed + attempt, facts, progress)
            drafts.append(draft)
            if not draft.faults:
                break
        best = min(drafts, key=lambda draft: draft.faults)
        sections, claims = repaired(self._completed(best, join(parts), facts, progress), facts)
        return Report(
            language=language,
            model=model.name,
            model_sha256=model.sha256,
            prompt=prompt,
            prompt_parts=parts,
            sections=sections,
            claims=claims,
            thoughts=best.thoughts,
            attempts=len(drafts),
            truncated=best.truncated,
            seed=best.seed,
            sampling={
                "temperature": best.temperature,
                "top_k": 40,
                "top_p": 0.95,
                "max_tokens": self._settings.report_tokens,
            },
        )

    def _loaded(self) -> TextModel:
        if self._model is None:
            from pipeline.language_model import LanguageModel, shipped_file

            named = self._settings.report_model
            self._model = LanguageModel(
                named if named is not None else shipped_file(self._settings.weights_folder),
                context_tokens=self._settings.context_tokens,
                # A second spinning thread costs the small model more than it gives.
                threads=1 if named is None else self._settings.threads,
            )
        return self._model

    def _draft(
        self, prompt: str, temperature: float, seed: int, facts: Facts, progress: Progress
    ) -> _Draft:
        text, truncated = self._streamed(prompt, temperature, seed, progress)
        body, thoughts = split_thoughts(text, opened=prompt.rstrip().endswith("<think>"))
        sections = parse_sections(body, facts.language)
        if truncated:
            sections = trimmed(sections, facts.language)
        return _Draft(
            sections=sections,
            thoughts=thoughts,
            truncated=truncated,
            temperature=temperature,
            seed=seed,
            faults=faults(sections, facts),
        )

    def _streamed(
        self, prompt: str, temperature: float, seed: int, progress: Progress
    ) -> tuple[str, bool]:
        """Let the model write, telling the listener; the text, and whether the budget ended it."""
        budget = self._settings.report_tokens
        progress(ProgressEvent(step=Step.WRITE, fraction=0.0))
        opened = prompt.rstrip().endswith("<think>")
        text, shown, count = "", "", 0
        pieces = self._loaded().generate(prompt, tokens=budget, temperature=temperature, seed=seed)
        for count, piece in enumerate(pieces, start=1):
            text += piece
            visible = split_thoughts(text, opened=opened)[0]
            fresh = visible[len(shown) :]
            shown = visible
            progress(ProgressEvent(step=Step.WRITE, fraction=min(1.0, count / budget), text=fresh))
        return text, count >= budget

    def _completed(
        self, draft: _Draft, user: str, facts: Facts, progress: Progress
    ) -> dict[Section, str]:
        """Ask a model of another's making for each section it left out."""
        sections = dict(draft.sections)
        model = self._loaded()
        if model.takes_plain_prompt:
            return sections
        words = terms(facts.language)
        for section in Section:
            if section in sections:
                continue
            only = words.prompt["one_section"].format(section=words.sections[section])
            prompt = model.prompt(words.prompt["system"], f"{user}\n{only}")
            text, truncated = self._streamed(prompt, 0.0, draft.seed, progress)
            body, _ = split_thoughts(text, opened=prompt.rstrip().endswith("<think>"))
            found = parse_sections(body, facts.language)
            alone = found.get(section) or (body.strip() if not found else "")
            if alone:
                whole = {section: alone}
                sections |= trimmed(whole, facts.language) if truncated else whole
        return sections
