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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.types import Language, MeasurementUnit, Section, ThresholdRelation
from pipeline.words import Words, words_of
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
RATIOS = tuple(number / 100 for number in range(101))  # shares, with two decimals
LENGTHS = tuple(length / 10 for length in range(361))  # in cm, of measurements
_SLOT = re.compile(r"\{\w+\}")
_NUMBER_SLOT = re.compile(r"([^{}]*)\{(intensity|agreement|confidence)\}")

Keyed = tuple[str, str]
"""A phrase after its key: the place of the words it spells, the same whatever they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The tokens in id order.

    Attributes:
        base: Byte-level BPE tokens in their byte spelling.
        merges: The BPE's merges, each two tokens with a space between.
        phrases: The phrase tokens, as plain text; their ids follow the base's.
        keys: What each phrase stands for, as `phrase_keys` has it, so that another wording of the
            same can take over what was learned; none in files of before they were kept.
    """

    base: tuple[str, ...]
    merges: tuple[str, ...]
    phrases: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...] = ()

    @property
    def end_id(self) -> int:
        """The id of the end of text, after all others."""
        return len(self.base) + len(self.phrases)

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return self.end_id + 1


def _strings(table: Any, key: str = "") -> Iterator[Keyed]:
    """Every string of a table that is wording, keyed by its place there."""
    if isinstance(table, str):
        yield key, table
    elif isinstance(table, dict):
        for name, value in table.items():
            if name != "other_labels":
                yield from _strings(value, f"{key}.{name}")
    elif isinstance(table, list):
        for index, value in enumerate(table):
            yield from _strings(value, f"{key}.{index}")


def _told(language: Language) -> dict[str, Any]:
    """What of a language's words a report may hold."""
    table = words_of(language).table
    others = {"page", "messages", "documents", "measurements"}
    told = {name: texts for name, texts in table.items() if name not in others}
    unsaid = ("claims", "lexicon")  # what the check understands, which no report needs to say
    report = {name: texts for name, texts in told["report"].items() if name not in unsaid}
    return {**told, "report": report}


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


def _numbers(language: Language) -> Iterator[Keyed]:
    """The numbers of a report, in a language's spelling."""
    own = words_of(language)
    yield from ((f".ratio.{one:.2f}", f" {own.number(one)}") for one in RATIOS)
    yield from ((f".length.{one:.1f}", f" {own.number(one, 1)}") for one in LENGTHS)


def _phrases(language: Language) -> Iterator[Keyed]:
    own = words_of(language)
    for name in ("opening", "found", "none", "task"):
        yield f".prompt.{name}", own.report["prompt"][name]
    for name in ("zone", "label", "confidence"):
        for index, literal in enumerate(_SLOT.split(own.report["prompt"][name])):
            yield f".prompt.{name}.{index}", literal.rstrip()
    for name in ("zone", "confidence"):
        for before, slot in _NUMBER_SLOT.findall(own.report["prompt"][name]):
            for one in RATIOS:
                yield f".prompt.{slot}.{one:.2f}", f"{before}{own.number(one)}"
    yield from _measurement_phrases(language)
    yield from _fact_terms(own)
    for index, count in enumerate(templates(language)["counts"]):
        yield f".count.{index}", f" {count}"
    yield from _wording_phrases(language)


def _fact_terms(own: Words) -> Iterator[Keyed]:
    """Headings, zones, grades and labels, each a token with what stands before it."""
    for section in Section:
        yield f".section.{section}.first", f"{own.sections[section]}:\n"
        yield f".section.{section}", f"\n\n{own.sections[section]}:\n"
    for zone, term in own.zones.items():
        for form, words in (("name", term.name), ("where", term.where), ("of", term.of)):
            yield f".zone.{zone}.{form}", f" {words}"
        yield f".zone.{zone}.lobe", term.lobe
    for grade, word in own.grades.items():
        yield f".grade.{grade}", f", {word}"
    for label, word in own.labels.items():
        yield f".label.{label}", f" {word}"


