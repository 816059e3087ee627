"""The conclusion as blocks in reading order, which Markdown and PDF then set each in its way."""

from collections.abc import Mapping
from functools import partial

from pipeline.pictures.overlays import STRUCTURE_COLOURS, Picture
from pipeline.presentation import (
    RemovedSentences,
    attribution_name,
    classification_view,
    descriptor_table,
    draft_notes,
    draft_origin,
    draft_summary,
    glance_view,
    no_zones,
    notes_view,
    radiograph_facts,
    section_view,
    sides_note,
)
from pipeline.types import CaseResult, ClassificationState, Conclusion, Language, Section
from pipeline.words import Words, words_of
from report.checking.repaired_spans import Mark, Run, runs_of
from report.documents.blocks import (
    Appendix,
    Block,
    Classification,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    SignatureLine,
    Table,
)
from report.documents.measurement_blocks import measurement_blocks, measurement_figure
from report.documents.quality_blocks import quality_note, quality_table

ANATOMY_FILE = "anatomy.png"
PROTOCOL_WIDTH = 0.56
"""Of the pictures on the first page, as a share of its width."""


def document_of(
    result: CaseResult,
    conclusion: Conclusion | None,
    pictures: Mapping[str, Picture],
    language: Language,
) -> Document:
    """Put a case into blocks.

    Args:
        result: The case.
        conclusion: What the clinician signed; the report as written if `None`.
        pictures: `original`, `zones` and each exported picture by its file name.
        language: The document's language.
    """
    words = words_of(language).of("documents")
    blocks: list[Block] = [
        *_protocol(result, conclusion, words, pictures),
        Appendix(title=words("appendix")),
        *_labels(result, words, pictures),
        *_checked(result, conclusion, words),
        *quality_note(result.quality, words),
        *measurement_blocks(result, words),
        *_descriptors(result, words),
        *quality_table(result.quality, words),
        *_notes(result, words),
        Heading(text=words("pictures")),
        Figures(items=_figures(result, words, pictures)),
        *_influence(result, words),
        *_origin(result, words),
    ]
    return Document(
        language=language,
        title=words("title"),
        disclaimer=words.disclaimer,
        page=partial(_page, words),
        image=words("image", hash=result.radiograph.sha256),
        blocks=tuple(blocks),
    )


def _protocol(
    result: CaseResult,
    conclusion: Conclusion | None,
    words: Words,
    pictures: Mapping[str, Picture],
) -> list[Block]:
    """What is signed: it stands alone, on one page unless the text is long."""
    glance = glance_view(words, result, conclusion)
    view = classification_view(words, result.prediction)
    label = words.label(result.prediction, result.explained_label)
    shown = (
        Figure(picture=pictures["original"], caption=words("original")),
        Figure(picture=pictures["fused"], caption=words("fused", label=label), bar=words("bar")),
    )
    measured = [f"{glance.measurements_title}: {' · '.join(glance.measurements)}"]
    warned = [sentence for _, sentence in glance.warnings]
    sides = sides_note(words, result.radiograph)
    noted = " ".join([*measured, *warned, glance.not_stated, sides]).strip()
    return [
        SignatureLine(labels=tuple(words(key) for key in ("patient", "birth", "record"))),
        SignatureLine(labels=tuple(words(key) for key in ("study", "referrer", "clinical"))),
        Figures(items=shown, width=PROTOCOL_WIDTH),
        Classification(
            headline=view.headline,
            details=(view.most_likely, view.probability, view.doubt),
            state=view.state,
        ),
        *_report(result, conclusion, words),
        _plain(noted, small=True),
        SignatureLine(labels=(words("clinician"), words("date"), words("signature"))),
    ]


def _labels(result: CaseResult, words: Words, pictures: Mapping[str, Picture]) -> list[Block]:
    """The probability of each label, beside the zones."""
    view = classification_view(words, result.prediction)
    found = result.prediction.is_multi_label  # else the headline says which one
    rows = tuple((row.name + (" ●" if found and row.found else ""), row.text) for row in view.rows)
    diagram = Figure(picture=pictures["zones"], caption=words("zone_diagram"), bar=words("bar"))
    if view.state is ClassificationState.UNFAMILIAR:
        return [
            Heading(text=view.title),
            Classification(
                headline=view.headline, details=(view.most_likely, view.doubt), state=view.state
            ),
        ]
    return [
        Heading(text=view.title),
        Table(head=(words("label"), words("probability")), rows=rows, aside=diagram),
        _plain(" ".join(view.notes), small=True),
    ]


def _runs(
    result: CaseResult, conclusion: Conclusion | None, section: Section
) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """What stands in a section, and what the clinician removed from it."""
    report = result.report
    sections: Mapping[Section, str] = {} if report is None else report.sections
    if conclusion is not None:
        sections = conclusion.sections
    claims = [] if report is None else [c for c in report.claims if c.section is section]
    edited = conclusion is not None and conclusion.edited
    runs = runs_of(sections.get(section, "").strip(), claims, edited=edited)
    kept = tuple(run for run in runs if run.mark is not Mark.REMOVED)
    return kept, tuple(run for run in runs if run.mark is Mark.REMOVED)


