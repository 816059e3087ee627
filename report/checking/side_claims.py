"""Checks sides, counts of zones, and statements about all, the other or no zones."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Level, Side, SpanKind, Zone
from report.checking.lexicon import LABEL, NUMBER, in_table, is_fraction
from report.checking.order_claims import agreeing_side, stronger_side
from report.checking.places import LEVELS, SIDES
from report.checking.quantities import kind_of, matches
from report.checking.reading import COUNTS, DEGREES, Reading, Segment
from report.checking.zone_claims import quantity_near

_MODIFIED = ("more", "less", "above", "below", "at_least", "at_most")
_EVEN_TO, _UNEVEN_FROM = 0.05, 0.1
_ELLIPTIC = frozenset(
    {"lung", "right", "left", "punctuation", "dash", "joins", "plain", "of", "only"}
)
_BETWEEN = (
    "upper",
    "middle",
    "lower",
    "plain",
    "mark",
    "of",
    "intensity",
    "lung",
    "right",
    "left",
    "there",
    *DEGREES,
)


def check_counts(reading: Reading) -> None:
    """Such as "Two zones", "three of the six zones are not marked", "two strong zones"."""
    for index in range(len(reading.units)):
        unit = reading.units[index]
        number = COUNTS.get(unit.tag)
        if unit.tag == "both" and _counts_zones(reading, index):
            number = 2
        if unit.tag == NUMBER and not unit.unit and unit.value in range(7) and not unit.accounted:
            number = int(unit.value) if unit.text.isdigit() else None
        if unit.accounted or (number is None and unit.tag != "several"):
            continue
        if number == 6 and _is_whole(reading, index) and reading.has("zone_noun"):
            reading.account(index)
            continue
        if number == 1 and index and reading.units[index - 1].tag == "no":
            reading.account(index)  # "not one zone"
            continue
        beside = [one.tag for one in reading.units[max(0, index - 1) : index + 2]]
        if number == 1 and beside == ["only", "one", "of"] and reading.mentions:
            reading.account(index)  # "A is the only one of low intensity"
            continue
        if number is not None and _is_pool(reading, index):  # "two of the four marked zones"
            marked = len(reading.facts.items)
            reading.note(index, number in (marked, len(Zone)), SpanKind.COUNT)
            continue
        noun = _counted_noun(reading, index)
        if noun is None:
            _check_label_count(reading, index, number)
            continue
        part = _part_before(reading, index)
        if part is not None and number is not None:  # "half of the six zones"
            counted = reading.units[part].value * number
            good = abs(counted - len(reading.facts.items)) < 0.5
            reading.note(part, good, SpanKind.COUNT, regions=float(len(reading.facts.items)))
            reading.account(index)
            continue
        if number == 6 and _is_whole(reading, index):
            reading.account(index)
            continue
        _check_count(reading, index, number)


def _counts_zones(reading: Reading, index: int) -> bool:
    """Whether "both" is of zones ("both marked zones"), not of lungs."""
    noun = reading.neighbours(index, 1, skip=("mark", "of", "plain", *DEGREES))
    return noun is not None and reading.units[noun].tag == "zone_noun"


def _check_label_count(reading: Reading, index: int, number: int | None) -> None:
    """Such as "Five labels" is right of as many."""
    noun = reading.neighbours(index, 1, skip=(*_BETWEEN, "max", "other"))
    if noun is not None and reading.units[noun].tag == "classifier":
        labels = len(reading.facts.prediction.labels)
        if number == labels or reading.has("max", "other"):
            reading.account(index)


def _counted_noun(reading: Reading, index: int) -> int | None:  # noqa: PLR0911
    """The zones counted: right after a number, past what describes them; or the number itself."""
    noun = reading.neighbours(index, 1, skip=_BETWEEN)
    tag = "" if noun is None else reading.units[noun].tag
    before = reading.units[index - 1].tag if index else ""
    is_end = tag in ("", "punctuation", "joins", "dash", "each_side")
    extremes = ("max", "min", "more", "less")
    if before == "of" and is_end and reading.has(*extremes):
        return index  # "the weakest of three"
    whole = [at for at in reading.tagged("six") if at < index and _is_whole(reading, at)]
    if whole and tag != "zone_noun":
        return index  # "of six zones two are marked"
    if is_end:
        segment = reading.segment_of(index)
        counted = any(unit.kind is SpanKind.COUNT for unit in reading.units[:index])
        sided = reading.has("right", "left", "each_side", within=segment)
        nouns = [at for at in reading.tagged("zone_noun", within=segment) if at < index]
        of_zones = bool(nouns) and reading.has("of", within=segment) and before not in LEVELS
        of_zones = of_zones or (bool(nouns) and tag == "each_side")
        if sided and ((counted and before in _ELLIPTIC) or of_zones):
            return index  # "..., the left lung one"
        return None
    if noun is None or noun - index > 6:
        return None
    if tag == "six" or (tag in COUNTS and _is_pool(reading, noun)):  # "three of six zones"
        return _counted_noun(reading, noun)
    if tag == "zone_noun":
        return noun
    previous = reading.neighbours(index, -1, skip=("of", "plain"))
    if previous is not None and reading.units[previous].text == ":" and reading.has("zone_noun"):
        return previous
    return None


def _part_before(reading: Reading, index: int) -> int | None:
    """A fraction of the zones counted: "half of the six"."""
    before = reading.neighbours(index, -1, skip=("of", "plain"))
    if before is None or reading.units[before].tag != NUMBER or before == index - 1:
        return None
    return before if is_fraction(reading.units[before]) else None


def _is_pool(reading: Reading, index: int) -> bool:
    """Whether a count is of those that an earlier one is taken from: "two of the four marked"."""
    units = reading.units
    before = reading.neighbours(index, -1, skip=("of", "plain"))
    apart = before is not None and index - before > 1
    counted = before is not None and units[before].tag in COUNTS
    after = reading.neighbours(index, 1, skip=("of", "plain"))
    marked = after is not None and units[after].tag == "mark"
    joined = {unit.text.lower() for unit in units[(before or 0) + 1 : index]}
    return apart and counted and marked and not joined & {",", ";", ":"}


def _is_whole(reading: Reading, index: int) -> bool:
    """Whether "six" is the number of all there are: "of six", "of the six"."""
    before = reading.units[max(0, index - 3) : index]
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    if others and before and before[-1].tag == "of":
        return True  # "of the six zones two are marked"
    return any(
        unit.tag in COUNTS or unit.tag in ("several", "no", "only") for unit in before
    ) and any(unit.tag in ("of", "plain") for unit in before)


def _check_count(reading: Reading, index: int, number: int | None) -> None:  # noqa: PLR0912
    facts = reading.facts
    segment = reading.segment_of(index)
    items = list(facts.items)
    grades = [
        at
        for at in reading.tagged(*DEGREES, within=segment)
        if not _other_quantity(reading, at) and not _is_apart(reading, index, at)
    ]
    sides = [
        at
        for at in reading.tagged("right", "left", within=segment)
        if not reading.units[at].accounted and abs(at - index) < 8
    ]
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    sides = [  # "two on the right and one on the left"
        at for at in sides if not any(min(at, index) < one < max(at, index) for one in others)
    ]
    if others and len(sides) == 2:
        sides = sides[:1]
    if len(sides) == 1:
        items = [item for item in items if item.zone.side == reading.units[sides[0]].tag]
        reading.note(sides[0], None, SpanKind.SIDE)
    if len(grades) == 1 and not reading.mentions:
        items = [item for item in items if item.grade is DEGREES[reading.units[grades[0]].tag]]
        reading.account(*grades)
    counted = len(items)
    denied = [at for at in reading.near_denials(index) if at > index]
    if denied and not reading.mentions:
        counted = (3 if len(sides) == 1 else 6) - counted
        reading.account(*denied)
    each_side = reading.tagged("each_side") or [
        at for at in reading.tagged("both") if others and others[0] < index < at <= index + 2
    ]
    later = [at for at in reading.tagged(*COUNTS) if each_side and index < at < each_side[0]]
    earlier = [at for at in reading.tagged(*COUNTS) if each_side and each_side[0] < at < index]
    if each_side and not (later or earlier):
        each = [sum(item.zone.side is side for item in facts.items) for side in Side]
        reading.account(*each_side)
        reading.note(index, number is not None and set(each) == {number}, SpanKind.COUNT)
        return
    modifier = reading.neighbours(index, -1, skip=("than", "of"))
    tag = reading.units[modifier].tag if modifier is not None else ""
    good: bool | None
    if number is None:
        good = counted >= 2
    elif tag in ("more", "above"):
        good = counted > number
    elif tag == "at_least":
        good = counted >= number
    elif tag in ("less", "below"):
        good = counted < number
    elif tag == "at_most":
        good = counted <= number
    else:
        good = counted == number
    if tag in _MODIFIED and modifier is not None:
        reading.account(modifier, *reading.tagged("than", within=segment))
    elif (
        not good
        and number is not None
        and _says_more(reading, index)
        and _listed(reading, segment) == number
    ):
        good = None  # "two zones, A and B, ...": what is said of them is checked by itself
    only = [at for at in reading.tagged("only", "all", within=segment) if abs(at - index) <= 2]
    reading.account(*only)
    reading.note(index, good, SpanKind.COUNT, regions=float(len(facts.items)))


def _is_apart(reading: Reading, first: int, last: int) -> bool:
    """Whether a denial after a comma stands between a count and what is said."""
    between = reading.units[first:last]
    return any(unit.text == "," for unit in between) and any(unit.tag == "no" for unit in between)


def _other_quantity(reading: Reading, index: int) -> bool:
    """Whether a degree is of the methods' agreement, or something else took it."""
    return reading.units[index].accounted or quantity_near(reading, index) == "agreement"


