"""The conclusion as blocks in reading order, which Markdown and PDF then set each in its way."""

from collections.abc import Mapping
from functools import partial

from pipeline.pictures.overlays import STRUCTURE_COLOURS, Picture
from pipeline.types import CaseResult, ClaimStatus, Conclusion, Language, Section
from pipeline.words import Words, message, words_of
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
from report.documents.measurement_blocks import measurement_blocks, measurement_figure
from report.documents.quality_blocks import quality_note, quality_table

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
    words = words_of(language).of("documents")
    blocks: list[Block] = [
        *_classification(result, words, pictures),
        *_report(result, conclusion, words),
        *quality_note(result.quality, words),
        SignatureLine(labels=(words("clinician"), words("date"), words("signature"))),
        *measurement_blocks(result, words),
        *_descriptors(result, words),
        *quality_table(result.quality, words),
        *_quality(result, words),
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


def _classification(
    result: CaseResult, words: Words, pictures: Mapping[str, Picture]
) -> list[Block]:
    prediction = result.prediction
    details = [
        words(
            "abnormal_probability",
            value=f"{prediction.abnormal_probability:.2f}",
            threshold=f"{prediction.limit_prob:.2f}",
        )
    ]
    if prediction.is_abnormal:
        details.append(
            words(
                "likeliest",
                label=words.label(prediction, prediction.label),
                value=f"{prediction.probability(prediction.label):.2f}",
            )
        )
    if prediction.is_multi_label:
        details.append(words("together"))
    if prediction.is_uncertain:
        details.append(words("uncertain"))
    ranked = sorted(
        zip(prediction.labels, prediction.probabilities, strict=True), key=lambda item: -item[1]
    )
    marked = prediction.found_labels if prediction.is_multi_label else frozenset()
    rows = tuple(
        (
            words.label(prediction, label) + (" ●" if label in marked else ""),
            f"{value:.3f}",
        )
        for label, value in ranked
    )
    diagram = Figure(picture=pictures["zones"], caption=words("zone_diagram"), bar=words("bar"))
    return [
        Heading(text=words("classification")),
        Classification(
            headline=words("abnormal" if prediction.is_abnormal else "normal"),
            details=tuple(details),
            abnormal=prediction.is_abnormal,
        ),
        Table(head=(words("label"), words("probability")), rows=rows, aside=diagram),
    ]


def _report(result: CaseResult, conclusion: Conclusion | None, words: Words) -> list[Block]:
    report = result.report
    blocks: list[Block] = [Heading(text=words("report"))]
    edited = conclusion is not None and conclusion.edited
    if report is None:
        blocks.append(_plain(words("no_report")))
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
        blocks.append(Heading(text=words.sections[section], level=2))
        if kept:
            blocks.append(Paragraph(runs=kept))
        if removed:
            lead = Run(text=words("removed") + " ")
            spaced = [run for item in removed for run in (item, Run(text=" "))]
            blocks.append(Paragraph(runs=(lead, *spaced[:-1]), small=True))
    if report is not None:
        blocks += _how_written(result, words, edited=edited, used=used)
    return blocks


def _how_written(result: CaseResult, words: Words, *, edited: bool, used: set[Mark]) -> list[Block]:
    report = result.report
    if report is None:
        return []
    replaced = sum(claim.replaced for claim in report.claims)
    kept = [claim.status for claim in report.claims if not claim.replaced]
    sentences = [
        words("written_by", model=report.model, seed=report.seed),
        words(
            "checked",
            supported=kept.count(ClaimStatus.SUPPORTED),
            not_checkable=kept.count(ClaimStatus.NOT_CHECKABLE),
            replaced=replaced,
        ),
    ]
    sentences += [words("truncated")] if report.truncated else []
    sentences += [words("edited")] if edited else []
    blocks: list[Block] = [_plain(" ".join(sentences), small=True)]
    legend = [
        Run(text=words(f"mark_{mark.value}"), mark=mark)
        for mark in (Mark.REPLACED, Mark.CONTRADICTED, Mark.CLINICIAN)
        if mark in used
    ]
    if legend:
        spaced = [run for item in legend for run in (item, Run(text="; "))]
        blocks.append(Paragraph(runs=(Run(text=words("marks") + " "), *spaced[:-1]), small=True))
    return blocks


def _figures(
    result: CaseResult, words: Words, pictures: Mapping[str, Picture]
) -> tuple[Figure, ...]:
    legend = tuple(
        (colour, words.structures[structure]) for structure, colour in STRUCTURE_COLOURS.items()
    )
    figures = [
        Figure(picture=pictures["original"], caption=words("original")),
        Figure(
            picture=pictures[ANATOMY_FILE],
            caption=words("anatomy"),
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
            removed=f"{explanation.removed_mass:.0%}",
        )
        file = method.file
        figures.append(Figure(picture=pictures[file], caption=caption, file=file, bar=words("bar")))
    return tuple(figures)


def _descriptors(result: CaseResult, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading(text=words("descriptors"))]
    if not result.descriptors.items:
        return [*blocks, _plain(words("no_descriptors"))]
    head = tuple(words(name) for name in ("zone", "intensity", "share", "agreement", "grade"))
    rows = tuple(
        (
            words.zones[item.zone].name,
            f"{item.intensity:.2f}",
            f"{item.share:.0%}",
            f"{item.agreement:.2f}",
            f"{words.grades[item.grade]} ({item.memberships[item.grade]:.2f})",
        )
        for item in result.descriptors.items
    )
    return [*blocks, Table(head=head, rows=rows)]


def _quality(result: CaseResult, words: Words) -> list[Block]:
    """What reading did, what looks implausible and which steps failed."""
    sentences = [message(note.value, words.language) for note in result.radiograph.notes]
    sentences += [message(code, words.language) for code in result.anatomy.warnings]
    sentences += [
        message(problem.code, words.language, **{"step": problem.step.value, **problem.parameters})
        for problem in result.problems
    ]
    if not sentences:
        return []
    return [Heading(text=words("image_quality")), _plain(" ".join(sentences))]


def _influence(result: CaseResult, words: Words) -> list[Block]:
    explanation = result.text_explanation
    if explanation is None or not explanation.shap:
        return []
    names = {"label": words("label"), "confidence": words("confidence")}
    names |= {zone.value: name.name for zone, name in words.zones.items()}
    ranked = sorted(explanation.shap, key=lambda item: -abs(item.value))
    rows = tuple((names.get(item.key, item.text.strip()), f"{item.value:+.2f}") for item in ranked)
    return [
        Heading(text=words("influence")),
        Table(head=(words("influence_head"), words("influence_value")), rows=rows),
    ]


def _origin(result: CaseResult, words: Words) -> list[Block]:
    radiograph = result.radiograph
    rows, cols = radiograph.source_shape
    spacing = radiograph.source_spacing_mm
    image = words("radiograph", rows=rows, cols=cols, format=radiograph.format.value.upper())
    pixel = (
        words("no_spacing")
        if spacing is None
        else words("spacing", row=f"{spacing[0]:.3g}", col=f"{spacing[1]:.3g}")
    )
    entries: list[tuple[str, str]] = [
        (name, str(value)) for name, value in sorted(result.provenance.items())
    ]
    if result.report is not None:
        entries.append(("report_model_sha256", result.report.model_sha256))
        entries += [(name, str(value)) for name, value in sorted(result.report.sampling.items())]
    return [
        Heading(text=words("provenance")),
        _plain(f"{words('image', hash=radiograph.sha256)} · {image} · {pixel}", small=True),
        Table(head=(words("item"), words("value")), rows=tuple(entries), words=True),
    ]


def _plain(text: str, *, small: bool = False) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=small)


def _page(words: Words, page: int, pages: int) -> str:
    return words("page", page=page, pages=pages)
