"""The blocks that a conclusion is made of, whatever it is then set as."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.pictures.overlays import Colour, Picture
from pipeline.types import ClassificationState, Language
from report.checking.repaired_spans import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of level 1 (a part) or 2 (a section)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; `small` for notes and origins."""

    runs: tuple[Run, ...]
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The classification, set apart."""

    headline: str
    details: tuple[str, ...]
    state: ClassificationState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A picture with its caption.

    Attributes:
        picture: `(row, col, 3)` uint8 RGB.
        caption: What it shows.
        file: Its name among the exported files, or `None` if it is only in the PDF.
        legend: Colours and what they stand for.
        bar: What the colour bar of saliency says, if there is one.
    """

    picture: Picture
    caption: str
    file: str | None = None
    legend: tuple[tuple[Colour, str], ...] = ()
    bar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table; columns after the first hold numbers unless `words`; `aside` stands beside it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False
    aside: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Pictures shown side by side, two in a row, over a share of the page's width."""

    items: tuple[Figure, ...]
    width: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """Blank lines to be filled in by hand."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """Where the protocol ends, which is signed, and what it was made from begins."""

    title: str


Block = Heading | Paragraph | Classification | Table | Figures | SignatureLine | Appendix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A conclusion ready to be set; `page` says which page of how many one is."""

    language: Language
    title: str
    disclaimer: str
    page: Callable[[int, int], str]
    image: str
    blocks: tuple[Block, ...]
