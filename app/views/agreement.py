"""The page of the agreement: how often readers and machine agree, and how often one was moved."""

import streamlit as st

from app import access, service
from app.markup import draw, facts, heading, lead, notice, table
from app.state.visitor import Visitor
from app.views.frame.problems import of_store
from pipeline.errors import ExplainCxrError
from pipeline.words import Words
from records.opinions.agreement import FEWEST, Agreement, agreement, by_month, comparisons
from records.people.values import Right

COLUMNS = ("month", "opinions", "agreed", "kappa", "signed", "moved", "towards", "away")


def is_wanted(words: Words, visitor: Visitor) -> bool:
    """Draw the switch for those who may see it; whether it is on."""
    if not service.settings().read_first or not visitor.may(Right.AUDIT):
        return False
    return bool(st.toggle(words("agreement.title"), key="agreement"))


def show(words: Words) -> None:
    """Draw the figures of all time, and of each month."""
    draw(heading(words("agreement.title")) + lead(words("agreement.lead")))
    try:
        access.require(Right.AUDIT)
        found = comparisons(service.keeper().store().core)
    except ExplainCxrError as error:
        of_store(words, error, "agreement")
        return
    if not found:
        draw(notice(words("agreement.none")))
        return
    names = [words(f"agreement.{column}") for column in COLUMNS]
    draw(facts(zip(names[1:], _said(words, agreement(found)), strict=True)))
    rows = [(month, *_said(words, one)) for month, one in by_month(found).items()]
    draw(table(names, rows, name=words("agreement.by_month")))


def _said(words: Words, one: Agreement) -> tuple[str, ...]:
    return (
        str(one.opinions),
        _of(words, one.agreed, one.opinions),
        _kappa(words, one),
        str(one.signed),
        _of(words, one.moved, one.signed),
        _of(words, one.towards, one.moved),
        _of(words, one.away, one.moved),
    )


def _kappa(words: Words, one: Agreement) -> str:
    if one.kappa is None or one.kappa_interval is None:
        return words("agreement.too_few", fewest=FEWEST) if one.opinions < FEWEST else "–"
    low, high = (words.number(bound, 2) for bound in one.kappa_interval)
    return words("agreement.kappa_value", kappa=words.number(one.kappa, 2), low=low, high=high)


def _of(words: Words, part: int, whole: int) -> str:
    return f"{part} ({words.percent(part / whole)})" if whole else "–"
