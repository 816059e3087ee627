import random
import re
from itertools import islice

import pytest

from pipeline.types import ClaimStatus, Language, Section, Side, Zone
from pipeline.words import words_of
from report.checking.claims import check_report
from report.writing.prompt import join, prompt_parts
from report.writing.sections import parse_sections
from training.writer.cases import (
    case_prompt,
    case_report,
    case_sections,
    random_case,
    templates,
)
from training.writer.tokens import build_vocabulary, phrase_keys


@pytest.mark.parametrize("language", list(Language))
def test_what_rules_write_is_never_contradicted(language):
    for seed in range(300):
        rng = random.Random(seed)
        case = random_case(rng, language)
        sections = case_sections(case, rng)
        claims = check_report(sections, case.prediction, case.descriptors, language)
        wrong = [claim for claim in claims if claim.status is ClaimStatus.CONTRADICTED]
        assert wrong == [], case_prompt(case)
        findings = [claim for claim in claims if claim.section is Section.FINDINGS]
        named = {zone for claim in findings for zone in claim.zones}
        assert named == {item.zone for item in case.descriptors.items}


@pytest.mark.parametrize("language", list(Language))
def test_any_swapped_side_is_contradicted(language):
    """What the check is for: exchange right and left anywhere, and it must be seen."""
    zones = words_of(language).zones
    swapped = 0
    for seed in range(100):
        rng = random.Random(seed)
        case = random_case(rng, language)
        items = case.descriptors.items
        sides = {(item.zone.side, item.zone.level) for item in items}
        for item in items:
            other = Side.LEFT if item.zone.side is Side.RIGHT else Side.RIGHT
            if (other, item.zone.level) in sides:
                continue
            mirrored = Zone(f"{other}_{item.zone.level}")
            sections = case_sections(case, rng)
            text = sections[Section.FINDINGS]
            for form in ("name", "where"):
                text = text.replace(getattr(zones[item.zone], form), getattr(zones[mirrored], form))
            assert text != sections[Section.FINDINGS]
            wrong = sections | {Section.FINDINGS: text}
            claims = check_report(wrong, case.prediction, case.descriptors, language)
            assert any(claim.status is ClaimStatus.CONTRADICTED for claim in claims), text
            swapped += 1
    assert swapped > 50


@pytest.mark.parametrize("language", list(Language))
def test_any_changed_number_is_contradicted(language):
    changes = 0
    for seed in range(60):
        rng = random.Random(seed)
        case = random_case(rng, language)
        sections = case_sections(case, rng)
        for item in case.descriptors.items:
            changed = item.intensity + 0.01
            if any(
                abs(changed - value) < 0.011
                for other in case.descriptors.items
                for value in (other.intensity, other.agreement, other.share)
                if other is not item
            ):
                continue
            wording = sections[Section.FINDINGS]
            number = words_of(language).number
            text = wording.replace(number(item.intensity), number(changed))
            assert text != wording
            claims = check_report(
                sections | {Section.FINDINGS: text}, case.prediction, case.descriptors, language
            )
            assert any(claim.status is ClaimStatus.CONTRADICTED for claim in claims), text
            changes += 1
    assert changes > 50


def test_the_same_seed_gives_the_same_report():
    texts = []
    for _ in range(2):
        rng = random.Random(11)
        case = random_case(rng, Language.RUSSIAN)
        texts.append(case_prompt(case, rng) + case_report(case, rng))
    assert texts[0] == texts[1]


def test_cases_cover_labels_counts_and_both_sides():
    rng = random.Random(0)
    cases = [random_case(rng, Language.ENGLISH) for _ in range(600)]
    assert {case.prediction.label for case in cases} == {
        "normal",
        "bacterial_pneumonia",
        "viral_pneumonia",
        "covid19",
        "tuberculosis",
        "other_abnormality",
        "other",
    }
    assert {len(case.descriptors.items) for case in cases} == set(range(7))
    zones = [item.zone for case in cases for item in case.descriptors.items]
    right = sum(zone.side is Side.RIGHT for zone in zones) / len(zones)
    assert 0.45 < right < 0.55
    for case in cases:
        values = [item.intensity for item in case.descriptors.items]
        assert values == sorted(values, reverse=True)


def test_report_is_the_prompts_and_reads_back():
    rng = random.Random(4)
    case = random_case(rng, Language.UKRAINIAN)
    parts = prompt_parts(case.prediction, case.descriptors, case.language)
    assert case_prompt(case) == join(parts) + "\n\n"
    sections = case_sections(case, random.Random(9))
    assert parse_sections(case_report(case, random.Random(9)), case.language) == sections


def test_normal_classifications_speak_of_support_not_of_lesions():
    rng = random.Random(2)
    drawn = (random_case(rng, Language.ENGLISH) for _ in range(300))
    normal = (
        case for case in drawn if case.prediction.label == "normal" and case.descriptors.items
    )
    seen = list(islice(normal, 20))
    assert len(seen) == 20
    for case in seen:
        findings = case_sections(case, rng)[Section.FINDINGS]
        wording = templates(Language.ENGLISH)["findings"]["normal"]
        assert any(sentence in findings for sentence in wording)


def test_facts_are_single_tokens():
    known = set(phrase_keys())
    assert {" 0.00", " 0.42", " 1.00", " 0,42", " 12,3"} <= known
    for language in Language:
        for zone in words_of(language).zones.values():
            assert {f" {zone.name}", f" {zone.where}"} <= known
        assert {f", {grade}" for grade in words_of(language).grades.values()} <= known


def test_vocabulary_spells_every_byte_and_repeats_nothing():
    vocabulary = build_vocabulary(base_size=600, cases=30)
    tokens = [*vocabulary.base, *vocabulary.phrases]
    assert len(tokens) == len(set(tokens)) == vocabulary.end_id
    assert len([token for token in vocabulary.base if len(token) == 1]) >= 256
    assert not any(re.search(r"\d\d", token) for token in vocabulary.base)
