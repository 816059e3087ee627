"""Measures the report model on descriptor sets it never saw: before the claim check and after."""

import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.language_model import LanguageModel
from pipeline.settings import Settings
from pipeline.types import Claim, ClaimStatus, Language, Section
from report.claims import check_report
from report.facts import Facts
from report.repair import faults
from report.sections import parse_sections
from report.writer import GgufWriter
from training.report_text import Case, case_prompt, random_case

HELD_OUT_SEED = "held out"
_BUDGET = 300


def measure(file: Path, *, cases: int = 100) -> dict[str, dict[str, float]]:
    """Write reports for unseen cases of each language and count what is right.

    Args:
        file: The GGUF file.
        cases: Cases a language; their seed is never one of training's.

    Returns:
        By language, shares in [0, 1]: of the model's first texts, `sections_complete`,
        `zones_exact` (the findings name every zone of the prompt and no other),
        `nothing_contradicted` and `faultless` (also nothing left out); of finished reports,
        `zones_exact_after_check`, `contradicted_after_check`, `written_twice` and
        `sentences_replaced`; and `tokens_per_s`, `tokens_per_report`.
    """
    model = _Remembering(LanguageModel(file))
    writer = GgufWriter(Settings(report_tokens=_BUDGET), model)
    figures = {}
    for language in Language:
        rng = random.Random(f"{HELD_OUT_SEED} {language}")
        drawn = [random_case(rng, language) for _ in range(cases)]
        figures[language.value] = _first_texts(model, drawn) | _finished(writer, drawn)
    return figures


class _Remembering:
    """A language model that replays its likeliest texts instead of writing them again."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._texts: dict[str, list[str]] = {}
        self.name, self.sha256 = model.name, model.sha256
        self.takes_plain_prompt = model.takes_plain_prompt
        self.prompt = model.prompt

    def generate(
        self, prompt: str, *, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        if temperature > 0:
            return self._model.generate(prompt, tokens=tokens, temperature=temperature, seed=seed)
        if prompt not in self._texts:
            self._texts[prompt] = list(self._model.generate(prompt, tokens=tokens))
        return iter(self._texts[prompt])


def _first_texts(model: _Remembering, drawn: list[Case]) -> dict[str, float]:
    complete = exact = clean = faultless = tokens = 0
    seconds = 0.0
    for case in drawn:
        started = time.perf_counter()
        pieces = list(model.generate(case_prompt(case), tokens=_BUDGET))
        seconds += time.perf_counter() - started
        tokens += len(pieces)
        sections = parse_sections("".join(pieces), case.language)
        whole = {section: sections.get(section, "") for section in Section}
        claims = check_report(whole, case.prediction, case.descriptors, case.language)
        complete += len(sections) == len(Section)
        exact += _zones_exact(claims, case)
        clean += all(claim.status is not ClaimStatus.CONTRADICTED for claim in claims)
        facts = Facts(
            prediction=case.prediction, items=case.descriptors.items, language=case.language
        )
        faultless += faults(sections, facts) == 0
    return {
        "sections_complete": complete / len(drawn),
        "zones_exact": exact / len(drawn),
        "nothing_contradicted": clean / len(drawn),
        "faultless": faultless / len(drawn),
        "tokens_per_s": round(tokens / seconds, 1),
        "tokens_per_report": round(tokens / len(drawn), 1),
    }


def _zones_exact(claims: Iterable[Claim], case: Case) -> bool:
    named = {zone for claim in claims if claim.section is Section.FINDINGS for zone in claim.zones}
    return named == {item.zone for item in case.descriptors.items}


def _finished(writer: GgufWriter, drawn: list[Case]) -> dict[str, float]:
    exact = contradicted = twice = replaced = sentences = 0
    for case in drawn:
        report = writer.write(case.prediction, case.descriptors, language=case.language, seed=0)
        exact += _zones_exact(report.claims, case)
        contradicted += sum(claim.status is ClaimStatus.CONTRADICTED for claim in report.claims)
        twice += report.attempts > 1
        replaced += sum(claim.replaced for claim in report.claims)
        sentences += len(report.claims)
    return {
        "zones_exact_after_check": exact / len(drawn),
        "contradicted_after_check": contradicted / sentences,
        "written_twice": twice / len(drawn),
        "sentences_replaced": round(replaced / sentences, 4),
    }
