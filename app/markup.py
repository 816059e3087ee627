"""Small fragments of HTML that the views are drawn from; every text that comes in is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st


def draw(html: str) -> None:
    """Put a fragment on the page; nothing if there is nothing in it."""
    if html:
        st.html(html)


def draw_svg(html: str) -> None:
    """Put a fragment that holds SVG on the page; `draw` would strip the SVG from it.

    Args:
        html: One block without blank lines, which would end it.
    """
    st.markdown(html, unsafe_allow_html=True)


def heading(text: str, level: int = 2) -> str:
    """A heading of the page's outline."""
    return f'<h{level} class="cxr-h{level}">{escape(text)}</h{level}>'


def lead(text: str) -> str:
    """A short explanation under a heading."""
    return f'<p class="cxr-lead">{escape(text)}</p>'


def notice(text: str, kind: str = "info", code: str = "") -> str:
    """A framed sentence.

    Args:
        text: The sentence.
        kind: `info`, `warning`, `error` or `success`; shown by symbol and colour.
        code: An error's stable code, shown after the sentence.
    """
    symbol = {"info": "i", "warning": "!", "error": "✕", "success": "✓"}[kind]
    role = "alert" if kind == "error" else "note"
    shown = f' <code class="cxr-code">{escape(code)}</code>' if code else ""
    return (
        f'<div class="cxr-notice cxr-{kind}" role="{role}">'
        f'<span class="cxr-sign" aria-hidden="true">{symbol}</span>'
        f"<span>{escape(text)}{shown}</span></div>"
    )


def bars(rows: Iterable[tuple[str, float, str, bool]], *, name: str) -> str:
    """Horizontal bars for shares.

    Args:
        rows: Label, share in [0, 1], its text, and whether the row is the chosen one.
        name: What the bars show, for screen readers.
    """
    drawn = "".join(
        f'<li class="cxr-bar{" cxr-chosen" if chosen else ""}">'
        f'<span class="cxr-bar-label">{escape(label)}</span>'
        f'<span class="cxr-bar-value">{escape(text)}</span>'
        f'<span class="cxr-track" aria-hidden="true">'
        f'<span class="cxr-fill" style="width:{100 * share:.1f}%"></span></span></li>'
        for label, share, text, chosen in rows
    )
    return f'<ul class="cxr-bars" aria-label="{escape(name)}">{drawn}</ul>'


def signed_bars(rows: Sequence[tuple[str, float, str]], *, name: str) -> str:
    """Bars to both sides of zero: to the right and filled if positive, left and hatched if not.

    Args:
        rows: Label, value, its text.
        name: What the bars show, for screen readers.
    """
    largest = max((abs(value) for _, value, _ in rows), default=0.0) or 1.0
    drawn = []
    for label, value, text in rows:
        width = 50 * abs(value) / largest
        start = 50.0 if value >= 0 else 50 - width
        side = "cxr-plus" if value >= 0 else "cxr-minus"
        drawn.append(
            f'<li class="cxr-bar"><span class="cxr-bar-label">{escape(label)}</span>'
            f'<span class="cxr-bar-value">{escape(text)}</span>'
            f'<span class="cxr-track cxr-signed" aria-hidden="true">'
            f'<span class="cxr-fill {side}" style="margin-left:{start:.1f}%;width:{width:.1f}%">'
            "</span></span></li>"
        )
    return f'<ul class="cxr-bars" aria-label="{escape(name)}">{"".join(drawn)}</ul>'


def shaded(spans: Sequence[tuple[str, float, str]]) -> str:
    """Running text whose spans are shaded by a value; negative ones are also underlined.

    Args:
        spans: Text, with its own spaces, value, and the value as it is said.
    """
    largest = max((abs(value) for _, value, _ in spans), default=0.0) or 1.0
    drawn = []
    for text, value, said in spans:
        strength = abs(value) / largest
        if strength < 0.04:
            drawn.append(escape(text))
            continue
        colour = "var(--for)" if value > 0 else "var(--against-mark)"
        line = "" if value > 0 else "text-decoration:underline dashed 1.5px;"
        drawn.append(
            f'<mark class="cxr-mark" title="{escape(said)}" '
            f'style="background:rgba({colour},{0.08 + 0.42 * strength:.2f});{line}">'
            f"{escape(text)}</mark>"
        )
    return f'<div class="cxr-text">{"".join(drawn)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> str:
    """A table that turns into cards on a narrow page.

    Args:
        head: The columns' names.
        rows: Texts, as many as columns; the first names the row.
        name: The table's caption.
    """
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(
            f'<td data-label="{escape(column)}">{escape(text)}</td>'
            for column, text in zip(head[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="cxr-table"><caption>{escape(name)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values in a line that wraps."""
    drawn = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs
    )
    return f'<dl class="cxr-facts">{drawn}</dl>'


def legend(items: Iterable[tuple[str, tuple[int, int, int], str]]) -> str:
    """What each colour of a picture means.

    Args:
        items: Name, RGB colour, and a value to show after it, which may be empty.
    """
    drawn = "".join(
        f'<li><span class="cxr-swatch" style="background:rgb{colour}" aria-hidden="true"></span>'
        f"{escape(name)}{f' <b>{escape(value)}</b>' if value else ''}</li>"
        for name, colour, value in items
    )
    return f'<ul class="cxr-legend">{drawn}</ul>'
