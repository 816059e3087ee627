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


def zone_sentence(item: Descriptor, facts: Facts) -> str:
    """One zone with its intensity and grade."""
    return _wording(facts)["zone"].format_map(
        {
            "in": words_of(facts.language).zones[item.zone].where,
            "intensity": words_of(facts.language).number(item.intensity),
            "grade": words_of(facts.language).grades[item.grade],
        }
    )


def measurement_sentence(measurement: Measurement, facts: Facts) -> str:
    """One measurement with its value and threshold."""
    return statement(measurement, facts.language)


def none_sentence(facts: Facts) -> str:
    """That no regions were found."""
    return _wording(facts)["none"]


def summary_sentence(facts: Facts) -> str:
    """Every zone by name, or that there is none."""
    if not facts.items:
        return none_sentence(facts)
    names = ", ".join(words_of(facts.language).zones[item.zone].name for item in facts.items)
    return _wording(facts)["summary"].format(zones=names)


def classification_sentence(facts: Facts) -> str:
    """The classification and its confidence."""
    label = label_term(facts.prediction, facts.prediction.label, facts.language)
    return _wording(facts)["classification"].format(
        label=label, confidence=words_of(facts.language).number(facts.confidence)
    )


def uncertain_sentence(facts: Facts) -> str:
    """That nothing follows from the classification."""
    return _wording(facts)["uncertain"]


def advice_sentence(facts: Facts) -> str:
    """That a radiologist must read the radiograph; with doubt, without the classification."""
    return _wording(facts)["advice" if facts.prediction.is_settled else "advice_uncertain"]


def section_sentences(section: Section, facts: Facts) -> Sequence[str]:
    """A whole section."""
    if section is Section.FINDINGS:
        zones = [zone_sentence(item, facts) for item in facts.items] or [none_sentence(facts)]
        return [
            *zones,
            *(measurement_sentence(measurement, facts) for measurement in facts.measurements),
        ]
    if section is Section.INTERPRETATION:
        return [classification_sentence(facts)]
    return [advice_sentence(facts)]
