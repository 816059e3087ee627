"""Mends a report: what is wrong gives way to plain sentences, what is left out is added."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.types import Claim, ClaimStatus, Descriptor, Grade, Section, Sign
from report.claims import check_section, check_sentence
from report.facts import Facts
from report.plain import (
    section_sentences,
    sign_sentence,
    summary_sentence,
    verdict_sentence,
    zone_sentence,
)
from report.sentences import sentences

_WRONG = ClaimStatus.CONTRADICTED


def faults(sections: Mapping[Section, str], facts: Facts) -> int:
    """How much a report got wrong: contradicted sentences, missing sections, zones left out."""
    count = 0
    for section in Section:
        claims = check_section(section, sections.get(section, ""), facts)
        count += section not in sections
        count += sum(claim.status is _WRONG for claim in claims)
        if section is Section.FINDINGS:
            count += len(_left_out(claims, facts)) + len(_signs_left_out(claims, facts))
    return count + _verdict_left_out(sections, facts)


def repaired(
    sections: Mapping[Section, str], facts: Facts
) -> tuple[dict[Section, str], tuple[Claim, ...]]:
    """Make a report that contradicts nothing.

    A contradicted sentence gives way to plain ones about the zones, the signs or the verdict it
    spoke of; a missing section is written plainly; zones of more than weak intensity, signs and the
    verdict are added where they were left out.

    Returns:
        The sections, and every sentence with its check; `replaced` marks the plain ones.
    """
    claims: list[Claim] = []
    add_verdict = bool(_verdict_left_out(sections, facts))
    for section in Section:
        rows = _repaired_section(section, sections.get(section, ""), facts)
        if section is Section.INTERPRETATION and add_verdict and section in sections:
            rows = [*_plain(section, [verdict_sentence(facts)], facts, rows), *rows]
        claims += rows
    texts = {
        section: " ".join(claim.sentence for claim in claims if claim.section is section)
        for section in Section
    }
    return texts, tuple(claims)


def _repaired_section(section: Section, text: str, facts: Facts) -> list[Claim]:
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
        missing += [sign_sentence(sign, facts) for sign in _signs_left_out(tuple(rows), facts)]
        rows += _plain(section, missing, facts, rows)
    return rows


def _unsaid(section: Section, text: str, facts: Facts) -> list[Descriptor]:
    """The descriptors that no good sentence of a section names."""
    claims = check_section(section, text, facts)
    good = {zone for claim in claims if claim.status is not _WRONG for zone in claim.zones}
    return [item for item in facts.items if item.zone not in good]


def _instead(claim: Claim, unsaid: list[Descriptor], facts: Facts) -> list[str]:
    """What to say in place of a contradicted sentence.

    The signs and zones it named, if they are there; else, in the findings, the strongest zone still
    unsaid, which is then said.
    """
    signs = [sign_sentence(sign, facts) for sign in facts.signs if sign.name in claim.evidence]
    meant = [facts.zones[zone] for zone in claim.zones if zone in facts.zones]
    wrong_verdict = "label" in claim.evidence
    wrong_verdict |= not claim.zones and "confidence" in claim.evidence
    if not meant and not signs and not wrong_verdict and claim.section is Section.FINDINGS:
        meant = unsaid[:1]
    for item in meant:
        if item in unsaid:
            unsaid.remove(item)
    said = [zone_sentence(item, facts) for item in meant] + signs
    if wrong_verdict:
        said.append(verdict_sentence(facts))
    return said or [summary_sentence(facts)]


def _plain(section: Section, said: Iterable[str], facts: Facts, before: list[Claim]) -> list[Claim]:
    """Plain sentences as claims, without those that stand there already."""
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


def _signs_left_out(claims: tuple[Claim, ...], facts: Facts) -> list[Sign]:
    """The signs that no good sentence names."""
    named = {name for claim in claims if claim.status is not _WRONG for name in claim.evidence}
    return [sign for sign in facts.signs if sign.name not in named]


def _verdict_left_out(sections: Mapping[Section, str], facts: Facts) -> int:
    """1 if no sentence of findings or interpretation names the verdict rightly."""
    said = any(
        claim.status is ClaimStatus.SUPPORTED and "label" in claim.evidence
        for section in (Section.FINDINGS, Section.INTERPRETATION)
        for claim in check_section(section, sections.get(section, ""), facts)
    )
    return int(not said)
