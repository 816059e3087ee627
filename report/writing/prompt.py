"""The prompt: the paper's wording, filled from enumerated model outputs and nothing else.

It is kept in parts so that the text explainer can take descriptors out and join the rest again.

Reference: Belyaev et al., 2025, section 7. We add LIME, each zone's grade and the agreement of both
methods, the chest measurements, and the classification; zones stand for lobes, which
overlap on a frontal radiograph.
"""

from collections.abc import Iterable, Mapping

from pipeline.types import Descriptors, Language, Prediction, Report, Section, Zone
from pipeline.words import words_of
from report.writing.measurement_words import statement

Parts = tuple[tuple[str, str], ...]
LABEL, CONFIDENCE = "label", "confidence"


def label_term(prediction: Prediction, label: str, language: Language) -> str:
    """A label's name: the classifier's own term, else ours, else the label with spaces."""
    return words_of(language).label(prediction, label)


def prompt_parts(prediction: Prediction, descriptors: Descriptors, language: Language) -> Parts:
    """The prompt's pieces in order.

    Args:
        prediction: Its label and that label's probability are stated.
        descriptors: Every item and every measurement is stated, in order.
        language: Of the prompt.

    Returns:
        `(key, text)` pairs; the key is a zone's or a measurement's value, `label`, `confidence`, or
        empty for fixed text. The texts joined are the prompt.
    """
    words = words_of(language).report["prompt"]
    parts: list[tuple[str, str]] = [("", words["opening"])]
    parts.append(("", words["found"] if descriptors.items else words["none"]))
    for index, item in enumerate(descriptors.items):
        if index:
            parts.append(("", ","))
        text = words["zone"].format(
            zone=words_of(language).zones[item.zone].name,
            intensity=words_of(language).number(item.intensity),
            grade=words_of(language).grades[item.grade],
            agreement=words_of(language).number(item.agreement),
        )
        parts.append((item.zone.value, text))
    parts.append(("", "."))
    for measurement in descriptors.measurements:
        parts.append((measurement.name, f" {statement(measurement, language)}"))
    label = prediction.label
    parts.append((LABEL, words["label"].format(label=label_term(prediction, label, language))))
    confidence = words_of(language).number(prediction.probability(label))
    parts.append((CONFIDENCE, words["confidence"].format(confidence=confidence)))
    parts.append(("", words["task"]))
    return tuple(parts)


def join(parts: Iterable[tuple[str, str]], without: frozenset[str] = frozenset()) -> str:
    """Join a prompt's parts, leaving some descriptors out grammatically.

    Args:
        parts: As `prompt_parts` returns them.
        without: Keys of the descriptors to leave out; with every zone gone the prompt says that no
            regions were found.
    """
    kept = list(parts)
    zone_keys = {zone.value for zone in Zone}
    left = [key for key, _ in kept if key in zone_keys and key not in without]
    wordings = [words_of(language).report["prompt"] for language in Language]
    none_for = {wording["found"]: wording["none"] for wording in wordings}
    texts: list[str] = []
    stated = 0
    for key, text in kept:
        if key in without or (not key and text == ","):
            continue
        if key in zone_keys:
            texts.append(("," if stated else "") + text)
            stated += 1
        elif not key and not left:
            texts.append(none_for.get(text, text))
        else:
            texts.append(text)
    return "".join(texts)


def told_classification(report: Report) -> str:
    """The classification's name as a report's prompt states it; empty if it does not."""
    text = dict(report.prompt_parts).get(LABEL, "")
    before, _, after = words_of(report.language).report["prompt"]["label"].partition("{label}")
    return text.removeprefix(before).removesuffix(after)


def spelled(sections: Mapping[Section, str], language: Language) -> str:
    """The report as one text with its headings, as the shipped model writes it."""
    names = words_of(language).sections
    return "\n\n".join(f"{names[section]}:\n{sections[section]}" for section in Section)


def spelled_report(report: Report) -> str:
    """The same for a finished report: the text whose log-probability explains it."""
    return spelled(report.sections, report.language)
