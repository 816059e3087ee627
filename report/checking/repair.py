"""Mends a report: what is wrong gives way to template sentences, what is left out is added."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.types import (
    Claim,
    ClaimStatus,
    ClassificationState,
    Descriptor,
    Grade,
    Measurement,
    Section,
)
from report.checking.claims import check_section, check_sentence
from report.writing.facts import Facts
from report.writing.sentences import sentences
from report.writing.template_sentences import (
    classification_sentence,
    measurement_sentence,
    section_sentences,
    summary_sentence,
    uncertain_sentence,
    zone_sentence,
)

_WRONG = ClaimStatus.CONTRADICTED


def faults(sections: Mapping[Section, str], facts: Facts) -> int:
    """How much a report got wrong: contradicted sentences, missing sections, zones left out."""
    count = 0
    for section in Section:
        claims = check_section(section, sections.get(section, ""), facts)
        count += section not in sections
        count += sum(claim.status is _WRONG for claim in claims)
        if section is Section.FINDINGS:
            count += len(_left_out(claims, facts)) + len(_measurements_left_out(claims, facts))
    return count + _classification_left_out(sections, facts)


def repaired(
    sections: Mapping[Section, str], facts: Facts
) -> tuple[dict[Section, str], tuple[Claim, ...]]:
    """Make a report that contradicts nothing.

    A contradicted sentence gives way to plain ones about the zones, the measurements or the
    classification it spoke of; a missing section is written plainly; zones of more than weak
    intensity, measurements and the classification are added where they were left out. An uncertain
    classification is called so first, and no recommendation follows from it, or from a label that
    is hardly more likely than not.

    Returns:
        The sections, and every sentence with its check; `replaced` marks the template sentences.
    """
    claims: list[Claim] = []
    uncertain = facts.prediction.state is ClassificationState.UNCERTAIN
    add_classification = bool(_classification_left_out(sections, facts))
    for section in Section:
        rows = _repaired_section(section, sections.get(section, ""), facts)
        if section is Section.INTERPRETATION and add_classification and section in sections:
            rows = [*_plain(section, [classification_sentence(facts)], facts, rows), *rows]
        if section is Section.INTERPRETATION and uncertain:
            rows = [*_plain(section, [uncertain_sentence(facts)], facts, rows), *rows]
        claims += rows
    texts = {
        section: " ".join(claim.sentence for claim in claims if claim.section is section)
        for section in Section
    }
    return texts, tuple(claims)


def _repaired_section(section: Section, text: str, facts: Facts) -> list[Claim]:
    if section is Section.RECOMMENDATIONS and not facts.prediction.is_settled:
        return _plain(section, section_sentences(section, facts), facts, [])
    rows: list[Claim] = []
    unsaid = _unsaid(section, text, facts)
    for sentence in sentences(text, facts.language):
        # "There" means what now stands before, so the sentence is checked after the repairs.
        context = next((row.zones for row in reversed(rows) if row.zones), ())
        claim = check_sentence(section, sentence, facts, context)
        if claim.status is _WRONG:
            rows += _plain(section, _instead(claim, unsaid, facts), facts, rows)
        else:
            rows.append(claim)
    if not rows:
        return _plain(section, section_sentences(section, facts), facts, [])
    if section is Section.FINDINGS:
        missing = [zone_sentence(item, facts) for item in _left_out(tuple(rows), facts)]
        missing += [
            measurement_sentence(measurement, facts)
            for measurement in _measurements_left_out(tuple(rows), facts)
        ]
        rows += _plain(section, missing, facts, rows)
    return rows


def _unsaid(section: Section, text: str, facts: Facts) -> list[Descriptor]:
    """The descriptors that no good sentence of a section names."""
    claims = check_section(section, text, facts)
    good = {zone for claim in claims if claim.status is not _WRONG for zone in claim.zones}
    return [item for item in facts.items if item.zone not in good]


def _instead(claim: Claim, unsaid: list[Descriptor], facts: Facts) -> list[str]:
    """What to say in place of a contradicted sentence.

    The measurements and zones it named, if they are there; else, in the findings, the strongest
    zone still unsaid, which is then said.
    """
    measurements = [
        measurement_sentence(measurement, facts)
        for measurement in facts.measurements
        if measurement.name in claim.evidence
    ]
    meant = [facts.zones[zone] for zone in claim.zones if zone in facts.zones]
    wrong_classification = "label" in claim.evidence
    wrong_classification |= not claim.zones and "confidence" in claim.evidence
    if (
        not meant
        and not measurements
        and not wrong_classification
        and claim.section is Section.FINDINGS
    ):
        meant = unsaid[:1]
    for item in meant:
        if item in unsaid:
            unsaid.remove(item)
    said = [zone_sentence(item, facts) for item in meant] + measurements
    if wrong_classification:
        said.append(classification_sentence(facts))
    return said or [summary_sentence(facts)]


def _plain(section: Section, said: Iterable[str], facts: Facts, before: list[Claim]) -> list[Claim]:
    """Template sentences as claims, without those that stand there already."""
    there = {claim.sentence for claim in before}
    return [
        replace(check_sentence(section, sentence, facts), replaced=True)
        for sentence in dict.fromkeys(said)
        if sentence not in there
    ]


def _left_out(claims: tuple[Claim, ...], facts: Facts) -> list[Descriptor]:
    """The descriptors of more than weak intensity that no good sentence names."""
    named = {zone for claim in claims if claim.status is not _WRONG for zone in claim.zones}
    return [item for item in facts.items if item.zone not in named and item.grade is not Grade.WEAK]


def _measurements_left_out(claims: tuple[Claim, ...], facts: Facts) -> list[Measurement]:
    """The measurements that no good sentence names."""
    named = {name for claim in claims if claim.status is not _WRONG for name in claim.evidence}
    return [measurement for measurement in facts.measurements if measurement.name not in named]


def _classification_left_out(sections: Mapping[Section, str], facts: Facts) -> int:
    """1 if no sentence of findings or interpretation names the classification rightly."""
    said = any(
        claim.status is ClaimStatus.SUPPORTED and "label" in claim.evidence
        for section in (Section.FINDINGS, Section.INTERPRETATION)
        for claim in check_section(section, sections.get(section, ""), facts)
    )
    return int(not said)
