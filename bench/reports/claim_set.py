"""Sentences right by construction, and sentences made wrong on purpose, for the claim check.

Their wording is not that of the shipped writer, so the check is measured on sentences it was not
made for, as another language model would write them.
"""

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.types import (
    Descriptor,
    Grade,
    Language,
    Measurement,
    Section,
    Side,
    ThresholdRelation,
    Zone,
)
from pipeline.words import words_of
from report.writing.facts import Facts
from report.writing.measurement_words import quantity, statement_head
from report.writing.prompt import label_term
from training.writer.cases import random_case

SEED = "claims"
SURELY_APART = 0.05  # two intensities, or a number and what was measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence about a case.

    Attributes:
        text: The sentence.
        facts: What was measured.
        section: Where it would stand.
        kind: What it states, or what was changed in it.
        right: Whether it is true.
    """

    text: str
    facts: Facts
    section: Section
    kind: str
    right: bool


@cache
def _templates(language: Language) -> Mapping[str, list[str]]:
    file = Path(__file__).with_name("claim_templates") / f"{language.value}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def claim_set(language: Language, count: int) -> list[Sentence]:
    """As many right sentences as wrong ones, evenly over what they state."""
    rng = random.Random(f"{SEED} {language}")
    found: list[Sentence] = []
    for right, kinds in ((True, RIGHT), (False, WRONG)):
        made: list[Sentence] = []
        names = list(kinds)
        while len(made) < count:
            kind = names[len(made) % len(names)]
            case = random_case(rng, language)
            facts = Facts.of(case.prediction, case.descriptors, language)
            try:
                text = kinds[kind](rng, facts)
            except _DoesNotFitError:  # another case will do
                continue
            said_of_classification = kind in ("label", "confidence")
            section = Section.INTERPRETATION if said_of_classification else Section.FINDINGS
            text = text[0].upper() + text[1:]
            made.append(Sentence(text=text, facts=facts, section=section, kind=kind, right=right))
        found += made
    return found


class _DoesNotFitError(Exception):
    """The case has nothing that such a sentence could be made of."""


def _pick(rng: random.Random, facts: Facts, kind: str) -> str:
    return rng.choice(_templates(facts.language)[kind])


def _zone_slots(zone: Zone, language: Language, number: str = "") -> dict[str, str]:
    term = words_of(language).zones[zone]
    forms = {"name": term.name, "in": term.where, "of": term.of, "lobe": term.lobe}
    return {f"{slot}{number}": form for slot, form in forms.items()}


def _item(rng: random.Random, facts: Facts) -> Descriptor:
    if not facts.items:
        raise _DoesNotFitError
    return rng.choice(facts.items)


def _absent(
    rng: random.Random, facts: Facts, fits: Callable[[Zone], bool] = lambda _: True
) -> Zone:
    zones = [zone for zone in Zone if zone not in facts.zones and fits(zone)]
    if not zones:
        raise _DoesNotFitError
    return rng.choice(zones)


def _two(rng: random.Random, facts: Facts) -> tuple[Descriptor, Descriptor]:
    """Two zones, the stronger first."""
    pairs = [
        (one, other)
        for one in facts.items
        for other in facts.items
        if one.intensity > other.intensity + SURELY_APART
    ]
    if not pairs:
        raise _DoesNotFitError
    return rng.choice(pairs)


def _of_zone(rng: random.Random, facts: Facts, kind: str, zone: Zone) -> str:
    return _pick(rng, facts, kind).format(**_zone_slots(zone, facts.language))


def _zone(rng: random.Random, facts: Facts) -> str:
    return _of_zone(rng, facts, "zone", _item(rng, facts).zone)


def _of_pair(rng: random.Random, facts: Facts, kind: str, one: Zone, other: Zone) -> str:
    language = facts.language
    slots = _zone_slots(one, language, "1") | _zone_slots(other, language, "2")
    return _pick(rng, facts, kind).format(**slots)


def _pair(rng: random.Random, facts: Facts) -> str:
    one, other = _two(rng, facts)
    return _of_pair(rng, facts, "pair", one.zone, other.zone)


def _comparison(rng: random.Random, facts: Facts) -> str:
    one, other = _two(rng, facts)
    return _of_pair(rng, facts, "comparison", one.zone, other.zone)


def _strength(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    item = _item(rng, facts)
    grade = item.grade
    if wrong:
        grade = rng.choice([other for other in Grade if other is not item.grade])
    word = words_of(facts.language).grades[grade]
    slots = _zone_slots(item.zone, facts.language)
    return _pick(rng, facts, "strength").format(**slots, grade=word)


def _number(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    item = _item(rng, facts)
    values = {"i": item.intensity, "a": item.agreement, "c": facts.confidence}
    if wrong:
        known = (*values.values(), item.share)
        drawn = [number / 100 for number in range(2, 99)]
        apart = [value for value in drawn if all(abs(value - one) > SURELY_APART for one in known)]
        values = dict.fromkeys(values, rng.choice(apart))
    slots = {name: words_of(facts.language).number(value) for name, value in values.items()}
    slots["percent"] = f"{100 * values['c']:.0f}"
    return _pick(rng, facts, "number").format(**_zone_slots(item.zone, facts.language), **slots)


def _sides(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    if not facts.sides:
        raise _DoesNotFitError
    is_both = len(facts.sides) == len(Side)
    true = "both" if is_both else next(iter(facts.sides)).value
    kinds = [kind for kind in ("right", "left", "both") if kind != true]
    return _pick(rng, facts, rng.choice(kinds) if wrong else true)


def _label(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    prediction = facts.prediction
    others = [label for label in prediction.labels if label != prediction.label]
    label = rng.choice(others) if wrong else prediction.label
    term = label_term(prediction, label, facts.language)
    return _pick(rng, facts, "label").format(label=term)


def _swapped_side(rng: random.Random, facts: Facts) -> str:
    item = _item(rng, facts)
    other = Zone(f"{({*Side} - {item.zone.side}).pop()}_{item.zone.level}")
    if other in facts.zones:
        raise _DoesNotFitError
    return _of_zone(rng, facts, "zone", other)


def _moved_zone(rng: random.Random, facts: Facts) -> str:
    side = _item(rng, facts).zone.side
    return _of_zone(rng, facts, "zone", _absent(rng, facts, lambda zone: zone.side is side))


def _half_wrong_pair(rng: random.Random, facts: Facts) -> str:
    zones = [_item(rng, facts).zone, _absent(rng, facts)]
    rng.shuffle(zones)
    return _of_pair(rng, facts, "pair", *zones)


def _swapped_comparison(rng: random.Random, facts: Facts) -> str:
    one, other = _two(rng, facts)
    return _of_pair(rng, facts, "comparison", other.zone, one.zone)


def _measurement(rng: random.Random, facts: Facts) -> tuple[Measurement, float, float]:
    """A measurement, its value and its threshold."""
    if not facts.measurements:
        raise _DoesNotFitError
    measurement = rng.choice(facts.measurements)
    if measurement.value is None or measurement.threshold is None:
        raise _DoesNotFitError
    return measurement, measurement.value, measurement.threshold.value


def _measurement_slots(
    measurement: Measurement, value: float, threshold: float, language: Language
) -> dict[str, str]:
    return {
        "measurement": statement_head(measurement.name, language).rstrip(":"),
        "v": quantity(value, measurement.unit, language),
        "t": quantity(threshold, measurement.unit, language),
    }


def _measure(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    """A measurement's value, or another that is none of its interval's ends nor its threshold."""
    measurement, value, threshold = _measurement(rng, facts)
    if wrong:
        stated = [
            end for end in (measurement.low, value, measurement.high, threshold) if end is not None
        ]
        drawn = [value * factor for factor in (0.6, 0.7, 0.8, 1.25, 1.35, 1.5)]
        least = SURELY_APART * value
        value = rng.choice([one for one in drawn if all(abs(one - end) > least for end in stated)])
    slots = _measurement_slots(measurement, value, threshold, facts.language)
    return _pick(rng, facts, "measure").format(**slots)


def _relation(rng: random.Random, facts: Facts, *, wrong: bool = False) -> str:
    """On which side of its threshold a measurement lies."""
    measurement, value, threshold = _measurement(rng, facts)
    said = measurement.relation
    if wrong:
        said = rng.choice([other for other in ThresholdRelation if other is not said])
    slots = _measurement_slots(measurement, value, threshold, facts.language)
    return _pick(rng, facts, f"measure_{said}").format(**slots)


RIGHT: Mapping[str, Callable[[random.Random, Facts], str]] = {
    "zone": _zone,
    "pair": _pair,
    "side": _sides,
    "strength": _strength,
    "number": _number,
    "negation": lambda rng, facts: _of_zone(rng, facts, "absence", _absent(rng, facts)),
    "label": _label,
    "comparison": _comparison,
    "measure": _measure,
    "threshold": _relation,
}
WRONG: Mapping[str, Callable[[random.Random, Facts], str]] = {
    "zone": _moved_zone,
    "pair": _half_wrong_pair,
    "side": _swapped_side,
    "lung": lambda rng, facts: _sides(rng, facts, wrong=True),
    "strength": lambda rng, facts: _strength(rng, facts, wrong=True),
    "number": lambda rng, facts: _number(rng, facts, wrong=True),
    "negation": lambda rng, facts: _of_zone(rng, facts, "absence", _item(rng, facts).zone),
    "label": lambda rng, facts: _label(rng, facts, wrong=True),
    "comparison": _swapped_comparison,
    "measure": lambda rng, facts: _measure(rng, facts, wrong=True),
    "threshold": lambda rng, facts: _relation(rng, facts, wrong=True),
}
