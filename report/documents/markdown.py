"""A conclusion as Markdown; pictures are named, not embedded."""

import re
from collections.abc import Sequence

from report.checking.repaired_spans import MARK_SYMBOLS, Mark, Run
from report.documents.blocks import (
    Appendix,
    Block,
    Classification,
    Document,
    Figures,
    Heading,
    Paragraph,
    SignatureLine,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_LINE_START = re.compile(r"(?m)^(\s*)(\d*)([#+=.)-]+)(?=\s)")


def markdown(document: Document) -> bytes:
    """Set a document as UTF-8 Markdown."""
    parts = [f"# {_escaped(document.title)}", f"> **{_escaped(document.disclaimer)}**"]
    parts += [part for part in map(_block, document.blocks) if part]
    parts += ["---", f"{_escaped(document.disclaimer)} {_escaped(document.image)}"]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def _block(block: Block) -> str:
    if isinstance(block, Heading | Appendix):
        return _heading(block)
    if isinstance(block, Paragraph):
        return "".join(map(_run, block.runs))
    if isinstance(block, Classification):
        return "\n".join((f"**{_escaped(block.headline)}**  ", *map(_line, block.details))).strip()
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figures):
        return _figures(block)
    return _signature(block)


def _heading(block: Heading | Appendix) -> str:
    if isinstance(block, Appendix):
        return f"---\n\n# {_escaped(block.title)}"
    return f"{'#' * (block.level + 1)} {_escaped(block.text)}"


def _run(run: Run) -> str:
    text = _escaped(run.text)
    inner = text.strip()
    if run.mark is Mark.PLAIN or not inner:
        return text
    before, after = text.split(inner)[0], text.split(inner)[-1]
    if run.mark is Mark.REMOVED:
        return f"{before}~~{inner}~~{after}"
    return f"{before}{inner} {MARK_SYMBOLS[run.mark]}{after}"


def _figures(figures: Figures) -> str:
    parts = []
    for figure in figures.items:
        if figure.file is not None:
            caption = _escaped(figure.caption)
            parts.append(f"![{caption}]({figure.file})\n\n*{caption}*")
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    aligned = ":--" if table.words else "--:"
    lines = [_row(table.head), _row((":--", *(aligned for _ in table.head[1:])), escape=False)]
    return "\n".join(lines + [_row(row) for row in table.rows])


def _row(cells: Sequence[str], *, escape: bool = True) -> str:
    shown = [_escaped(cell).replace("\n", " ") for cell in cells] if escape else list(cells)
    return f"| {' | '.join(shown)} |"


def _signature(line: SignatureLine) -> str:
    return "  \n".join(f"{_escaped(label)}: \\_\\_\\_\\_\\_\\_\\_\\_" for label in line.labels)


def _line(text: str) -> str:
    return f"{_escaped(text)}  "


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, whatever a clinician typed."""
    return _LINE_START.sub(r"\1\2\\\3", _SPECIAL.sub(r"\\\1", text))