def _says_more(reading: Reading, index: int) -> bool:
    """Whether more is said of the zones counted than that they are marked."""
    before = reading.neighbours(index, -1, skip=("of",))
    only = before is not None and reading.units[before].tag == "only"
    return not only and reading.has(*DEGREES, NUMBER, "max", "min", "more", "less", "agreement")


def _listed(reading: Reading, segment: Segment) -> int:
    return len({mention.zone for mention in reading.mentions})


def check_nothing(reading: Reading) -> None:
    """No zone at all: "no highlighted regions", "nothing is highlighted"."""
    for segment in reading.segments:
        _check_nothing(reading, segment)


def _check_nothing(reading: Reading, segment: Segment) -> None:
    facts = reading.facts

    def open_units(*tags: str) -> list[int]:
        return [
            at for at in reading.tagged(*tags, within=segment) if not reading.units[at].accounted
        ]

    denials = open_units("no", "absent")
    if (
        reading.zones_in(segment)
        or not denials
        or open_units("right", "left", "both", "one_sided", "other", "except")
    ):
        return
    whole = len(reading.segments) == 1
    if not reading.has("zone_noun", "mark", "intensity", within=None if whole else segment):
        return
    classes = (LABEL, "normal", "abnormal", "agreement", "confidence", "probability")
    if any(at > denials[0] for at in reading.tagged(*classes, within=segment)):
        return
    evidence = {"regions": float(len(facts.items))}
    bounds = reading.tagged(NUMBER, within=segment)  # another check may have tried it as a value
    grades = open_units(*DEGREES)
    good: bool
    reaching = [
        at
        for at in range(segment.start, segment.end)
        if reading.units[at].is_denial
        or in_table(reading.units[at].text, "reaching", facts.language)
    ]
    if bounds and (reaching or reading.has("above", "more", "at_least")):  # "none exceeds 0.8"
        limit = reading.units[bounds[0]]
        good = all(item.intensity <= limit.value + limit.tolerance for item in facts.items)
        limit.good = None
        reading.account(bounds[0], *reaching)
        reading.account(*reading.tagged("above", "more", "at_least", "than"))
    elif grades:
        grade = DEGREES[reading.units[grades[0]].tag]
        good = all(item.grade is not grade for item in facts.items)
        reading.account(*grades, *reading.tagged("below"))
    else:
        good = not facts.items
    reading.account(*open_units("all", "six"), *denials[1:])
    reading.note(denials[0], good, SpanKind.ZONE, **evidence)


