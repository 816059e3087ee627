"""Checks each sentence of a report against what was measured.

What cannot be wrong unnoticed: a zone, a side, a level, a count of zones, a grade, a number, a
measurement of hyperinflation, the classification's label, the confidence. Wording that states none
of these is not checkable, and said so.
"""

import re
from collections.abc import Mapping

from pipeline.types import (
    Claim,
    ClaimStatus,
    Descriptor,
    Descriptors,
    Grade,
    Language,
    Prediction,
    Section,
    Side,
    Zone,
)
from pipeline.words import words_of
from report.checking.measurement_claims import check_measurements
from report.checking.mentions import (
    NumberMention,
    ZoneMention,
    clauses,
    is_denied,
    label_mentions,
    number_mentions,
    pattern,
    says,
    side_mentions,
    zone_mentions,
)
from report.checking.tally import Tally
from report.writing.facts import Facts
from report.writing.sentences import sentences

ROUNDED = 0.005  # the prompt states two decimals
_HIGH_FROM, _LOW_TO = 0.75, 0.7
_MODERATE = (0.5, 0.9)
_WELL_FROM, _POOR_TO = 0.55, 0.5


def check_report(
    sections: Mapping[Section, str],
    prediction: Prediction,
    descriptors: Descriptors,
    language: Language,
) -> tuple[Claim, ...]:
    """Check every sentence of a report, in order."""
    facts = Facts.of(prediction, descriptors, language)
    return tuple(
        claim for section in Section for claim in check_section(section, sections[section], facts)
    )


def check_section(section: Section, text: str, facts: Facts) -> tuple[Claim, ...]:
    """Check every sentence of a section; "there" means the zones of the sentence before."""
    claims: list[Claim] = []
    context: tuple[Zone, ...] = ()
    for sentence in sentences(text, facts.language):
        claim = check_sentence(section, sentence, facts, context)
        context = claim.zones or context
        claims.append(claim)
    return tuple(claims)


def check_sentence(
    section: Section, sentence: str, facts: Facts, context: tuple[Zone, ...] = ()
) -> Claim:
    """Check one sentence.

    Args:
        section: Where it stands; advice may name other diseases and numbers of its own.
        sentence: Its text.
        facts: What was measured.
        context: The zones the sentence before named, for a sentence that names none.

    Returns:
        The claim: contradicted if anything in it is wrong, supported if something in it was
        checked and nothing is wrong, else not checkable.
    """
    found = Tally()
    text, sentence = sentence, check_measurements(found, sentence, facts)
    mentions = zone_mentions(sentence, facts.language)
    _check_zones(found, mentions, facts)
    _check_order(found, sentence, mentions, facts)
    _check_comparison(found, sentence, mentions, facts)
    if section is not Section.RECOMMENDATIONS:
        _check_nothing(found, sentence, facts)
        _check_sides(found, sentence, mentions, facts)
        _check_count(found, sentence, mentions, facts)
        _check_grades(found, sentence, mentions, facts)
        _check_numbers(found, sentence, mentions, facts, context)
        _check_words(found, sentence, mentions, facts, context)
        _check_label(found, sentence, facts)
    status = ClaimStatus.NOT_CHECKABLE
    if found.wrong:
        status = ClaimStatus.CONTRADICTED
    elif found.right:
        status = ClaimStatus.SUPPORTED
    return Claim(
        section=section,
        sentence=text,
        status=status,
        zones=tuple(dict.fromkeys(mention.zone for mention in mentions)),
        evidence=found.evidence,
    )


def _check_zones(found: Tally, mentions: tuple[ZoneMention, ...], facts: Facts) -> None:
    for mention in mentions:
        item = facts.zones.get(mention.zone)
        if item is None:
            found.note(mention.absent, **{mention.zone.value: "absent"})
        else:
            found.note(not mention.absent, **{f"{mention.zone}.intensity": item.intensity})


def _check_order(
    found: Tally, sentence: str, mentions: tuple[ZoneMention, ...], facts: Facts
) -> None:
    present = [facts.zones[item.zone] for item in mentions if item.zone in facts.zones]
    if present and says(facts.language, "superlative", sentence):
        top = max(item.intensity for item in facts.items)
        found.note(max(item.intensity for item in present) == top)


def _check_comparison(
    found: Tally, sentence: str, mentions: tuple[ZoneMention, ...], facts: Facts
) -> None:
    """Two zones against each other: "the first is stronger than the second"."""
    items = [facts.zones.get(mention.zone) for mention in mentions]
    if len(items) != 2 or items[0] is None or items[1] is None:
        return
    more, less = (says(facts.language, word, sentence) for word in ("more", "less"))
    than = pattern(facts.language, "than").search(sentence)
    if than is None or more == less:
        return
    first, second = items[0].intensity, items[1].intensity
    # "Compared with the second, the first is stronger" names the second first.
    turned = than.start() < mentions[0].at
    difference = (first - second) * (1 if more else -1) * (-1 if turned else 1)
    found.note(difference > -ROUNDED)


def _check_nothing(found: Tally, sentence: str, facts: Facts) -> None:
    if says(facts.language, "nothing", sentence) and not zone_mentions(sentence, facts.language):
        found.note(not facts.items, regions=float(len(facts.items)))


