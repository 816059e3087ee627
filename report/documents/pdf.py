"""A conclusion as PDF: A4, embedded DejaVu Sans, the disclaimer on every page, no dates."""

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from pipeline.pictures.fonts import font_file
from pipeline.pictures.overlays import Picture, colour_bar
from pipeline.types import ClassificationState
from report.checking.repaired_spans import MARK_SYMBOLS, Mark, Run
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

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, QUIET, ACCENT, RULE = "#1b2733", "#5b6773", "#1f4e79", "#c9d1d9"
TINTS = {
    ClassificationState.UNFAMILIAR: ("#f0f0f0", "#555555"),
    ClassificationState.UNCERTAIN: ("#fbf6d9", "#7a5c00"),
    ClassificationState.ABNORMAL: ("#fdf3e7", "#d55e00"),
    ClassificationState.NORMAL: ("#eaf5f1", "#009e73"),
}
MARK_COLOUR = "#d55e00"
MARGIN_MM = 18.0
BOTTOM_MM = 24.0
PICTURE_PX = 900
JPEG_QUALITY = 92
LINES = 40


def pdf(document: Document) -> bytes:
    """Set a document as PDF; the same document gives the same bytes.

    Raises:
        OutputError: The font is not installed.
    """
    _register_fonts()
    _, pages = _set(document, 0)  # the footer says how many pages there are
    data, _ = _set(document, pages)
    return data


