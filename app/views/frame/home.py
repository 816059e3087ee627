"""The main page: what it does and what it is not."""

from html import escape

from app import service
from app.markup import draw
from pipeline.words import Words

STEPS = ("anatomy", "classification", "maps", "report", "text", "files")
LIMITS = ("labels", "frontal", "reader", "local")


def introduce(words: Words) -> None:
    """Say in a sentence what the page is for."""
    draw(
        f'<section class="cxr-hero"><h2>{escape(words("home.title"))}</h2>'
        f"<p>{escape(words('home.lead'))}</p></section>"
    )


def explain(words: Words) -> None:
    """List what comes out, and what must not be expected."""
    does = "".join(
        f'<li><span class="cxr-number" aria-hidden="true">{number}</span>'
        f"<div><b>{escape(words(f'home.{step}_title'))}</b>"
        f"<p>{escape(words(f'home.{step}_text'))}</p></div></li>"
        for number, step in enumerate(STEPS, start=1)
    )
    hours = service.settings().retention_hours
    limits = "".join(
        f"<li>{escape(words(f'home.limit_{limit}', hours=hours))}</li>" for limit in LIMITS
    )
    draw(
        f'<div class="cxr-home"><section><h2 class="cxr-h2">{escape(words("home.does"))}</h2>'
        f'<ol class="cxr-steps">{does}</ol></section>'
        f'<section class="cxr-limits"><h2 class="cxr-h2">{escape(words("home.is_not"))}</h2>'
        f"<ul>{limits}</ul></section></div>"
    )
