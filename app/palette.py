"""The colours of what is drawn in Python: they follow the page's theme, as its style sheet does."""

from dataclasses import dataclass

import streamlit as st

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """RGB colours, the same as in `app/static/theme.css`.

    Attributes:
        paper: What everything stands on.
        ink: Text.
        soft: Small print and what is not chosen.
        brand: What is chosen.
        track: What is left empty in a drawing.
    """

    paper: Colour
    ink: Colour
    soft: Colour
    brand: Colour
    track: Colour


LIGHT = Palette(
    paper=(255, 255, 255),
    ink=(20, 35, 44),
    soft=(74, 93, 104),
    brand=(11, 90, 120),
    track=(223, 231, 235),
)
DARK = Palette(
    paper=(15, 21, 25),
    ink=(213, 223, 229),
    soft=(157, 176, 187),
    brand=(111, 183, 214),
    track=(42, 55, 63),
)


def palette() -> Palette:
    """The colours of the theme that the browser shows; the light ones until it has said so."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def css(colour: Colour) -> str:
    """A colour as style sheets write it."""
    return f"rgb{colour}"
