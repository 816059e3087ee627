"""The files of a finished case: JSON, pictures, and the conclusion as Markdown and PDF."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pipeline.errors import TextTooLongError
from pipeline.pictures.measurement_overlay import measurements_overlay
from pipeline.pictures.outlines import OUTLINES_FILE, outlines_png
from pipeline.pictures.overlays import (
    Picture,
    anatomy_overlay,
    encode_png,
    grey_picture,
    saliency_overlay,
    zone_diagram,
)
from pipeline.pictures.side_marks import side_marks
from pipeline.result_file import result_json
from pipeline.types import (
    LONGEST_SECTION,
    MOST_LINES,
    CaseResult,
    Conclusion,
    Language,
    SideEvidence,
)
from pipeline.words import Words, words_of
from report.documents.document import ANATOMY_FILE, document_of
from report.documents.markdown import markdown
from report.documents.measurement_blocks import MEASUREMENTS_FILE
from report.documents.pdf import pdf

UNSTORABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Halves of surrogate pairs, which are no UTF-8, and control characters."""


class ReportExporter:
    """Sets a case and its conclusion as files; the same case gives the same bytes.

    Nothing of the file that was read is named but its digest, size and format; no dates.
    """

    def __init__(self, language: Language = Language.ENGLISH) -> None:
        """Choose how to speak.

        Args:
            language: The language of files for a case with neither conclusion nor report.
        """
        self._language = language

    def files(self, result: CaseResult, conclusion: Conclusion | None) -> Mapping[str, bytes]:
        """Set one case.

        Args:
            result: The case; without a report the files say so.
            conclusion: What the clinician signed; the report as written if `None`.

        Returns:
            Contents by name: `result.json`, `anatomy.png`, each explanation's `Method.file`,
            `measurements.png` of a case with measurements, `outlines.png` (one bit a structure),
            `report.md`, `report.pdf`.

        Raises:
            OutputError: A picture or the PDF cannot be made.
            TextTooLongError: An edited section has too many letters or lines.
        """
        language = self._language_of(result, conclusion)
        conclusion = conclusion and _storable(conclusion)
        words = words_of(language)
        if words.labels_in_english(result.prediction):  # the manifest lacks the language
            named = {"label_names": Language.ENGLISH.value}
            result = replace(result, provenance={**result.provenance, **named})
        shown = {
            ANATOMY_FILE: anatomy_overlay(result.radiograph, result.anatomy, opacity=0),
            **{
                method.file: saliency_overlay(
                    result.radiograph,
                    explanation.map_image,
                    outlines=result.anatomy.zones_image,
                )
                for method, explanation in result.explanations.items()
            },
        }
        if result.measurements:
            shown[MEASUREMENTS_FILE] = measurements_overlay(result.radiograph, result.measurements)
        shown = {name: _marked(picture, result, words) for name, picture in shown.items()}
        zones = result.anatomy.zones_image
        fused = saliency_overlay(result.radiograph, result.descriptors.fused_image, outlines=zones)
        pictures = {
            **shown,
            "original": _marked(grey_picture(result.radiograph), result, words),
            "fused": _marked(fused, result, words),
            "zones": _zones(result, words),
        }
        document = document_of(result, conclusion, pictures, language)
        return {
            "result.json": result_json(result, conclusion, words.disclaimer),
            **{name: encode_png(picture) for name, picture in shown.items()},
            OUTLINES_FILE: outlines_png(result.anatomy),
            "report.md": markdown(document),
            "report.pdf": pdf(document),
        }

    def _language_of(self, result: CaseResult, conclusion: Conclusion | None) -> Language:
        if conclusion is not None:
            return conclusion.language
        return self._language if result.report is None else result.report.language


def _storable(conclusion: Conclusion) -> Conclusion:
    """A conclusion within its limit, without what no file can hold."""
    if conclusion.edited and any(map(_is_too_long, conclusion.sections.values())):
        raise TextTooLongError(limit=LONGEST_SECTION, lines=MOST_LINES)
    sections = {name: UNSTORABLE.sub("\ufffd", text) for name, text in conclusion.sections.items()}
    return replace(conclusion, sections=sections)


def _is_too_long(text: str) -> bool:
    return len(text) > LONGEST_SECTION or text.count("\n") >= MOST_LINES


def _marked(picture: Picture, result: CaseResult, words: Words) -> Picture:
    """The picture with R and L in the language's letters."""
    letters = words("radiograph.right_mark"), words("radiograph.left_mark")
    contradicted = result.radiograph.sides.evidence is SideEvidence.CONTRADICTED
    return side_marks(picture, letters, doubtful=contradicted)


def _zones(result: CaseResult, words: Words) -> Picture:
    texts = {item.zone: words.number(item.intensity) for item in result.descriptors.items}
    return zone_diagram(result.descriptors, texts, anatomy=result.anatomy)
