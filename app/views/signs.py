"""The signs of hyperinflation: a drawing on the film, and each beside its threshold."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.cases import Case
from app.language import Words
from app.markup import draw, heading, lead, legend, table
from app.pictures import png
from pipeline.messages import message
from pipeline.sign_figure import PART_COLOURS, drawn_parts, signs_overlay
from pipeline.types import CaseResult, Sign, SignName

UNMEASURED = "–"


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the lines on the film and the table; nothing for a case without signs."""
    signs = result.signs
    if not signs:
        return
    draw(heading(words("signs.title")) + lead(words("signs.lead")))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.image(
            png(case, ("signs",), lambda: signs_overlay(result.radiograph, signs)),
            caption=words("signs.picture"),
            alt=words("signs.picture_alt"),
            width="stretch",
        )
        draw(
            legend(
                (words(f"sign_part.{part}"), PART_COLOURS[part], "") for part in drawn_parts(signs)
            )
        )
    cited = (sign.threshold.citation for sign in signs if sign.threshold is not None)
    sources = tuple(dict.fromkeys(cited))
    head = [
        words(f"signs.{column}") for column in ("sign", "value", "range", "threshold", "reading")
    ]
    with right, st.container(key="signs"):
        judged = frozenset(sign.name for sign in signs if sign.threshold is not None)
        rows = (_row(words, sign, sources, judged) for sign in signs)
        draw(table(head, rows, name=words("signs.table")))
        notes = [words("signs.interval")]
        notes += [words("signs.square")] if result.radiograph.spacing_mm is None else []
        draw("".join(f'<p class="cxr-caption">{escape(note)}</p>' for note in notes))
        if sources:
            items = "".join(f"<li>{escape(source)}</li>" for source in sources)
            draw(
                f'<p class="cxr-caption">{escape(words("signs.sources"))}</p>'
                f'<ol class="cxr-sources">{items}</ol>'
            )


def _row(
    words: Words, sign: Sign, sources: Sequence[str], judged: frozenset[SignName]
) -> list[str]:
    name = words(f"sign.{sign.name}")
    if sign.side is not None:
        name += f", {words(f'side.{sign.side}')}"
    threshold = ""
    if sign.threshold is not None:
        mark = ">" if sign.threshold.above else "<"
        number = sources.index(sign.threshold.citation) + 1
        threshold = f"{mark} {words.quantity(sign.threshold.value, sign.unit)} [{number}]"
    if sign.value is None or sign.low is None or sign.high is None:
        reason = "" if sign.reason is None else message(sign.reason, words.language)
        return [name, UNMEASURED, UNMEASURED, threshold or UNMEASURED, reason]
    ends = (words.number(end, sign.unit.digits) for end in (sign.low, sign.high))
    value = words.quantity(sign.value, sign.unit)
    return [name, value, "–".join(ends), threshold or UNMEASURED, _reading(words, sign, judged)]


def _reading(words: Words, sign: Sign, judged: frozenset[SignName]) -> str:
    """What the value says beside its threshold, which some signs have on one side only."""
    if sign.beyond_threshold is None:
        return words("signs.other_side" if sign.name in judged else "signs.no_threshold")
    if sign.is_borderline:
        return words("signs.borderline")
    return words(f"sign_beyond.{sign.name}" if sign.beyond_threshold else "signs.within")