def _report(result: CaseResult, conclusion: Conclusion | None, words: Words) -> list[Block]:
    """The text as it stands, with what its marks mean; nothing that was struck out."""
    blocks: list[Block] = []
    if result.report is None:
        blocks.append(_plain(words("draft.none")))
    used: set[Mark] = set()
    for section in Section:
        kept, _ = _runs(result, conclusion, section)
        if kept:
            used |= {run.mark for run in kept}
            blocks += [Heading(text=words.sections[section], level=2), Paragraph(runs=kept)]
    legend = [
        Run(text=words(f"draft.{mark.value}"), mark=mark)
        for mark in (Mark.REPLACED, Mark.SUGGESTED, Mark.CONTRADICTED, Mark.CLINICIAN)
        if mark in used
    ]
    if legend:
        spaced = [run for item in legend for run in (item, Run(text="; "))]
        blocks.append(Paragraph(runs=(Run(text=words("marks") + " "), *spaced[:-1]), small=True))
    return blocks


def _checked(result: CaseResult, conclusion: Conclusion | None, words: Words) -> list[Block]:
    """How the text came to be, and what was struck out of it, by whom."""
    report = result.report
    if report is None:
        return []
    edited = conclusion is not None and conclusion.edited
    sentences = [draft_origin(words, report), draft_summary(words, report)]
    sentences += draft_notes(words, report)
    sentences += [words("edited")] if edited else []
    blocks: list[Block] = [Heading(text=words("report")), _plain(" ".join(sentences), small=True)]
    for section in Section:
        _, removed = _runs(result, conclusion, section)
        if removed:
            lead = Run(text=words("removed") + " ")
            spaced = [run for item in removed for run in (item, Run(text=" "))]
            blocks.append(Paragraph(runs=(lead, *spaced[:-1]), small=True))
        blocks += [_struck_out(found) for found in section_view(words, report, section).removed]
    return blocks


def _struck_out(found: RemovedSentences) -> Paragraph:
    """What the check struck out, and why."""
    lead = Run(text=f"{found.title}: ")
    struck = [Run(text=sentence, mark=Mark.REMOVED) for sentence in found.sentences]
    spaced = [run for item in struck for run in (item, Run(text=" "))]
    return Paragraph(runs=(lead, *spaced[:-1]), small=True)


def _figures(
    result: CaseResult, words: Words, pictures: Mapping[str, Picture]
) -> tuple[Figure, ...]:
    legend = tuple(
        (STRUCTURE_COLOURS[structure], words.structures[structure])
        for structure in result.anatomy.masks_image
    )
    figures = [
        Figure(picture=pictures["original"], caption=words("original")),
        Figure(
            picture=pictures[ANATOMY_FILE],
            caption=words("anatomy", sides=sides_note(words, result.radiograph)),
            file=ANATOMY_FILE,
            legend=legend,
        ),
        *measurement_figure(result, words, pictures),
    ]
    for method, explanation in result.explanations.items():
        caption = words(
            "saliency",
            method=method.spec.name,
            label=words.label(result.prediction, explanation.label),
            removed=words.percent(explanation.removed_mass),
        )
        file = method.file
        figures.append(Figure(picture=pictures[file], caption=caption, file=file, bar=words("bar")))
    return tuple(figures)


def _descriptors(result: CaseResult, words: Words) -> list[Block]:
    heading = Heading(text=words("descriptors.title"))
    if not result.descriptors.items:
        return [heading, _plain(no_zones(words, result))]
    shown = descriptor_table(words, result.descriptors.items)
    return [heading, Table(head=shown.head, rows=shown.rows, words=True)]


def _notes(result: CaseResult, words: Words) -> list[Block]:
    """What reading did, what looks implausible and which steps failed."""
    view = notes_view(words, result)
    noted = [sentence for _, sentence in (*view.warnings, *view.notes, *view.problems)]
    return [Heading(text=view.title), _plain(" ".join(noted))] if noted else []


def _influence(result: CaseResult, words: Words) -> list[Block]:
    explanation = result.text_explanation
    if explanation is None or not explanation.shap:
        return []
    ranked = sorted(explanation.shap, key=lambda item: -abs(item.value))
    rows = tuple((attribution_name(words, item), words.signed(item.value)) for item in ranked)
    return [
        Heading(text=words("influence")),
        Table(head=(words("influence_head"), words("influence_value")), rows=rows),
    ]


def _origin(result: CaseResult, words: Words) -> list[Block]:
    facts = " · ".join(
        f"{name}: {value}" for name, value in radiograph_facts(words, result.radiograph)
    )
    entries: list[tuple[str, str]] = [
        (name, str(value)) for name, value in sorted(result.provenance.items())
    ]
    if result.report is not None:
        entries.append(("report_model_sha256", result.report.model_sha256))
        entries += [(name, str(value)) for name, value in sorted(result.report.sampling.items())]
    return [
        Heading(text=words("provenance")),
        _plain(f"{words('image', hash=result.radiograph.sha256)} · {facts}", small=True),
        Table(head=(words("item"), words("value")), rows=tuple(entries), words=True),
    ]


def _plain(text: str, *, small: bool = False) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=small)


def _page(words: Words, page: int, pages: int) -> str:
    return words("page", page=page, pages=pages)