def check_others(reading: Reading) -> None:
    """Such as "No other zone is marked", "nothing except A", "the remaining zones are weak"."""
    facts = reading.facts
    others = reading.tagged("other", "except")
    others = [at for at in others if not reading.units[at].accounted]
    if not others:
        return
    named = [mention.zone for mention in reading.mentions] or list(reading.context)
    segment = reading.segment_of(others[0])
    denials = [at for at in reading.tagged("no", "absent") if not reading.units[at].accounted]
    whole = [at for at in reading.tagged("all", "only") if not reading.units[at].accounted]
    grades = [
        at
        for at in reading.tagged(*DEGREES, within=segment)
        if reading.units[at].kind is None and not reading.units[at].accounted
    ]
    pool = _pool_of_side(reading, others[0])
    rest = [item for item in pool if item.zone not in named]
    if not named:
        return
    extremes = [
        at
        for at in reading.tagged("equal", "more", "above", "max", within=segment)
        if not reading.units[at].accounted
    ]
    if denials and extremes and reading.mentions:  # "no other zone is as strong as A"
        strongest = max((item.intensity for item in facts.items), default=0.0)
        items = [facts.zones.get(zone) for zone in named]
        good = all(item is not None and item.intensity >= strongest - 0.005 for item in items)
        reading.note(extremes[0], good, SpanKind.ORDER)
        reading.account(*others, *denials, *whole, *reading.tagged("than"), *grades, *extremes)
        return
    if grades and not denials:
        grade = DEGREES[reading.units[grades[0]].tag]
        good = bool(rest) and all(item.grade is grade for item in rest)
        reading.note(grades[0], good, SpanKind.GRADE)
    elif reading.has("except") and whole and not denials:  # "all zones except A are marked"
        good = {item.zone for item in facts.items} == set(Zone) - set(named)
        reading.excepted = frozenset(named)
        for mention in reading.mentions:
            reading.account(*range(mention.first, mention.last + 1))
    elif denials:
        good = not rest
        if reading.has("except"):
            good = {item.zone for item in pool} == set(named)
            reading.excepted = frozenset(named)
        for mention in reading.mentions:
            if reading.has("except"):
                present = mention.zone in facts.zones
                reading.units[mention.first].good = present
                reading.units[mention.last].good = present
        reading.account(*denials)
    else:
        return
    reading.account(*others, *whole)
    reading.note(others[0], good, SpanKind.ZONE)


