"""What every tab that shows maps asks: which label, how opaque, from where on, what is drawn.

The tabs share these controls' places in the session, so what is set on one holds on the others.
"""

import streamlit as st

from app import service
from app.markup import draw, notice
from app.state.case import Ask, Case
from app.views.frame.problems import again, sentence
from pipeline.errors import QueueFullError
from pipeline.pictures.overlays import colour_bar, encode_png
from pipeline.types import CaseResult, Method, Step
from pipeline.words import Words, message

POLL_SECONDS = 0.7


def label(words: Words, case: Case, result: CaseResult) -> str:
    """The label to explain: the predicted one, or any other."""
    prediction = result.prediction
    leading = prediction.leading_label
    first = leading if leading in case.explained else next(iter(case.explained))

    def named(other: str) -> str:
        if prediction.is_unfamiliar:  # there is no classification, and so no probability
            return words.label(prediction, other)
        name, share = words.label(prediction, other), prediction.probability(other)
        kind = "saliency.predicted" if other == leading else "saliency.other"
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


def pending(words: Words, case: Case, label: str) -> None:
    """Ask for the label's maps, and say how far they are."""
    error = case.request_errors.get((Ask.MAPS, label))
    if error is not None:
        draw(notice(sentence(words, error), "error", error.code))
        again(words, f"maps_{case.id}_{label}", case.request_errors.pop, (Ask.MAPS, label))
        return
    if (Ask.MAPS, label) not in case.requests:
        _ask(words, case, label)
        return
    _watch(words, case, label)


def on_request(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Offer a map that is not made by itself; say how far it is, or why there is none."""
    label = found.explained_label
    if (Ask.MAPS, label) in case.requests:
        _watch(words, case, label)
        return
    error = case.request_errors.get((Ask.MAPS, label))
    if error is not None:
        draw(notice(sentence(words, error), "error", error.code))
    for problem in found.problems:
        if problem.step is Step.FURTHER_MAPS:
            said = message(problem.code, words.language, **problem.parameters)
            draw(notice(said, "error", problem.code))
    if st.button(words("saliency.ask"), key=f"ask_{method}_{case.id}_{label}"):
        _ask(words, case, label, method)


def _ask(words: Words, case: Case, label: str, method: Method | None = None) -> None:
    try:
        case.ask(service.workers(), Ask.MAPS, label, method)
    except QueueFullError as full:
        draw(notice(sentence(words, full), "warning", full.code))
        if method is None:  # nobody pressed a button, which would still be there
            again(words, f"full_{case.id}_{label}")
        return
    st.rerun()  # so that the page watches the new job


def _watch(words: Words, case: Case, label: str) -> None:
    """Say how far the label's job is, again and again while it runs."""

    def watch() -> None:
        job = case.requests.get((Ask.MAPS, label))
        if job is None:
            st.rerun(scope="app")
            return
        events = job.events()
        share = next((event.fraction for event in reversed(events) if event.fraction), 0.0)
        step = message(events[-1].step, words.language) if events else words("progress.waiting")
        st.progress(share, text=words("saliency.working", step=step))
        st.button(words("progress.cancel"), key=f"cancel_{case.id}_{label}", on_click=job.cancel)

    st.fragment(watch, run_every=POLL_SECONDS)()


def share(words: Words, name: str, *, highest: int, first: int) -> float:
    """A slider in percent, as a share."""
    percent: int = st.slider(
        words(f"saliency.{name}"),
        0,
        highest,
        first,
        5,
        format=words.slider_format,
        key=name,
        persist_state="session",
    )
    return percent / 100


def zones_outlined(words: Words) -> bool:
    """Whether the borders of the zones are drawn."""
    outlined: bool = st.toggle(
        words("saliency.zones"), value=True, key="zones", persist_state="session"
    )
    return outlined


def raw_wanted(words: Words) -> bool:
    """Whether the maps are shown as they were before anything was cut away."""
    raw: bool = st.toggle(
        words("saliency.raw"),
        key="raw",
        persist_state="session",
        help=words("saliency.raw_help"),
    )
    return raw


def colour_scale(words: Words) -> None:
    """The legend of the colours."""
    with st.container(key="colour_bar"):
        st.image(encode_png(colour_bar()), width="stretch", alt=words("saliency.bar_alt"))
        draw(
            f'<div class="cxr-scale"><span>{words("saliency.bar_low")}</span>'
            f"<span>{words('saliency.bar_name')}</span><span>{words('saliency.bar_high')}</span></div>"
        )
