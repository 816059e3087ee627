"""Mends a report: what nobody measured goes, what is wrong gives way, what lacks is added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.types import (
    Claim,
    ClaimStatus,
    ClassificationState,
    Descriptor,
    Grade,
    Measurement,
    Section,
    SpanKind,
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
    zones_sentence,
)

_WRONG = ClaimStatus.CONTRADICTED
_SUGGESTED = {
    Section.INTERPRETATION: SpanKind.SPECULATION,
    Section.RECOMMENDATIONS: SpanKind.ADVICE,
}
"""What a sentence that nobody measured has to be to stand, as the model's suggestion."""


def judged(claim: Claim) -> Claim:
    """Decide what becomes of a sentence: it stands, stands as a suggestion, or is struck out.

    Findings hold nothing that was not measured. In the interpretation a differential diagnosis may
    stand, in the recommendations advice, both as the model's suggestion. What contradicts the
    measurements stands nowhere.
    """
    if claim.status is _WRONG:
        return replace(claim, removed=True)
    if claim.status is not ClaimStatus.NOT_MEASURED:
        return claim
    wanted = _SUGGESTED.get(claim.section)
    if wanted is not None and any(span.kind is wanted for span in claim.spans):
        return replace(claim, suggested=True)
    return replace(claim, removed=True)


def faults(sections: Mapping[Section, str], facts: Facts) -> int:
    """How much a report got wrong: sentences struck out, missing sections, zones left out."""
    count = 0
    for section in Section:
        claims = _judged(section, sections.get(section, ""), facts)
        count += section not in sections
        count += sum(claim.removed for claim in claims)
        if section is Section.FINDINGS:
            count += len(_left_out(claims, facts)) + len(_measurements_left_out(claims, facts))
    return count + _classification_left_out(sections, facts)


def repaired(
    sections: Mapping[Section, str], facts: Facts
) -> tuple[dict[Section, str], tuple[Claim, ...]]:
    """Make a report that states nothing wrong and, in its findings, nothing that nobody measured.

    What is struck out stays among the claims, marked `removed`, in its place. A contradicted
    sentence gives way to template ones about the zones, the measurements or the classification it
    spoke of; a missing section is written plainly; zones of more than weak intensity, measurements
    and the classification are added where they were left out. An uncertain classification is
    called so first, and no recommendation follows from it, or from a label that is hardly more
    likely than not.

    Returns:
        The sections, and every sentence with its check; `replaced` marks the template sentences.
    """
    claims: list[Claim] = []
    uncertain = facts.prediction.state is ClassificationState.UNCERTAIN
    add_classification = bool(_classification_left_out(sections, facts))
    for section in Section:
        rows = _repaired_section(section, sections.get(section, ""), facts)
        if section is Section.INTERPRETATION and add_classification:
            rows = [*_plain(section, [classification_sentence(facts)], facts, rows), *rows]
        if section is Section.INTERPRETATION and uncertain:
            rows = [*_plain(section, [uncertain_sentence(facts)], facts, rows), *rows]
        claims += rows
    texts = {
        section: " ".join(
            claim.sentence for claim in claims if claim.section is section and not claim.removed
        )
        for section in Section
    }
    return texts, tuple(claims)


def _judged(section: Section, text: str, facts: Facts) -> tuple[Claim, ...]:
    return tuple(map(judged, check_section(section, text, facts)))


def _repaired_section(section: Section, text: str, facts: Facts) -> list[Claim]:
    if section is Section.RECOMMENDATIONS and not facts.prediction.is_settled:
        return _plain(section, section_sentences(section, facts), facts, [])
    rows: list[Claim] = []
    unsaid = _unsaid(section, text, facts)
    for sentence in sentences(text, facts.language):
        # "There" means what now stands before, so the sentence is checked after the repairs.
        standing = [row for row in rows if not row.removed]
        context = next((row.zones for row in reversed(standing) if row.zones), ())
        claim = judged(check_sentence(section, sentence, facts, context))
        rows.append(claim)
        if claim.status is _WRONG:
            rows += _plain(section, _instead(claim, unsaid, facts), facts, rows)
    if all(row.removed for row in rows):
        return [*rows, *_plain(section, section_sentences(section, facts), facts, [])]
    if section is Section.FINDINGS:
        unnamed = _left_out(rows, facts)
        missing = [zones_sentence(unnamed, facts)] if unnamed else []
        missing += [
            measurement_sentence(measurement, facts)
            for measurement in _measurements_left_out(rows, facts)
        ]
        rows += _plain(section, missing, facts, rows)
    return rows


def _unsaid(section: Section, text: str, facts: Facts) -> list[Descriptor]:
    """The descriptors that no good sentence of a section names."""
    claims = _judged(section, text, facts)
    good = {zone for claim in claims if not claim.removed for zone in claim.zones}
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
    said = [*([zones_sentence(meant, facts)] if meant else []), *measurements]
    if wrong_classification:
        said.append(classification_sentence(facts))
    return said or [summary_sentence(facts)]


def _plain(
    section: Section, said: Iterable[str], facts: Facts, before: Sequence[Claim]
) -> list[Claim]:
    """Template sentences as claims, without those that stand there already."""
    there = {claim.sentence for claim in before if not claim.removed}
    return [
        replace(check_sentence(section, sentence, facts), replaced=True)
        for sentence in dict.fromkeys(said)
        if sentence not in there
    ]


def _left_out(claims: Sequence[Claim], facts: Facts) -> list[Descriptor]:
    """The descriptors of more than weak intensity that no good sentence names."""
    named = {zone for claim in claims if not claim.removed for zone in claim.zones}
    return [item for item in facts.items if item.zone not in named and item.grade is not Grade.WEAK]


def _measurements_left_out(claims: Sequence[Claim], facts: Facts) -> list[Measurement]:
    """The measurements that no good sentence names."""
    named = {name for claim in claims if not claim.removed for name in claim.evidence}
    return [measurement for measurement in facts.measurements if measurement.name not in named]


def _classification_left_out(sections: Mapping[Section, str], facts: Facts) -> int:
    """1 if no sentence of findings or interpretation names the classification rightly.

    Where there is none, nothing can be left out.
    """
    if facts.prediction.is_unfamiliar:
        return 0
    said = any(
        claim.status is ClaimStatus.SUPPORTED and "label" in claim.evidence
        for section in (Section.FINDINGS, Section.INTERPRETATION)
        for claim in check_section(section, sections.get(section, ""), facts)
    )
    return int(not said)
