"""One explainer's tab: its map over the film for any label, and how far to trust it."""

import streamlit as st

from app import service
from app.cases import Case, explain
from app.language import Words
from app.markup import draw, facts, heading, lead, notice
from app.pictures import png
from app.views import trust
from app.views.problems import sentence
from pipeline.errors import QueueFullError
from pipeline.figures import colour_bar, encode_png, grey_picture, saliency_overlay
from pipeline.messages import message
from pipeline.types import CaseResult, Explanation, Method

FILM = "film"
POOR_FIT = 0.5
POLL_SECONDS = 0.7


def show(words: Words, case: Case, method: Method) -> None:
    """Draw the controls and, once it is there, the map."""
    if case.result is None:
        return
    draw(heading(words(f"saliency.{method}_title")) + lead(words(f"saliency.{method}_lead")))
    places = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
    with places[0]:
        label = _label(words, case)
    found = case.explained.get(label)
    if found is None:
        _pending(words, case, label)
        return
    with places[1]:
        opacity = _share(words, "opacity", highest=100, first=70)
    with places[2]:
        threshold = _share(words, "threshold", highest=95, first=0)
    other = next(item for item in Method if item is not method)
    beside, outlines, raw = _switches(words, other)
    left, right = st.columns(2, gap="large")
    with left:
        _map(words, case, found, method, (opacity, threshold, outlines, raw))
    with right:
        if beside == FILM:
            _film(words, case, found)
        else:
            _map(words, case, found, other, (opacity, threshold, outlines, raw))
    _bar(words)
    draw(heading(words("saliency.trust"), 3))
    trust.show(words, case, found, method)
    _measures(words, found.explanations[method])


def _label(words: Words, case: Case) -> str:
    """The label to explain: the predicted one, or any other."""
    result = case.result
    if result is None:
        return ""
    prediction = result.prediction
    leading = prediction.leading_label
    first = leading if leading in case.explained else next(iter(case.explained))

    def named(label: str) -> str:
        name, share = words.label(prediction, label), prediction.probability(label)
        kind = "saliency.predicted" if label == leading else "saliency.other"
        return words(kind, label=name, value=words.percent(share))

    chosen: str = st.selectbox(
        words("saliency.label"),
        prediction.labels,
        index=prediction.labels.index(first),
        format_func=named,
        key=f"label_{case.id}",
        persist_state="session",
        help=words("saliency.label_help"),
    )
    return chosen


def _pending(words: Words, case: Case, label: str) -> None:
    """Ask for the label's maps, and say how far they are."""
    error = case.explain_errors.get(label)
    if error is not None:
        draw(notice(sentence(words, error), "error", error.code))
        if st.button(words("saliency.again"), key=f"again_{case.id}_{label}"):
            del case.explain_errors[label]
            st.rerun()
        return
    if label not in case.explaining:
        try:
            explain(case, service.workers(), label)
        except QueueFullError as full:
            draw(notice(sentence(words, full), "warning", full.code))
            return
        st.rerun()  # so that the page watches the new job

    def watch() -> None:
        job = case.explaining.get(label)
        if job is None:
            st.rerun(scope="app")
            return
        events = job.events()
        share = next((event.fraction for event in reversed(events) if event.fraction), 0.0)
        step = message(events[-1].step, words.language) if events else words("progress.waiting")
        st.progress(share, text=words("saliency.working", step=step))
        st.button(words("progress.cancel"), key=f"cancel_{case.id}_{label}", on_click=job.cancel)

    st.fragment(watch, run_every=POLL_SECONDS)()


def _share(words: Words, name: str, *, highest: int, first: int) -> float:
    """A slider in percent; both tabs share its place."""
    percent: int = st.slider(
        words(f"saliency.{name}"),
        0,
        highest,
        first,
        5,
        format="%d%%",
        key=name,
        persist_state="session",
    )
    return percent / 100


def _switches(words: Words, other: Method) -> tuple[str, bool, bool]:
    """What stands beside the map, whether zones are outlined, whether the raw map is wanted."""
    with st.container(key="switches", horizontal=True, vertical_alignment="bottom", gap="medium"):
        beside: str = st.segmented_control(
            words("saliency.beside"),
            [FILM, other.value],
            default=FILM,
            required=True,
            format_func=lambda key: words("saliency.film" if key == FILM else f"method.{key}"),
            key=f"beside_{other}",
            persist_state="session",
        )
        outlines: bool = st.toggle(
            words("saliency.zones"), value=True, key="zones", persist_state="session"
        )
        raw: bool = st.toggle(
            words("saliency.raw"),
            key="raw",
            persist_state="session",
            help=words("saliency.raw_help"),
        )
    return beside, outlines, raw


def _map(
    words: Words,
    case: Case,
    found: CaseResult,
    method: Method,
    drawn: tuple[float, float, bool, bool],
) -> None:
    opacity, threshold, outlines, raw = drawn
    explanation = found.explanations[method]
    name = words(f"method.{method}")
    picture = png(
        case,
        (method, explanation.label, *drawn),
        lambda: saliency_overlay(
            found.radiograph,
            explanation.raw_image if raw else explanation.shown_image,
            opacity,
            threshold=threshold,
            outlines=found.anatomy.zones_image if outlines else None,
        ),
    )
    label = words.label(found.prediction, explanation.label)
    caption = words("saliency.caption_raw" if raw else "saliency.caption", method=name, label=label)
    st.image(picture, caption=caption, alt=caption, width="stretch")


def _film(words: Words, case: Case, found: CaseResult) -> None:
    st.image(
        png(case, ("anatomy", False), lambda: grey_picture(found.radiograph)),
        caption=words("saliency.film"),
        alt=words("result.film_alt"),
        width="stretch",
    )


def _bar(words: Words) -> None:
    """The legend of the colours."""
    with st.container(key="colour_bar"):
        st.image(encode_png(colour_bar()), width="stretch", alt=words("saliency.bar_alt"))
        draw(
            f'<div class="cxr-scale"><span>{words("saliency.bar_low")}</span>'
            f"<span>{words('saliency.bar_name')}</span><span>{words('saliency.bar_high')}</span></div>"
        )


def _measured(words: Words, name: str, value: float) -> str:
    return words.percent(value) if name.endswith("_share") else words.number(value)


def _measures(words: Words, explanation: Explanation) -> None:
    """How much was cut away, and the method's own measures."""
    rows = [(words("saliency.removed"), words.percent(explanation.removed_share))]
    for name, value in explanation.measures.items():
        rows.append((words.optional(f"measure.{name}", name), _measured(words, name, value)))
    draw(facts(rows))
    draw(lead(words("saliency.removed_lead")))
    fit = explanation.measures.get("r2")
    if fit is not None:
        draw(lead(words("saliency.r2_lead")))
        if fit < POOR_FIT:
            draw(notice(words("saliency.r2_poor"), "warning"))
    if explanation.parameters:
        with st.expander(words("saliency.parameters")):
            draw(
                facts(
                    (words.optional(f"parameter.{name}", name), str(value))
                    for name, value in explanation.parameters.items()
                )
            )