def _set(document: Document, pages: int) -> tuple[bytes, int]:
    """The file and its number of pages, with `pages` as the number named in the footer."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    width, height = A4[0] - 2 * MARGIN_MM * mm, A4[1] - (MARGIN_MM + BOTTOM_MM) * mm
    story = [part for block in document.blocks for part in _flowables(block, width)]
    target = BytesIO()
    template = BaseDocTemplate(
        target,
        pagesize=A4,
        title=document.title,
        author="ExplainCXR",
        subject=document.disclaimer,
        lang=document.language.value,
        invariant=1,  # no creation date, no random identifier
    )
    no_padding = (0, 0, 0, 0)
    frame = Frame(MARGIN_MM * mm, BOTTOM_MM * mm, width, height, *no_padding)
    footer = partial(_footer, document, pages)
    template.addPageTemplates(PageTemplate(frames=[frame], onPage=footer))
    template.build([*_title(document), *story])
    return target.getvalue(), template.page


def _register_fonts() -> None:
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, bold in ((FONT, False), (BOLD, True)):
        pdfmetrics.registerFont(TTFont(name, str(font_file(bold=bold))))
    addMapping(FONT, 0, 0, FONT)
    addMapping(FONT, 1, 0, BOLD)


def _footer(document: Document, pages: int, canvas: Any, template: Any) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm

    left, right = MARGIN_MM * mm, A4[0] - MARGIN_MM * mm
    canvas.saveState()
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(left, 17 * mm, right, 17 * mm)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 7.5)
    canvas.drawString(left, 13 * mm, document.disclaimer)
    canvas.setFont(FONT, 7.5)
    canvas.drawRightString(right, 13 * mm, document.page(template.page, pages))
    canvas.setFillColor(QUIET)
    canvas.setFont(FONT, 6)
    canvas.drawString(left, 9.5 * mm, document.image)
    canvas.drawRightString(right, 9.5 * mm, "ExplainCXR")
    canvas.restoreState()


def _style(**changes: Any) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    base: dict[str, Any] = {
        "fontName": FONT,
        "fontSize": 9.5,
        "leading": 14,
        "textColor": INK,
        "spaceAfter": 4,
    }
    return ParagraphStyle("text", **(base | changes))


def _text(markup: str, **changes: Any) -> Any:
    from reportlab.platypus import Paragraph as Flowable

    return Flowable(markup, _style(**changes))


def _title(document: Document) -> list[Any]:
    from reportlab.platypus import HRFlowable

    return [
        _text(escape("ExplainCXR"), fontName=BOLD, fontSize=8, textColor=ACCENT, spaceAfter=1),
        _text(escape(document.title), fontName=BOLD, fontSize=14, leading=18, spaceAfter=4),
        HRFlowable(width="100%", thickness=1.2, color=ACCENT, spaceAfter=4),
    ]


def _flowables(block: Block, width: float) -> list[Any]:
    if isinstance(block, Heading | Appendix):
        return [_heading(block)] if isinstance(block, Heading) else _appendix(block)
    if isinstance(block, Paragraph):
        return _paragraphs(block)
    if isinstance(block, Classification):
        return [_classification(block, width)]
    if isinstance(block, Table):
        return [_table(block, width)]
    if isinstance(block, Figures):
        return _figures(block, width)
    return [_signature(block, width)]


def _appendix(appendix: Appendix) -> list[Any]:
    from reportlab.platypus import PageBreak

    return [PageBreak(), _text(escape(appendix.title), fontName=BOLD, fontSize=14, leading=19)]


def _paragraphs(paragraph: Paragraph) -> list[Any]:
    """A paragraph, in parts of at most `LINES` lines: a longer one is set in quadratic time."""
    size = {"fontSize": 7.5, "leading": 11, "textColor": QUIET} if paragraph.small else {}
    lines: list[list[str]] = [[]]
    for run in paragraph.runs:
        first, *others = run.text.split("\n")
        lines[-1].append(_run(replace(run, text=first)))
        lines += [[_run(replace(run, text=other))] for other in others]
    texts = ["".join(line) for line in lines]
    while texts and not texts[0].strip():
        del texts[0]
    while texts and not texts[-1].strip():
        del texts[-1]
    parts = ["<br/>".join(texts[start : start + LINES]) for start in range(0, len(texts), LINES)]
    *inner, last = parts or [""]
    return [*(_text(part, **size, spaceAfter=0) for part in inner), _text(last.strip(), **size)]


def _heading(heading: Heading) -> Any:
    if heading.level == 1:
        return _text(
            escape(heading.text),
            fontName=BOLD,
            fontSize=12,
            leading=16,
            textColor=ACCENT,
            spaceBefore=10,
            keepWithNext=1,
        )
    return _text(escape(heading.text), fontName=BOLD, spaceBefore=4, spaceAfter=1, keepWithNext=1)


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.mark is Mark.PLAIN or not text.strip():
        return text
    if run.mark is Mark.REMOVED:
        return f'<strike><font color="{QUIET}">{text}</font></strike>'
    space = text[len(text.rstrip()) :]
    symbol = f'<font name="{BOLD}" color="{MARK_COLOUR}">{MARK_SYMBOLS[run.mark]}</font>'
    return f'<font backColor="#eef2f6">{text.rstrip()}</font>\u00a0{symbol}{space}'


def _classification(classification: Classification, width: float) -> Any:
    from reportlab.platypus import Table as Grid

    tint, bar = TINTS[classification.state]
    cell = [
        _text(escape(classification.headline), fontName=BOLD, fontSize=13, leading=18, spaceAfter=2)
    ]
    cell += [_text(escape(detail), spaceAfter=0) for detail in classification.details]
    style: list[Any] = [
        ("BACKGROUND", (0, 0), (-1, -1), tint),
        ("LINEBEFORE", (0, 0), (0, -1), 3, bar),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    return Grid([[cell]], colWidths=[width], style=style, spaceAfter=6)


# the parts of the page's width for a name and its number, and for a zone and its measures
_COLUMNS = {2: (0.4, 0.3), 5: (0.26, 0.19, 0.12, 0.18, 0.25)}
_WORD_COLUMNS = {
    2: (0.3, 0.7),
    5: (0.29, 0.10, 0.15, 0.16, 0.30),
    6: (0.24, 0.14, 0.08, 0.16, 0.14, 0.24),
}
_ASIDE = 0.25


def _table(table: Table, width: float) -> Any:
    from reportlab.platypus import Table as Grid

    columns = len(table.head)
    number = 0 if table.words else 2  # to the left or to the right
    small = {"fontSize": 7, "leading": 9.5} if table.words else {"fontSize": 8.5, "leading": 11}
    rows = []
    for index, cells in enumerate((table.head, *table.rows)):
        look = {**small, "spaceAfter": 0, **({"fontName": BOLD} if index == 0 else {})}
        rows.append(
            [
                _text(escape(cell), alignment=number if place else 0, **look)
                for place, cell in enumerate(cells)
            ]
        )
    shares = (_WORD_COLUMNS if table.words else _COLUMNS)[columns]
    widths = [width * share for share in shares]
    style: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    grid = Grid(rows, colWidths=widths, style=style, repeatRows=1, hAlign="LEFT", spaceAfter=6)
    if table.aside is None:
        return grid
    beside = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    figure = _figure(table.aside, width * _ASIDE)
    return Grid([[grid, figure]], colWidths=[width * (1 - _ASIDE), width * _ASIDE], style=beside)


def _figures(figures: Figures, width: float) -> list[Any]:
    from reportlab.platypus import Table as Grid

    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    gap = 10.0
    column = (width * figures.width - gap) / 2
    rows = []
    for start in range(0, len(figures.items), 2):
        cells: list[Any] = []
        for figure in figures.items[start : start + 2]:
            cells += [_figure(figure, column), ""]
        cells = cells[:-1]
        cells += [""] * (3 - len(cells))
        rows.append(Grid([cells], colWidths=[column, gap, column], style=style, hAlign="LEFT"))
    return rows


def _figure(figure: Figure, width: float) -> list[Any]:
    from reportlab.platypus import Image

    rows, cols = figure.picture.shape[:2]
    scale = width / max(rows, cols)
    small = {"fontSize": 7.5, "leading": 10.5, "spaceAfter": 2}
    parts: list[Any] = [Image(_jpeg(figure.picture), cols * scale, rows * scale, hAlign="LEFT")]
    parts.append(_text(escape(figure.caption), **small, spaceBefore=3))
    if figure.bar is not None:
        bar = Image(_jpeg(colour_bar()), width * 0.45, 6, hAlign="LEFT")
        parts += [bar, _text(escape(figure.bar), **(small | {"textColor": QUIET}))]
    if figure.legend:
        entries = [
            f'<font color="#{red:02x}{green:02x}{blue:02x}">■</font>\u00a0{escape(name)}'
            for (red, green, blue), name in figure.legend
        ]
        parts.append(_text(" &nbsp; ".join(entries), **small))
    return parts


def _signature(line: SignatureLine, width: float) -> Any:
    from reportlab.platypus import Table as Grid

    labels = [
        _text(escape(label), fontSize=7.5, leading=10, textColor=QUIET) for label in line.labels
    ]
    gap = 14.0
    column = (width - gap * (len(labels) - 1)) / len(labels)
    cells: list[Any] = []
    style: list[Any] = [("LEFTPADDING", (0, 0), (-1, -1), 0)]
    for index, label in enumerate(labels):
        cells += [label, ""]
        style.append(("LINEABOVE", (2 * index, 0), (2 * index, 0), 0.6, QUIET))
    widths = [column, gap] * len(labels)
    return Grid([cells[:-1]], colWidths=widths[:-1], style=style, spaceBefore=20, spaceAfter=4)


def _jpeg(picture: Picture) -> BytesIO:
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((PICTURE_PX, PICTURE_PX), Image.Resampling.LANCZOS)
    target = BytesIO()
    image.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    target.seek(0)
    return target