def _pool_of_side(reading: Reading, other: int) -> Sequence[Descriptor]:
    """The descriptors that "other" or "except" is of: "in the right lung, except A, none"."""
    inside = {at for one in reading.mentions for at in range(one.first, one.last + 1)}
    sides = [at for at in reading.tagged("right", "left") if at < other and at not in inside]
    if len(sides) != 1 or (reading.mentions[:1] and reading.mentions[0].first < other):
        return reading.facts.items
    reading.account(*sides)
    side = reading.units[sides[0]].tag
    return [item for item in reading.facts.items if item.zone.side == side]


def check_only(reading: Reading) -> None:  # noqa: PLR0912
    """Such as "Only A is marked", "confined to A and B": no other is, or none of that grade."""
    facts = reading.facts
    for index in reading.tagged("only"):
        unit = reading.units[index]
        if unit.accounted:
            continue
        after = reading.neighbours(index, 1, skip=("of", "difference"))
        passed = reading.neighbours(index, 1, skip=("of", "difference", "plain"))
        if passed is not None and reading.units[passed].tag in ("more", "less", "above", "below"):
            reading.account(index)  # "only slightly ahead"
            continue
        following = None if after is None else reading.units[after]
        if following is not None and following.tag in (
            NUMBER,
            *DEGREES,
            "above",
            "below",
            "near",
            "partial",
            "poor",
            "more",
            "less",
            "within",
            "only",
            *COUNTS,
        ):
            reading.account(index)
            continue
        segment = reading.segment_of(index)
        mentions = reading.zones_in(segment)
        sides = _sides(reading, segment)
        if following is not None and following.tag == "zone_noun" and not (mentions or sides):
            reading.note(
                index, len(facts.items) == 1, SpanKind.COUNT, regions=float(len(facts.items))
            )
            continue
        beside = reading.neighbours(index, -1, skip=("lung",))
        if following is not None and following.tag in SIDES and after is not None:
            inside = any(one.first <= after <= one.last for one in reading.mentions)
            beside = beside if inside else after  # "only the left lung: middle zone ..."
        if (
            beside is not None
            and reading.units[beside].tag in SIDES
            and mentions
            and (not any(mention.last < beside or mention.first == beside for mention in mentions))
        ):  # "left lung only: middle zone ..."
            good = facts.sides == {Side(reading.units[beside].tag)}
            _note_sides(reading, [index], good)
            continue
        if mentions:
            named = {mention.zone for mention in mentions}
            pool: Sequence[Descriptor] = facts.items
            if reading.tagged("right", "left") and reading.tagged("right", "left")[0] < index:
                said_sides = {zone.side for zone in named}  # "on the left, only the lower zone"
                pool = [item for item in pool if item.zone.side in said_sides]
            grades = reading.tagged(*DEGREES, within=segment)
            if len(grades) == 1:
                grade = DEGREES[reading.units[grades[0]].tag]
                pool = [item for item in pool if item.grade is grade]
            good = {item.zone for item in pool} == named
            if reading.denials(segment):
                good = {zone for zone in Zone if zone not in facts.zones} == named
            reading.note(index, good, SpanKind.ZONE)
        elif sides:
            said = {Side(reading.units[at].tag) for at in sides}
            denied = reading.denials(segment)
            good = (facts.sides == said) != bool(denied)
            if denied and len(said) == 1:
                good = said.isdisjoint(facts.sides) and bool(facts.sides)
            reading.account(*denied, *reading.tagged("all", within=segment))
            _note_sides(reading, [index, *sides], good)