def _wording_phrases(language: Language) -> Iterator[Keyed]:
    """What the sentence templates say around their slots, in runs of a few words."""
    wording = {name: value for name, value in templates(language).items() if name != "counts"}
    for key, template in _strings(wording):
        for index, literal in enumerate(_SLOT.split(template)):
            chunks = list(_chunks(literal.rstrip()))
            for place, chunk in enumerate(chunks):
                yield f"{key}.{index}.{place}", chunk
            if chunks and template.startswith(chunks[0]):
                yield f"{key}.{index}.0.later", f" {chunks[0]}"  # not a section's first sentence


def _measurement_phrases(language: Language) -> Iterator[Keyed]:
    """A measurement's value and name are one token of the prompt, as every number is."""
    own = words_of(language)
    for name, rule in load_measurement_settings().rules.items():
        if rule.threshold is None:
            continue
        key, head = f".prompt.{name}", f" {statement_head(name, language)}"
        if rule.unit is MeasurementUnit.RATIO:
            for one in RATIOS:
                yield f"{key}.{one:.2f}", f"{head} {own.number(one)}"
        else:
            low, high, _ = MEASUREMENT_RANGES[name]
            for one in LENGTHS:
                if low <= one <= high:
                    yield f"{key}.{one:.1f}", f"{head} {own.number(one, 1)}"
            yield key, head
        threshold = quantity(rule.threshold.value, rule.unit, language)
        for relation in ThresholdRelation:
            yield f"{key}.{relation}", statement_tail(relation, threshold, language)
    yield ".unit.cm", f" {quantity(0.0, MeasurementUnit.CM, language).split()[-1]}"


def fact_phrases() -> frozenset[str]:
    """The phrase tokens by which a report states a fact, and does not word it."""
    found: set[str] = set()
    for language in TAUGHT:
        own = words_of(language)
        found |= {number for _, number in _numbers(language)}
        found |= {f" {form}" for zone in own.zones.values() for form in (zone.name, zone.where)}
        found |= {f", {grade}" for grade in own.grades.values()}
        found |= {f" {label}" for label in own.labels.values()}
        own_templates = templates(language)
        found |= {f" {count}" for count in own_templates["counts"]}
        for _, wording in _strings(own_templates["measurements"]):
            for literal in _SLOT.split(wording)[1:]:  # where the value lies, and what it means
                found |= set(_chunks(literal.rstrip()))
        # Which of the sentences is true shows in how it begins.
        for _, wording in _strings(own_templates["hyperinflation"]):
            found.add(f" {next(_chunks(wording))}")
        for _, wording in _strings(own_templates["impression"]):  # how sure it is, after the number
            found |= set(_chunks(_SLOT.split(wording)[-1].rstrip()))
    return frozenset(phrase for phrase in found if len(phrase) > 1)


def phrase_keys() -> Mapping[str, tuple[str, ...]]:
    """Every phrase token of all languages, in a stable order, with the keys it stands under."""
    found: dict[str, list[str]] = {}
    for part in (_numbers, _phrases):
        for language in TAUGHT:
            for key, phrase in part(language):
                if len(phrase) > 1:
                    found.setdefault(phrase, []).append(f"{language}{key}")
    return {phrase: tuple(dict.fromkeys(keys)) for phrase, keys in found.items()}


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
        texts += [text for _, text in _strings(_told(language))]
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
    return with_phrases(Vocabulary(base=tuple(ordered), merges=merges, phrases=()))


def with_phrases(vocabulary: Vocabulary) -> Vocabulary:
    """A vocabulary's BPE with the phrases of today's wording."""
    taken = set(vocabulary.base)  # llama.cpp aborts on two tokens of one spelling
    keyed = {phrase: keys for phrase, keys in phrase_keys().items() if phrase not in taken}
    return replace(vocabulary, phrases=tuple(keyed), keys=tuple(keyed.values()))