def _check_sides(
    found: Tally, sentence: str, mentions: tuple[ZoneMention, ...], facts: Facts
) -> None:
    language = facts.language
    zoned = {mention.zone.side for mention in mentions}
    for _, clause in clauses(sentence):
        sides = side_mentions(clause, language)
        both = pattern(language, "both").search(clause)
        if zone_mentions(clause, language):
            both = None  # "both upper zones" is checked zone by zone
        if both is not None:
            denied = is_denied(clause, both.start(), language)
            found.note((facts.sides == set(Side)) != denied, sides=_listed(facts.sides))
        elif sides and says(language, "only", sentence):
            found.note(sides == facts.sides, sides=_listed(facts.sides))
        elif sides and not sides <= zoned:
            denied = is_denied(clause, len(clause), language)
            found.note(sides.isdisjoint(facts.sides) == denied, sides=_listed(facts.sides))
        one_sided = pattern(language, "one_sided").search(clause)
        if one_sided is not None:
            denied = is_denied(clause, one_sided.start(), language)
            found.note((len(facts.sides) == 1) != denied, sides=_listed(facts.sides))


def _listed(sides: frozenset[Side]) -> str:
    return ", ".join(side.value for side in Side if side in sides)


def _check_count(
    found: Tally, sentence: str, mentions: tuple[ZoneMention, ...], facts: Facts
) -> None:
    table = words_of(facts.language).report["claims"]
    for number, word in enumerate(table["counts"]):
        counted = rf"(?<!\w)(?:{word})(?:\s+\w+)?\s+(?:{table['count_noun']})(?!\w)"
        if number and re.search(counted, sentence, re.IGNORECASE):
            narrowed = side_mentions(sentence, facts.language) or mentions
            fits = number <= len(facts.items) if narrowed else number == len(facts.items)
            found.note(fits, regions=float(len(facts.items)))


def _check_grades(
    found: Tally, sentence: str, mentions: tuple[ZoneMention, ...], facts: Facts
) -> None:
    present = {item.zone for item in mentions if item.zone in facts.zones}
    without = pattern(facts.language, "superlative").sub(" ", sentence)
    said = {grade for grade in Grade if says(facts.language, grade.value, without)}
    if not present or not said:
        return
    measured = {facts.zones[zone].grade for zone in present}
    found.note(said <= measured, **{f"{zone}.grade": facts.zones[zone].grade for zone in present})


def _check_numbers(
    found: Tally,
    sentence: str,
    mentions: tuple[ZoneMention, ...],
    facts: Facts,
    context: tuple[Zone, ...],
) -> None:
    for number in number_mentions(sentence, facts.language):
        allowed = _allowed(number, mentions, facts, context)
        fits = any(
            abs(value - number.value) <= number.tolerance + 1e-9
            for measured in allowed.values()
            for value in (measured, round(measured, 2))  # the prompt states two decimals
        )
        found.note(fits, **allowed)


def _allowed(
    number: NumberMention,
    mentions: tuple[ZoneMention, ...],
    facts: Facts,
    context: tuple[Zone, ...],
) -> dict[str, float]:
    """The measured values a number may be, by name."""
    allowed: dict[str, float] = {}
    if number.kind in ("confidence", "probability", ""):
        allowed["confidence"] = facts.confidence
    if number.kind == "probability":
        own = facts.prediction
        allowed |= dict(zip(own.labels, own.probabilities, strict=True))
        allowed["abnormal_probability"] = own.abnormal_probability
    if number.kind in ("confidence", "probability"):
        return allowed
    before = [mention.zone for mention in mentions if mention.at < number.at]
    zones = before[-1:] or [mention.zone for mention in mentions] or list(context)
    known = [facts.zones[zone] for zone in zones if zone in facts.zones]
    for item in known or ([] if zones else facts.items):
        for kind in ("intensity", "agreement", "share"):
            if number.kind in (kind, ""):
                allowed[f"{item.zone}.{kind}"] = getattr(item, kind)
    return allowed


def _check_words(
    found: Tally,
    sentence: str,
    mentions: tuple[ZoneMention, ...],
    facts: Facts,
    context: tuple[Zone, ...],
) -> None:
    language = facts.language
    if says(language, "high_confidence", sentence):
        found.note(facts.confidence >= _HIGH_FROM, confidence=facts.confidence)
    if says(language, "moderate_confidence", sentence):
        fits = _MODERATE[0] <= facts.confidence <= _MODERATE[1]
        found.note(fits, confidence=facts.confidence)
    if says(language, "low_confidence", sentence):
        found.note(facts.confidence <= _LOW_TO, confidence=facts.confidence)
    zones = [mention.zone for mention in mentions] or list(context)
    items = [facts.zones[zone] for zone in zones if zone in facts.zones] or list(facts.items)
    if says(language, "agree_well", sentence):
        _note_agreement(found, max(items, key=_agreement, default=None), _WELL_FROM, 1.0)
    if says(language, "agree_poorly", sentence):
        _note_agreement(found, min(items, key=_agreement, default=None), 0.0, _POOR_TO)


def _agreement(item: Descriptor) -> float:
    return item.agreement


def _note_agreement(found: Tally, item: Descriptor | None, low: float, high: float) -> None:
    """Whether the zone that speaks most for it agrees so; where nothing was found, none does."""
    if item is None:
        found.note(False)
    else:
        name = f"{item.zone}.agreement"
        found.note(low <= item.agreement <= high, **{name: item.agreement})


def _check_label(found: Tally, sentence: str, facts: Facts) -> None:
    if says(facts.language, "cautious", sentence):
        return
    for label in label_mentions(sentence, facts.prediction, facts.language):
        if label in facts.prediction.found_labels:
            found.note(True, label=label)
        elif not says(facts.language, "denied", _before(sentence, label, facts)):
            found.note(False, label=facts.prediction.label)


def _before(sentence: str, label: str, facts: Facts) -> str:
    """The part of a sentence before a label's name, where a denial of it would stand."""
    if label == facts.prediction.normal_label:
        return ""  # "no abnormality" is a denial by itself
    parts = [clause for _, clause in clauses(sentence)]
    return next(
        (part for part in parts if label in label_mentions(part, facts.prediction, facts.language)),
        "",
    )