def _sides(reading: Reading, segment: Segment | None = None) -> list[int]:
    return [
        at
        for at in reading.tagged("right", "left", within=segment)
        if not reading.units[at].accounted
    ]


def _note_sides(reading: Reading, indices: Sequence[int], good: bool | None) -> None:
    listed = ", ".join(side.value for side in Side if side in reading.facts.sides)
    for at in indices:
        reading.note(at, good, SpanKind.SIDE, sides=listed)


def check_sides(reading: Reading) -> None:  # noqa: PLR0912
    """The sides that a sentence speaks of without a zone."""
    facts = reading.facts
    for index in reading.tagged("one_sided"):
        segment = reading.segment_of(index)
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        _note_sides(reading, [index], (len(facts.sides) == 1) != bool(denied))
    for segment in reading.segments:
        both = [
            at for at in reading.tagged("both", within=segment) if not reading.units[at].accounted
        ]
        sides = _sides(reading, segment)
        paired = [at for at in both if len(sides) == 1 and 0 < sides[0] - at <= 3]
        both = [] if paired else both  # "two zones, both on the right"
        whole = [
            at for at in reading.tagged("all", within=segment) if not reading.units[at].accounted
        ]
        extremes = [
            at
            for at in reading.tagged("max", "min", within=segment)
            if not reading.units[at].accounted
        ]
        compared = [
            at
            for at in reading.tagged("more", "less", within=segment)
            if not reading.units[at].accounted
        ]
        denied = reading.denials(segment)
        if sides and not denied:  # "neither the upper zones nor any on the left"
            last = max((one.last for one in reading.zones_in(segment)), default=sides[0])
            denied = [at for at in reading.tagged("no", within=segment) if last < at < sides[0]]
        grades = [
            at
            for at in reading.tagged(*DEGREES, within=segment)
            if reading.units[at].kind is None and not reading.units[at].accounted
        ]
        if both:
            good = facts.sides == set(Side)
            if denied:
                good = (not facts.sides) if _reaches_each(reading, denied, both) else not good
                reading.account(*denied)
            _note_sides(reading, both, good)
            reading.account(*whole)
            if grades:
                _check_side_grade(reading, grades[0], facts.items)
            if len(sides) == 1 and (extremes or compared):
                _check_stronger(reading, segment, [*extremes, *compared], sides[0])
        elif len(sides) == 2 and not denied and not extremes:
            _note_sides(reading, sides, facts.sides == set(Side))
        elif len(sides) == 2 and not denied and sides[0] < extremes[0] < sides[1]:
            _check_stronger(reading, segment, extremes, sides[0])  # "predominates over the left"
            _note_sides(reading, sides[1:], None)
        elif len(sides) == 1 and paired:
            _note_sides(
                reading, [*paired, *sides], facts.sides == {Side(reading.units[sides[0]].tag)}
            )
        elif len(sides) == 1 and extremes:
            _check_stronger(reading, segment, extremes, sides[0])
        elif len(sides) == 1 and compared and not denied:
            _check_stronger(reading, segment, compared, sides[0])
        elif len(sides) == 1:
            _check_one_side(reading, sides[0], whole, denied, grades)


