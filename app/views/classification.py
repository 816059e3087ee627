"""The classification with its uncertainty, and the probability of each label."""

from html import escape

from app.markup import bars, draw, heading, lead
from pipeline.presentation import ClassificationView, classification_view
from pipeline.types import ClassificationState, Prediction
from pipeline.words import Words


def show(words: Words, prediction: Prediction) -> None:
    """Draw what the classification comes to, and how far to rely on it."""
    view = classification_view(words, prediction)
    title = escape(view.title)
    unfamiliar = view.state is ClassificationState.UNFAMILIAR
    gauge = "" if unfamiliar else _gauge(view, prediction)
    draw(
        f'<section class="cxr-classification cxr-{view.state}" '
        f'aria-label="{title}"><p class="cxr-over">{title}</p>'
        f"<h2>{escape(view.headline)}</h2><p>{escape(view.most_likely)}</p>"
        f"{gauge}"
        f'<p class="cxr-doubt">{escape(view.doubt)}</p></section>'
    )


def show_labels(words: Words, prediction: Prediction) -> None:
    """Draw the probability of each label, and what has to be known of it."""
    view = classification_view(words, prediction)
    if not view.rows:  # there is no classification
        return
    rows = ((row.name, row.probability, row.text, row.found) for row in view.rows)
    draw(heading(view.labels, 3) + bars(rows, name=view.labels) + "".join(map(lead, view.notes)))


def _gauge(view: ClassificationView, prediction: Prediction) -> str:
    """What decides the classification as a bar, with its threshold and the uncertain band on it."""
    share, threshold = prediction.deciding_probability, prediction.limit_prob
    low, high = prediction.uncertain_prob or (threshold, threshold)
    band = f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"
    return (
        f'<p class="cxr-gauge-text">{escape(view.probability)}</p>'
        '<div class="cxr-gauge" aria-hidden="true">'
        f'<span class="cxr-gauge-fill" style="width:{100 * share:.1f}%"></span>'
        f'<span class="cxr-gauge-band" style="{band}"></span>'
        f'<span class="cxr-gauge-mark" style="left:{100 * threshold:.1f}%"></span></div>'
    )
