"""A writer without a model: template sentences, what any model has to be better than."""

from pipeline.types import Descriptors, Language, Prediction, Report, Section
from report.checking.repair import repaired
from report.writing.draft import Draft
from report.writing.facts import Facts
from report.writing.prompt import spelled
from report.writing.template_sentences import section_sentences


class TemplateWriter:
    """Says each measurement in one sentence of `report.plain` in the words, and nothing else."""

    name = "plain"

    def draft(
        self, prediction: Prediction, descriptors: Descriptors, *, language: Language, seed: int
    ) -> Draft:
        """The whole report; no prompt was made."""
        facts = Facts.of(prediction, descriptors, language)
        sections = {section: " ".join(section_sentences(section, facts)) for section in Section}
        return Draft(
            facts=facts,
            parts=(),
            prompt="",
            text=spelled(sections, language),
            sections=sections,
            seed=seed,
        )

    def finish(self, draft: Draft) -> Report:
        """The same text, each sentence checked like any other's."""
        sections, claims = repaired(draft.sections, draft.facts)
        return Report(
            language=draft.facts.language,
            model=self.name,
            model_sha256="",
            prompt=draft.prompt,
            prompt_parts=draft.parts,
            sections=sections,
            claims=claims,
            seed=draft.seed,
        )