def _check_stronger(reading: Reading, segment: Segment, words: Sequence[int], side: int) -> None:
    """Whether a side is the stronger, or the weaker, as a word says."""
    about_agreement = reading.has("agreement", within=segment)
    stronger = agreeing_side(reading) if about_agreement else stronger_side(reading)
    is_less = reading.units[words[0]].tag in ("min", "less")
    if stronger is not None:
        said = Side(reading.units[side].tag)
        _note_sides(reading, [*words, side], (stronger is said) != is_less)


def check_evenness(reading: Reading) -> None:
    """Such as "Attention is asymmetric": one side is clearly the stronger."""
    for index in reading.tagged("asymmetric", "symmetric"):
        if not (reading.mentions or reading.has("intensity", "mark", "distribution")):
            continue
        if reading.units[index].tag == "symmetric":
            _check_symmetric(reading, index)
            continue
        stronger = stronger_side(reading)
        denied = reading.denials(reading.segment_of(index))
        if stronger is not None:
            reading.account(*denied)
            _note_sides(reading, [index], not denied)


def _check_symmetric(reading: Reading, index: int) -> None:
    """Such as "Attention is symmetrical in the lower zones": of each pair of zones, or of all."""
    named = {mention.zone.level for mention in reading.mentions} or set(Level)
    gaps = []
    for level in named:
        pair = [reading.facts.zones.get(Zone(f"{side}_{level}")) for side in Side]
        first, second = (0.0 if item is None else item.intensity for item in pair)
        gaps.append(abs(first - second))
    denied = reading.near_denials(index)
    if max(gaps) >= _UNEVEN_FROM or max(gaps) <= _EVEN_TO:
        reading.account(*denied)
        _note_sides(reading, [index], (max(gaps) <= _EVEN_TO) != bool(denied))


def _reaches_each(reading: Reading, denied: Sequence[int], both: Sequence[int]) -> bool:
    """Whether a denial after "both" denies each ("both lungs are free"), not their being two."""
    return reading.units[denied[0]].tag == "absent" or denied[0] > both[0]


