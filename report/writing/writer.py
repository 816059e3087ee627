"""The writer: a language model asked for a report, its text checked, asked again, and mended."""

from dataclasses import replace

from pipeline.language_model.gguf_model import WRITER_FOLDER
from pipeline.manifest import load_manifest
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
from pipeline.words import words_of
from report.checking.repair import repaired
from report.writing.draft import Draft
from report.writing.facts import Facts
from report.writing.prompt import join, prompt_parts
from report.writing.sections import parse_sections, split_thoughts, trimmed
from report.writing.template_writer import TemplateWriter
from report.writing.text_model import TextModel

RETRY_TEMPERATURE = 0.7
_ATTEMPTS = 2


class ReportWriter:
    """Writes reports with the shipped model, or with the one the settings name.

    Args:
        settings: Model, budget, threads. The model is loaded at the first report.
        model: Another model to ask instead.
    """

    def __init__(self, settings: Settings, model: TextModel | None = None) -> None:
        self._settings = settings
        self._model = model
        self._is_shipped = model is None and settings.report_model is None
        self._taught: tuple[str, ...] | None = None

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
        by template sentences; in a language that the shipped model was not taught, the whole report
        is made of them, and so it is where there is no classification to write of. An event with
        `fraction` 0 and no text tells the caller that the text starts anew; a model's thoughts are
        not streamed.

        Raises:
            ReportModelMissingError: There is no such model.
            ReportModelInvalidError: The model cannot be loaded.
            ModelError: The shipped model's folder is not as its manifest says.
        """
        draft = self.draft(prediction, descriptors, language=language, seed=seed, progress=progress)
        return self.finish(draft, progress=progress)

    def draft(
        self,
        prediction: Prediction,
        descriptors: Descriptors,
        *,
        language: Language,
        seed: int,
        progress: Progress = silent,
    ) -> Draft:
        """The model's first text: its likeliest tokens, before any check.

        Raises:
            ModelError: As for `write`.
        """
        if prediction.is_unfamiliar or not self._was_taught(language):
            return TemplateWriter().draft(prediction, descriptors, language=language, seed=seed)
        facts = Facts.of(prediction, descriptors, language)
        parts = prompt_parts(prediction, descriptors, language)
        prompt = self._loaded().prompt(words_of(language).report["prompt"]["system"], join(parts))
        blank = Draft(facts=facts, parts=parts, prompt=prompt, seed=seed)
        return self._written(blank, progress)

    def finish(self, draft: Draft, *, progress: Progress = silent) -> Report:
        """Make a report of a first text: ask again where it has faults, then mend.

        Raises:
            ModelError: As for `write`.
        """
        if not draft.prompt:  # no model was asked
            return TemplateWriter().finish(draft)
        model = self._loaded()
        drafts = [draft]
        while drafts[-1].faults and len(drafts) < _ATTEMPTS:
            again = replace(draft, temperature=RETRY_TEMPERATURE, seed=draft.seed + len(drafts))
            drafts.append(self._written(again, progress))
        best = min(drafts, key=lambda draft: draft.faults)
        sections, claims = repaired(self._completed(best, progress), best.facts)
        return Report(
            language=best.facts.language,
            model=model.name,
            model_sha256=model.sha256,
            prompt=best.prompt,
            prompt_parts=best.parts,
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

    def _was_taught(self, language: Language) -> bool:
        """Whether the model knows a language, as far as its manifest says.

        Of another model than the shipped one nothing is known, so it is asked.
        """
        if not self._is_shipped:
            return True
        if self._taught is None:
            folder = self._settings.weights_folder / WRITER_FOLDER
            self._taught = load_manifest(folder, "report").languages
        return not self._taught or language in self._taught

    def _loaded(self) -> TextModel:
        if self._model is None:
            from pipeline.language_model.gguf_model import shipped_file
            from report.models.open_model import open_model

            named = self._settings.report_model
            self._model = open_model(
                named if named is not None else shipped_file(self._settings.weights_folder),
                context_tokens=self._settings.context_tokens,
                # A second spinning thread costs the small model more than it gives.
                threads=1 if named is None else self._settings.threads,
            )
        return self._model

    def _written(self, draft: Draft, progress: Progress) -> Draft:
        """A draft with its text, at its temperature and from its seed."""
        language = draft.facts.language
        text, tokens = self._streamed(draft.prompt, draft.temperature, draft.seed, progress)
        truncated = tokens >= self._settings.report_tokens
        body, thoughts = split_thoughts(text, opened=_opens_thought(draft.prompt))
        sections = parse_sections(body, language)
        return replace(
            draft,
            text=body,
            sections=trimmed(sections, language) if truncated else sections,
            thoughts=thoughts,
            tokens=tokens,
            truncated=truncated,
        )

    def _streamed(
        self, prompt: str, temperature: float, seed: int, progress: Progress
    ) -> tuple[str, int]:
        """Let the model write, reporting progress; the text, and how many tokens it has."""
        budget = self._settings.report_tokens
        progress(ProgressEvent(step=Step.WRITE, fraction=0.0))
        opened = _opens_thought(prompt)
        text, shown, count = "", "", 0
        pieces = self._loaded().generate(prompt, tokens=budget, temperature=temperature, seed=seed)
        for count, piece in enumerate(pieces, start=1):
            text += piece
            visible = split_thoughts(text, opened=opened)[0]
            fresh = visible[len(shown) :]
            shown = visible
            progress(ProgressEvent(step=Step.WRITE, fraction=min(1.0, count / budget), text=fresh))
        return text, count

    def _completed(self, draft: Draft, progress: Progress) -> dict[Section, str]:
        """Ask a model of another's making for each section it left out."""
        sections = dict(draft.sections)
        model = self._loaded()
        if model.takes_plain_prompt:
            return sections
        language = draft.facts.language
        words = words_of(language)
        for section in Section:
            if section in sections:
                continue
            only = words.report["prompt"]["one_section"].format(section=words.sections[section])
            prompt = model.prompt(words.report["prompt"]["system"], f"{join(draft.parts)}\n{only}")
            text, tokens = self._streamed(prompt, 0.0, draft.seed, progress)
            body, _ = split_thoughts(text, opened=_opens_thought(prompt))
            found = parse_sections(body, language)
            alone = found.get(section) or (body.strip() if not found else "")
            if alone:
                whole = {section: alone}
                truncated = tokens >= self._settings.report_tokens
                sections |= trimmed(whole, language) if truncated else whole
        return sections


def _opens_thought(prompt: str) -> bool:
    """Whether a prompt ends in an opened thought, as some chat templates have it."""
    return prompt.rstrip().endswith("<think>")
