"""The report model's tokens: a small byte-level BPE, and whole phrases as tokens of their own.

A zone, a two-decimal number, a label, a grade are one token each, so that copying a fact from the
prompt is one step, and a number of the prompt is one token with the words that say what it is, so
that an intensity is not taken for an agreement; the templates' wording is cut into phrases of a few
words, so that a report is short and what the model spends itself on are the facts. Other text falls
back to the BPE.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.types import Language, MeasurementUnit, Section, ThresholdRelation
from pipeline.words import words_of
from report.writing.measurement_words import quantity, statement_head, statement_tail
from segmentation.measurement_settings import load_measurement_settings
from training.writer.cases import (
    MEASUREMENT_RANGES,
    TAUGHT,
    case_prompt,
    case_report,
    random_case,
    templates,
)

END = "<|end|>"
PHRASE_WORDS = 4
NUMBERS = tuple(f"{number / 100:.2f}" for number in range(101))
LENGTHS = tuple(f"{length / 10:.1f}" for length in range(361))  # in cm, as measurements are told
_SLOT = re.compile(r"\{\w+\}")
_NUMBER_SLOT = re.compile(r"([^{}]*)\{(?:intensity|agreement|confidence)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The tokens in id order.

    Attributes:
        base: Byte-level BPE tokens in their byte spelling.
        merges: The BPE's merges, each two tokens with a space between.
        phrases: The phrase tokens, as plain text; their ids follow the base's.
    """

    base: tuple[str, ...]
    merges: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def end_id(self) -> int:
        """The id of the end of text, after all others."""
        return len(self.base) + len(self.phrases)

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return self.end_id + 1


def _strings(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for name, value in table.items():
            if name != "other_labels":
                yield from _strings(value)
    elif isinstance(table, list):
        for value in table:
            yield from _strings(value)


def _told(language: Language) -> dict[str, Any]:
    """What of a language's words a report may hold."""
    table = words_of(language).table
    others = {"page", "messages", "documents", "measurements"}
    return {name: texts for name, texts in table.items() if name not in others}


def _chunks(literal: str) -> Iterator[str]:
    """Cut template wording after its commas, then into runs of at most `PHRASE_WORDS` words."""
    for clause in re.split(r"(?<=[,;:])(?= )", literal):
        words = re.findall(r"\s*\S+", clause)
        if not words:
            continue
        runs = -(-len(words) // PHRASE_WORDS)
        size = -(-len(words) // runs)
        for start in range(0, len(words), size):
            yield "".join(words[start : start + size])


def _phrases(language: Language) -> Iterator[str]:
    own = words_of(language)
    for name in ("opening", "found", "none", "task"):
        yield own.report["prompt"][name]
    for name in ("zone", "label", "confidence"):
        yield from (piece.rstrip() for piece in _SLOT.split(own.report["prompt"][name]))
    for name in ("zone", "confidence"):
        for before in _NUMBER_SLOT.findall(own.report["prompt"][name]):
            yield from (f"{before}{number}" for number in NUMBERS)
    yield from _measurement_phrases(language)
    for section in Section:
        yield f"{own.sections[section]}:\n"
        yield f"\n\n{own.sections[section]}:\n"
    for zone in own.zones.values():
        yield from (f" {form}" for form in (zone.name, zone.where, zone.of))
        yield zone.lobe
    for grade in own.grades.values():
        yield f", {grade}"
    for label in own.labels.values():
        yield f" {label}"
    for count in templates(language)["counts"]:
        yield f" {count}"
    wording = {name: value for name, value in templates(language).items() if name != "counts"}
    for template in _strings(wording):
        for literal in _SLOT.split(template):
            chunks = list(_chunks(literal.rstrip()))
            yield from chunks
            if chunks and template.startswith(chunks[0]):
                yield f" {chunks[0]}"


def _measurement_phrases(language: Language) -> Iterator[str]:
    """A measurement's value and name are one token of the prompt, as every number is."""
    for name, rule in load_measurement_settings().rules.items():
        if rule.threshold is None:
            continue
        head = f" {statement_head(name, language)}"
        if rule.unit is MeasurementUnit.RATIO:
            yield from (f"{head} {number}" for number in NUMBERS)
        else:
            low, high, _ = MEASUREMENT_RANGES[name]
            drawn = (length for length in LENGTHS if low <= float(length) <= high)
            yield from (f"{head} {length}" for length in drawn)
            yield head
        threshold = quantity(rule.threshold.value, rule.unit, language)
        yield from (statement_tail(relation, threshold, language) for relation in ThresholdRelation)
    yield f" {quantity(0.0, MeasurementUnit.CM, language).split()[-1]}"


def fact_phrases() -> frozenset[str]:
    """The phrase tokens by which a report states a fact, and does not word it."""
    found = {f" {number}" for number in (*NUMBERS, *LENGTHS)}
    for language in TAUGHT:
        own = words_of(language)
        found |= {f" {form}" for zone in own.zones.values() for form in (zone.name, zone.where)}
        found |= {f", {grade}" for grade in own.grades.values()}
        found |= {f" {label}" for label in own.labels.values()}
        relations = own.report["measurements"]["relations"].values()
        found |= {next(_chunks(f" {_SLOT.split(words)[0].rstrip()}")) for words in relations}
        for wordings in templates(language)["hyperinflation"].values():
            found |= {f" {next(_chunks(wording))}" for wording in wordings}
    return frozenset(found)


def phrases() -> tuple[str, ...]:
    """Every phrase token of all languages, without repeats, in a stable order."""
    found = [f" {number}" for number in (*NUMBERS, *LENGTHS)]
    for language in TAUGHT:
        found += _phrases(language)
    return tuple(dict.fromkeys(phrase for phrase in found if len(phrase) > 1))


def build_vocabulary(*, base_size: int, cases: int = 1500, seed: int = 7) -> Vocabulary:
    """Train the BPE on the words of generated text and put the phrases after it.

    Args:
        base_size: Tokens of the BPE, the 256 bytes included.
        cases: Cases a language whose text it is trained on.
        seed: Of the cases.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    rng = random.Random(seed)
    texts = []
    for language in TAUGHT:
        for _ in range(cases):
            case = random_case(rng, language)
            texts.append(re.sub(r"\d", "", case_prompt(case) + case_report(case, rng)))
        texts += [f" {label}" for label in templates(language)["other_labels"]] * 20
        texts += list(_strings(_told(language)))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=base_size,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    ordered = sorted(model["vocab"], key=model["vocab"].__getitem__)
    merges = tuple(
        " ".join(pair) if not isinstance(pair, str) else pair for pair in model["merges"]
    )
    taken = set(ordered)  # llama.cpp aborts on two tokens of one spelling
    return Vocabulary(
        base=tuple(ordered),
        merges=merges,
        phrases=tuple(phrase for phrase in phrases() if phrase not in taken),
    )
