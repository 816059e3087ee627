"""Checks each sentence of a report in a closed world: what was not measured is not supported.

A sentence is taken apart into units of known meaning. The checks account for those that state a
measurement, right or wrong; what is left over must be words that claim nothing. Anything else, be
it a finding, a device, an earlier radiograph or a word that nobody listed, makes the sentence not
measured, whatever else in it was right (`docs/claims.md`).
"""

from collections.abc import Mapping

from pipeline.types import (
    Claim,
    ClaimSpan,
    ClaimStatus,
    Descriptors,
    Language,
    Prediction,
    Section,
    SpanKind,
    Zone,
)
from report.checking.ambiguity import is_ambiguous
from report.checking.classification.check import check_classification
from report.checking.left_over import (
    denies_rest,
    is_general,
    is_half_understood,
    left_over,
    negates_itself,
)
from report.checking.measurements.check import check_measurements
from report.checking.quantifiers.counts import check_counts
from report.checking.quantifiers.everything import check_all
from report.checking.quantifiers.nothing import check_nothing
from report.checking.quantifiers.only import check_only
from report.checking.quantifiers.others import check_others
from report.checking.quantifiers.ranges import check_ranges
from report.checking.sentence.places import zone_mentions
from report.checking.sentence.reading import Reading
from report.checking.sentence.splitting import units_of
from report.checking.sentence.units import Unit
from report.checking.sides.evenness import check_evenness
from report.checking.sides.favour import check_favour
from report.checking.sides.sides import check_sides
from report.checking.zones.agreement import check_agreement_words
from report.checking.zones.comparisons import check_comparison
from report.checking.zones.grades import check_degrees
from report.checking.zones.numbers import check_numbers
from report.checking.zones.positions import check_positions
from report.checking.zones.presence import check_presence
from report.checking.zones.ranks import check_order
from report.writing.facts import Facts
from report.writing.sentences import sentences

_OF_THE_MAPS = (
    "mark",
    "intensity",
    "agreement",
    "disagree",
    "share",
    "methods",
    "zone_noun",
    "distribution",
    "max",
    "in_favour",
)
_PLACES = frozenset({SpanKind.ZONE, SpanKind.SIDE, SpanKind.COUNT, SpanKind.COMPARISON})
_OF_PLACES = _PLACES | {SpanKind.GRADE}
_DENIED = frozenset({SpanKind.FINDING, SpanKind.DISEASE, SpanKind.DEVICE, SpanKind.ANATOMY})


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
        section: Where it stands.
        sentence: Its text.
        facts: What was measured.
        context: The zones the sentence before named, for a sentence that names none.

    Returns:
        The claim: contradicted if something measured says otherwise; not measured if it holds
        anything that nobody measured; general if it claims nothing of this radiograph; supported
        if all that it states was checked and is right.
    """
    reading = read(sentence, facts, context)
    rest = left_over(reading)
    return Claim(
        section=section,
        sentence=sentence,
        status=_status(reading, rest),
        zones=tuple(dict.fromkeys(mention.zone for mention in reading.mentions)),
        evidence={name: value for unit in reading.units for name, value in unit.evidence.items()},
        spans=_spans(reading, rest),
    )


def read(sentence: str, facts: Facts, context: tuple[Zone, ...] = ()) -> Reading:
    """Take a sentence apart and run every check over it."""
    units = units_of(sentence, facts.prediction, facts.language)
    mentions = zone_mentions(units, facts.zones)
    reading = Reading(facts=facts, units=units, mentions=mentions, context=context)
    check_measurements(reading)
    check_classification(reading)
    check_positions(reading)
    check_others(reading)
    check_counts(reading)
    check_all(reading)
    check_ranges(reading)
    check_numbers(reading)
    check_order(reading)
    check_comparison(reading)
    check_degrees(reading)
    check_favour(reading)
    check_agreement_words(reading)
    check_only(reading)
    check_nothing(reading)
    check_evenness(reading)
    check_presence(reading)
    check_sides(reading)
    return reading


def _status(reading: Reading, rest: list[tuple[Unit, SpanKind]]) -> ClaimStatus:
    wrong = [unit for unit in reading.units if unit.good is False]
    understood = [
        unit
        for unit in wrong
        if not (is_half_understood(reading, unit, rest) or is_ambiguous(reading, unit))
    ]
    right = [unit for unit in reading.units if unit.good]
    unmeasured = [kind for _, kind in rest if kind in _DENIED]
    # Where a finding is denied or stated in a place, the place says nothing of the maps.
    firm = [
        unit
        for unit in understood
        if unit.kind not in _OF_PLACES
        or not (unmeasured or negates_itself(reading, rest) or denies_rest(reading, rest))
        or (unit.kind is SpanKind.COMPARISON and not _is_denied(reading))
    ]
    if firm:
        return ClaimStatus.CONTRADICTED
    if (rest or not right) and is_general(reading, rest):
        return ClaimStatus.GENERAL
    if rest or wrong or not right:
        return ClaimStatus.NOT_MEASURED
    only_places = all(unit.kind in _PLACES for unit in right)
    if only_places and not reading.has(*_OF_THE_MAPS):
        return ClaimStatus.NOT_MEASURED
    return ClaimStatus.SUPPORTED


def _is_denied(reading: Reading) -> bool:
    return reading.has("no", "absent")


def _spans(reading: Reading, rest: list[tuple[Unit, SpanKind]]) -> tuple[ClaimSpan, ...]:
    """What the sentence states, span by span, in its order."""
    kinds = {id(unit): kind for unit, kind in rest}
    found = []
    for unit in reading.units:
        kind = kinds.get(id(unit)) or (unit.kind if unit.accounted else None)
        if kind is None:
            continue
        right = None if id(unit) in kinds else unit.good
        found.append(
            ClaimSpan(text=unit.text, kind=kind, right=right, evidence=dict(unit.evidence))
        )
    return tuple(found)
