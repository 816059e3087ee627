"""The signs of hyperinflation as a table, its sources, and a drawing."""

from collections.abc import Mapping, Sequence

from pipeline.figures import Picture
from pipeline.messages import message
from pipeline.sign_figure import PART_COLOURS, drawn_parts
from pipeline.types import CaseResult, Language, Sign, SignName
from report.blocks import Block, Figure, Heading, Paragraph, Table
from report.runs import Run
from report.sign_words import quantity

SIGNS_FILE = "signs.png"
UNMEASURED = "–"


def sign_blocks(result: CaseResult, text: Mapping[str, str], language: Language) -> list[Block]:
    """A heading, what the figures are, the table, and its sources; nothing without signs.

    Args:
        result: The case.
        text: The documents' words.
        language: Their language.
    """
    if not result.signs:
        return []
    sources = sources_of(result.signs)
    head = tuple(
        text[key]
        for key in ("sign", "sign_value", "sign_interval", "sign_threshold", "sign_reading")
    )
    judged = frozenset(sign.name for sign in result.signs if sign.threshold is not None)
    rows = tuple(_row(sign, text, language, sources, judged) for sign in result.signs)
    told = [text["signs_lead"], text["signs_interval"]]
    told += [text["signs_square"]] if result.radiograph.spacing_mm is None else []
    numbered = [f"[{number}] {citation}" for number, citation in enumerate(sources, 1)]
    return [
        Heading(text=text["signs"]),
        Paragraph(runs=(Run(text=" ".join(told)),)),
        Table(head=head, rows=rows, words=True),
        *(Paragraph(runs=(Run(text=line),), small=True) for line in numbered),
    ]


def sign_figure(
    result: CaseResult, text: Mapping[str, str], pictures: Mapping[str, Picture]
) -> list[Figure]:
    """The drawing with its legend; none without signs."""
    if SIGNS_FILE not in pictures:
        return []
    legend = tuple(
        (PART_COLOURS[part], text[f"sign_part_{part}"]) for part in drawn_parts(result.signs)
    )
    caption = text["signs_picture"]
    return [
        Figure(picture=pictures[SIGNS_FILE], caption=caption, file=SIGNS_FILE, legend=legend),
    ]


def sources_of(signs: Sequence[Sign]) -> tuple[str, ...]:
    """Each source once, in the order in which the table refers to it."""
    cited = (sign.threshold.citation for sign in signs if sign.threshold is not None)
    return tuple(dict.fromkeys(cited))


def _row(
    sign: Sign,
    text: Mapping[str, str],
    language: Language,
    sources: Sequence[str],
    judged: frozenset[SignName],
) -> tuple[str, ...]:
    name = text[f"sign_{sign.name}"]
    if sign.side is not None:
        name += f", {text[f'sign_{sign.side}']}"
    threshold = ""
    if sign.threshold is not None:
        mark = ">" if sign.threshold.above else "<"
        number = sources.index(sign.threshold.citation) + 1
        threshold = f"{mark} {quantity(sign.threshold.value, sign.unit, language)} [{number}]"
    if sign.value is None or sign.low is None or sign.high is None:
        reason = "" if sign.reason is None else message(sign.reason.value, language)
        return (name, UNMEASURED, "", threshold, reason)
    digits = sign.unit.digits
    interval = f"{sign.low:.{digits}f}–{sign.high:.{digits}f}"
    value = quantity(sign.value, sign.unit, language)
    return (name, value, interval, threshold, _reading(sign, text, judged))


def _reading(sign: Sign, text: Mapping[str, str], judged: frozenset[SignName]) -> str:
    """What the value says beside its threshold, which some signs have on one side only."""
    if sign.beyond_threshold is None:
        return text["sign_other_side" if sign.name in judged else "sign_no_threshold"]
    if sign.is_borderline:
        return text["sign_borderline"]
    return text[f"sign_beyond_{sign.name}" if sign.beyond_threshold else "sign_within"]
