"""Names of tables that go together: degrees, counts, words that compare or order."""

from pipeline.types import Grade

DEGREES = {grade.value: grade for grade in Grade}
COUNTS = {
    word: number
    for number, word in enumerate(("zero", "one", "two", "three", "four", "five", "six"))
}
COMPARES = frozenset({"more", "less", "above", "below", "equal"})
ORDERS = frozenset({"max", "min", "second", "third", "fourth", "fifth", "sixth", "then"})
QUANTITIES = frozenset({"intensity", "agreement", "share", "confidence", "probability"})
DENIALS = frozenset({"no", "absent"})
TIMES = {"twice": 2.0, "times_3": 3.0, "times_4": 4.0}
MORE = frozenset({"more", "above"}) | TIMES.keys()
