"""Reading first: the radiograph alone, until its reader has written what they think of it."""

from html import escape

import streamlit as st

from app import access, service
from app.markup import draw, heading, lead, notice
from app.pictures import jpeg, marked
from app.state.case import Case
from app.state.cases import Cases
from app.views.frame.problems import of_store
from pipeline.errors import ExplainCxrError
from pipeline.pictures.overlays import grey_picture
from pipeline.types import CaseResult, ClassificationState
from pipeline.words import Words
from records import CaseMissingError, StoreLockedError
from records.opinions.opinions import LONGEST, STATES


def hidden(words: Words, cases: Cases) -> frozenset[str]:
    """Of which radiographs of a visit the machine's findings must not be shown to its visitor yet.

    Of all but the sample, if the store does not say what they have read.
    """
    if not service.settings().read_first:
        return frozenset()
    patients = frozenset(case.id for case in cases.items.values() if not case.sample)
    try:
        return patients - service.keeper().store().opinions.shown_to(cases.visitor.actor)
    except ExplainCxrError as error:
        of_store(words, error, "hidden")
        return patients


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the radiograph, and ask for an opinion."""
    of_store(words, st.session_state.pop("opinion_error", None), "opinion")
    draw(heading(words("read_first.title")) + lead(words("read_first.lead")))
    radiograph = result.radiograph
    left, right = st.columns([7, 5], gap="large")
    with left:
        picture = jpeg(
            case,
            ("read_first", words.language),
            lambda: marked(words, radiograph, grey_picture(radiograph)),
        )
        st.image(picture, width="stretch")
    with right, st.form(f"opinion_{case.id}"):
        st.radio(
            words("read_first.state"),
            STATES,
            index=None,
            format_func=lambda state: words(f"read_first.{state}"),
            key=f"state_{case.id}",
        )
        st.text_area(words("read_first.text"), key=f"text_{case.id}", max_chars=LONGEST)
        st.form_submit_button(
            words("read_first.give"),
            type="primary",
            key=f"give_{case.id}",
            on_click=_give,
            args=(case,),
        )


def given(words: Words, case: Case, cases: Cases) -> None:
    """Say above the machine's findings what this visitor had thought; nothing if they had not."""
    if not service.settings().read_first:
        return
    try:
        opinion = service.keeper().store().opinions.of_reader(case.id, cases.visitor.actor)
    except CaseMissingError:
        return
    except ExplainCxrError as error:
        of_store(words, error, "given")
        return
    if opinion is not None:
        state = words(f"read_first.{opinion.state}")
        draw(notice(words("read_first.given", state=state, said=opinion.text)))


def final_state(words: Words, case: Case) -> ClassificationState | None:
    """Ask, where readers read first, what the signer thinks now; `None` elsewhere, and at first."""
    if not service.settings().read_first:
        return None
    draw(f'<p class="cxr-caption">{escape(words("read_first.final_help"))}</p>')
    chosen: ClassificationState | None = st.radio(
        words("read_first.final"),
        STATES,
        index=None,
        format_func=lambda state: words(f"read_first.{state}"),
        key=f"final_{case.id}",
        horizontal=True,
    )
    return chosen


def _give(case: Case) -> None:
    """Keep the opinion; a click comes before anything is drawn."""
    try:
        actor = access.require().actor
        keeper = service.keeper()
        keeper.keep(case, actor=actor)
        if not keeper.flush():
            raise StoreLockedError
        keeper.store().opinions.give(
            case.id,
            st.session_state[f"state_{case.id}"],
            st.session_state[f"text_{case.id}"],
            actor=actor,
        )
    except ExplainCxrError as error:
        st.session_state["opinion_error"] = error