def _check_one_side(
    reading: Reading, index: int, whole: Sequence[int], denied: Sequence[int], grades: Sequence[int]
) -> None:
    facts = reading.facts
    side = Side(reading.units[index].tag)
    items = [item for item in facts.items if item.zone.side is side]
    if grades:
        _check_side_grade(reading, grades[0], items)
        _note_sides(reading, [index], bool(items))
        return
    if whole and not denied:
        marks = reading.tagged("mark")
        if [at for at in marks if at > index or at < whole[0]] and whole[0] < index:
            _note_sides(reading, [index, *whole], len(items) == 3)  # "all zones of the right lung"
        else:
            _note_sides(reading, [index, *whole], facts.sides == {side})  # "all lie on the right"
        return
    good = (not items) if denied else bool(items)
    if reading.has("distribution") and not denied:  # "the distribution is left-sided"
        good = facts.sides == {side}
    _note_sides(reading, [index], good)
    reading.account(*denied, *whole)


def _check_side_grade(reading: Reading, index: int, items: Sequence[Descriptor]) -> None:
    grade = DEGREES[reading.units[index].tag]
    right = [item.grade is grade for item in items]
    if right and len(set(right)) == 1:
        reading.note(index, right[0], SpanKind.GRADE)
    elif right:
        return
    else:
        reading.note(index, False, SpanKind.GRADE)


def check_all(reading: Reading) -> None:
    """Such as "All six zones are marked", "all marked zones are weak", "every zone exceeds 0.3"."""
    facts = reading.facts
    for index in reading.tagged("all", "both"):
        if reading.units[index].accounted or reading.mentions or reading.has("together"):
            continue
        segment = reading.segment_of(index)
        noun = reading.neighbours(index, 1, skip=_BETWEEN + tuple(COUNTS) + ("there", "methods"))
        tag = "" if noun is None else reading.units[noun].tag
        if tag == "classifier":
            reading.account(index)  # "of all labels"
            continue
        is_pair = reading.units[index].tag == "both"
        after = reading.neighbours(index, 1, skip=("of", "plain"))
        beside = "" if after is None else reading.units[after].tag
        if beside in ("agreement", "share", "intensity", "above", "more", "below", "less"):
            tag = "intensity" if is_pair else tag
        quantified = tag in ("agreement", "share", "intensity") and is_pair
        if tag not in ("zone_noun", "of", "mark", "agreement", "share", "intensity") or (
            is_pair and not (quantified or tag == "zone_noun")
        ):
            continue
        if reading.has("right", "left", within=segment):
            continue
        grades = [
            at
            for at in reading.tagged(*DEGREES, within=segment)
            if reading.units[at].kind is None and not reading.units[at].accounted
        ]
        numbers = [
            at
            for at in range(segment.start, segment.end)
            if reading.units[at].tag == NUMBER and not reading.units[at].accounted
        ]
        if is_pair and (len(facts.items) != 2 or not (numbers or quantified)):
            continue
        denied = reading.denials(segment)
        if grades and facts.items and not denied:
            grade = DEGREES[reading.units[grades[0]].tag]
            reading.note(
                grades[0], all(item.grade is grade for item in facts.items), SpanKind.GRADE
            )
            reading.note(index, None, SpanKind.COUNT)
        elif len(numbers) == 1 and facts.items:
            kind = kind_of(reading, numbers[0])
            name = kind if kind in ("agreement", "share") else "intensity"
            found = [
                matches(reading, numbers[0], {name: getattr(item, name)}) for item in facts.items
            ]
            reading.note(numbers[0], all(found), SpanKind.NUMBER)
            reading.note(index, None, SpanKind.COUNT)
        elif numbers or is_pair:
            continue
        elif not reading.has("right", "left", "both", within=segment) and not reading.mentions:
            counted = len(facts.items)
            good = counted == 0 if denied else counted == len(Zone)
            reading.account(*denied)
            reading.note(index, good, SpanKind.COUNT, regions=float(counted))
