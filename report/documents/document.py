"""The conclusion as blocks in reading order, which Markdown and PDF then set each in its way."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.messages import message
from pipeline.pictures.overlays import STRUCTURE_COLOURS, Picture
from pipeline.types import CaseResult, ClaimStatus, Conclusion, Language, Section
from report.checking.repaired_spans import Mark, Run, runs_of
from report.documents.blocks import (
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
from report.documents.document_text import document_text
from report.documents.measurement_blocks import measurement_blocks, measurement_figure
from report.documents.quality_blocks import quality_note, quality_table
from report.languages import Terms, terms
from report.writing.prompt import label_term

ANATOMY_FILE = "anatomy.png"


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
    words = _Words(language=language, text=document_text(language), terms=terms(language))
    text = words.text
    blocks: list[Block] = [
        *_classification(result, words, pictures),
        *_report(result, conclusion, words),
        *quality_note(result.quality, text, words.terms, language),
        SignatureLine(labels=(text["clinician"], text["date"], text["signature"])),
        *measurement_blocks(result, text, language),
        *_descriptors(result, words),
        *quality_table(result.quality, text, words.terms, language),
        *_quality(result, words),
        Heading(text=text["pictures"]),
        Figures(items=_figures(result, words, pictures)),
        *_influence(result, words),
        *_origin(result, words),
    ]
    return Document(
        language=language,
        title=text["title"],
        disclaimer=words.terms.disclaimer,
        page=text["page"],
        image=text["image"].format(hash=result.radiograph.sha256),
        blocks=tuple(blocks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """All words of one language: the documents' own and those shared with the report."""

    language: Language
    text: Mapping[str, str]
    terms: Terms


def _classification(
    result: CaseResult, words: _Words, pictures: Mapping[str, Picture]
) -> list[Block]:
    prediction, text = result.prediction, words.text
    details = [
        text["abnormal_probability"].format(
            value=f"{prediction.abnormal_probability:.2f}",
            threshold=f"{prediction.limit_prob:.2f}",
        )
    ]
    if prediction.is_abnormal:
        details.append(
            text["likeliest"].format(
                label=label_term(prediction, prediction.label, words.language),
                value=f"{prediction.probability(prediction.label):.2f}",
            )
        )
    if prediction.is_multi_label:
        details.append(text["together"])
    if prediction.is_uncertain:
        details.append(text["uncertain"])
    ranked = sorted(
        zip(prediction.labels, prediction.probabilities, strict=True), key=lambda item: -item[1]
    )
    marked = prediction.found_labels if prediction.is_multi_label else frozenset()
    rows = tuple(
        (
            label_term(prediction, label, words.language) + (" ●" if label in marked else ""),
            f"{value:.3f}",
        )
        for label, value in ranked
    )
    diagram = Figure(picture=pictures["zones"], caption=text["zone_diagram"], bar=text["bar"])
    return [
        Heading(text=text["classification"]),
        Classification(
            headline=text["abnormal" if prediction.is_abnormal else "normal"],
            details=tuple(details),
            abnormal=prediction.is_abnormal,
        ),
        Table(head=(text["label"], text["probability"]), rows=rows, aside=diagram),
    ]


def _report(result: CaseResult, conclusion: Conclusion | None, words: _Words) -> list[Block]:
    text, report = words.text, result.report
    blocks: list[Block] = [Heading(text=text["report"])]
    edited = conclusion is not None and conclusion.edited
    if report is None:
        blocks.append(_plain(text["no_report"]))
    sections: Mapping[Section, str] = {} if report is None else report.sections
    if conclusion is not None:
        sections = conclusion.sections
    used: set[Mark] = set()
    for section in Section:
        body = sections.get(section, "").strip()
        claims = [] if report is None else [c for c in report.claims if c.section is section]
        runs = runs_of(body, claims, edited=edited)
        if not runs:
            continue
        used |= {run.mark for run in runs}
        kept = tuple(run for run in runs if run.mark is not Mark.REMOVED)
        removed = tuple(run for run in runs if run.mark is Mark.REMOVED)
        blocks.append(Heading(text=words.terms.sections[section], level=2))
        if kept:
            blocks.append(Paragraph(runs=kept))
        if removed:
            lead = Run(text=text["removed"] + " ")
            spaced = [run for item in removed for run in (item, Run(text=" "))]
            blocks.append(Paragraph(runs=(lead, *spaced[:-1]), small=True))
    if report is not None:
        blocks += _how_written(result, words, edited=edited, used=used)
    return blocks


