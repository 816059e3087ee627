"""Template sentences made from the measured values alone: what stands where the model's cannot."""

from collections.abc import Mapping, Sequence

from pipeline.types import Descriptor, Measurement, Section
from pipeline.words import words_of
from report.writing.facts import Facts
from report.writing.measurement_words import statement
from report.writing.prompt import label_term


def _wording(facts: Facts) -> Mapping[str, str]:
    wording: Mapping[str, str] = words_of(facts.language).report["plain"]
    return wording


def zones_sentence(items: Sequence[Descriptor], facts: Facts) -> str:
    """Where the classifier looked: zones in one list, each with its intensity and grade."""
    own = words_of(facts.language)
    listed = "; ".join(
        f"{own.zones[item.zone].name} {own.number(item.intensity)}, {own.grades[item.grade]}"
        for item in items
    )
    return _wording(facts)["zones"].format(zones=listed)


def measurement_sentence(measurement: Measurement, facts: Facts) -> str:
    """One measurement with its value and threshold."""
    return statement(measurement, facts.language)


def none_sentence(facts: Facts) -> str:
    """That no regions were found."""
    return _wording(facts)["none"]


def summary_sentence(facts: Facts) -> str:
    """Every zone, or that there is none."""
    return zones_sentence(facts.items, facts) if facts.items else none_sentence(facts)


def classification_sentence(facts: Facts) -> str:
    """The classification and its confidence, or that there is none."""
    if facts.prediction.is_unfamiliar:
        return unfamiliar_sentence(facts)
    label = label_term(facts.prediction, facts.prediction.label, facts.language)
    return _wording(facts)["classification"].format(
        label=label, confidence=words_of(facts.language).number(facts.confidence)
    )


def uncertain_sentence(facts: Facts) -> str:
    """That nothing follows from the classification."""
    return _wording(facts)["uncertain"]


def unfamiliar_sentence(facts: Facts) -> str:
    """That there is no classification, and why."""
    return _wording(facts)["unfamiliar"]


def advice_sentence(facts: Facts) -> str:
    """That a radiologist must read the radiograph; with doubt, without the classification."""
    return _wording(facts)["advice" if facts.prediction.is_settled else "advice_uncertain"]


def section_sentences(section: Section, facts: Facts) -> Sequence[str]:
    """A whole section."""
    if section is Section.FINDINGS:
        measured = [measurement_sentence(one, facts) for one in facts.measurements]
        if facts.prediction.is_unfamiliar:
            return measured or [_wording(facts)["nothing_measured"]]
        zones = zones_sentence(facts.items, facts) if facts.items else none_sentence(facts)
        return [zones, *measured]
    if section is Section.INTERPRETATION:
        return [classification_sentence(facts)]
    return [advice_sentence(facts)]