def _how_written(
    result: CaseResult, words: _Words, *, edited: bool, used: set[Mark]
) -> list[Block]:
    report, text = result.report, words.text
    if report is None:
        return []
    replaced = sum(claim.replaced for claim in report.claims)
    kept = [claim.status for claim in report.claims if not claim.replaced]
    sentences = [
        text["written_by"].format(model=report.model, seed=report.seed),
        text["checked"].format(
            supported=kept.count(ClaimStatus.SUPPORTED),
            not_checkable=kept.count(ClaimStatus.NOT_CHECKABLE),
            replaced=replaced,
        ),
    ]
    sentences += [text["truncated"]] if report.truncated else []
    sentences += [text["edited"]] if edited else []
    blocks: list[Block] = [_plain(" ".join(sentences), small=True)]
    legend = [
        Run(text=text[f"mark_{mark.value}"], mark=mark)
        for mark in (Mark.REPLACED, Mark.CONTRADICTED, Mark.CLINICIAN)
        if mark in used
    ]
    if legend:
        spaced = [run for item in legend for run in (item, Run(text="; "))]
        blocks.append(Paragraph(runs=(Run(text=text["marks"] + " "), *spaced[:-1]), small=True))
    return blocks


def _figures(
    result: CaseResult, words: _Words, pictures: Mapping[str, Picture]
) -> tuple[Figure, ...]:
    text = words.text
    legend = tuple(
        (colour, words.terms.structures[structure])
        for structure, colour in STRUCTURE_COLOURS.items()
    )
    figures = [
        Figure(picture=pictures["original"], caption=text["original"]),
        Figure(
            picture=pictures[ANATOMY_FILE],
            caption=text["anatomy"],
            file=ANATOMY_FILE,
            legend=legend,
        ),
        *measurement_figure(result, text, pictures),
    ]
    for method, explanation in result.explanations.items():
        caption = text["saliency"].format(
            method=method.spec.name,
            label=label_term(result.prediction, explanation.label, words.language),
            removed=f"{explanation.removed_mass:.0%}",
        )
        file = method.file
        figures.append(Figure(picture=pictures[file], caption=caption, file=file, bar=text["bar"]))
    return tuple(figures)


def _descriptors(result: CaseResult, words: _Words) -> list[Block]:
    text = words.text
    blocks: list[Block] = [Heading(text=text["descriptors"])]
    if not result.descriptors.items:
        return [*blocks, _plain(text["no_descriptors"])]
    head = tuple(text[name] for name in ("zone", "intensity", "share", "agreement", "grade"))
    rows = tuple(
        (
            words.terms.zones[item.zone].name,
            f"{item.intensity:.2f}",
            f"{item.share:.0%}",
            f"{item.agreement:.2f}",
            f"{words.terms.grades[item.grade]} ({item.memberships[item.grade]:.2f})",
        )
        for item in result.descriptors.items
    )
    return [*blocks, Table(head=head, rows=rows)]


def _quality(result: CaseResult, words: _Words) -> list[Block]:
    """What reading did, what looks implausible and which steps failed."""
    sentences = [message(note.value, words.language) for note in result.radiograph.notes]
    sentences += [message(code, words.language) for code in result.anatomy.warnings]
    sentences += [
        message(problem.code, words.language, **{"step": problem.step.value, **problem.parameters})
        for problem in result.problems
    ]
    if not sentences:
        return []
    return [Heading(text=words.text["image_quality"]), _plain(" ".join(sentences))]


def _influence(result: CaseResult, words: _Words) -> list[Block]:
    explanation, text = result.text_explanation, words.text
    if explanation is None or not explanation.shap:
        return []
    names = {"label": text["label"], "confidence": text["confidence"]}
    names |= {zone.value: name.name for zone, name in words.terms.zones.items()}
    ranked = sorted(explanation.shap, key=lambda item: -abs(item.value))
    rows = tuple((names.get(item.key, item.text.strip()), f"{item.value:+.2f}") for item in ranked)
    return [
        Heading(text=text["influence"]),
        Table(head=(text["influence_head"], text["influence_value"]), rows=rows),
    ]


def _origin(result: CaseResult, words: _Words) -> list[Block]:
    radiograph, text = result.radiograph, words.text
    rows, cols = radiograph.source_shape
    spacing = radiograph.source_spacing_mm
    image = text["radiograph"].format(rows=rows, cols=cols, format=radiograph.format.value.upper())
    pixel = (
        text["no_spacing"]
        if spacing is None
        else text["spacing"].format(row=f"{spacing[0]:.3g}", col=f"{spacing[1]:.3g}")
    )
    entries: list[tuple[str, str]] = [
        (name, str(value)) for name, value in sorted(result.provenance.items())
    ]
    if result.report is not None:
        entries.append(("report_model_sha256", result.report.model_sha256))
        entries += [(name, str(value)) for name, value in sorted(result.report.sampling.items())]
    return [
        Heading(text=text["provenance"]),
        _plain(f"{text['image'].format(hash=radiograph.sha256)} · {image} · {pixel}", small=True),
        Table(head=(text["item"], text["value"]), rows=tuple(entries), words=True),
    ]


def _plain(text: str, *, small: bool = False) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=small)
