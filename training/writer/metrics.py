"""Measures the report model on descriptor sets it never saw: before the claim check and after."""

import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.language_model.gguf_model import LanguageModel
from pipeline.settings import Settings
from pipeline.types import Claim, ClaimStatus, Descriptor, Report, Section
from report.checking.claims import check_section
from report.checking.repair import judged
from report.writing.draft import Draft
from report.writing.writer import ReportWriter
from training.writer.cases import TAUGHT, Case, random_case

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
        `nothing_contradicted`, `nothing_to_remove` (no sentence that the check would strike out)
        and `faultless` (also nothing left out); of finished reports,
        `zones_exact_after_check`, `contradicted_after_check`, `written_twice` and
        `sentences_replaced`; and `tokens_per_s`, `tokens_per_report`.
    """
    writer = ReportWriter(Settings(report_tokens=_BUDGET), LanguageModel(file))
    metrics = {}
    for language in TAUGHT:
        rng = random.Random(f"{HELD_OUT_SEED} {language}")
        drawn = [random_case(rng, language) for _ in range(cases)]
        started = time.perf_counter()
        drafts = [
            writer.draft(case.prediction, case.descriptors, language=language, seed=0)
            for case in drawn
        ]
        seconds = time.perf_counter() - started
        reports = [writer.finish(draft) for draft in drafts]
        metrics[language.value] = _first_texts(drafts, seconds) | _finished(reports, drawn)
    return metrics


def _first_texts(drafts: Sequence[Draft], seconds: float) -> dict[str, float]:
    complete = exact = clean = kept = faultless = tokens = 0
    for draft in drafts:
        tokens += draft.tokens
        claims = [
            judged(claim)
            for section, text in draft.sections.items()
            for claim in check_section(section, text, draft.facts)
        ]
        complete += len(draft.sections) == len(Section)
        exact += _zones_exact(claims, draft.facts.items)
        clean += all(claim.status is not ClaimStatus.CONTRADICTED for claim in claims)
        kept += not any(claim.removed for claim in claims)
        faultless += draft.faults == 0
    return {
        "sections_complete": complete / len(drafts),
        "zones_exact": exact / len(drafts),
        "nothing_contradicted": clean / len(drafts),
        "nothing_to_remove": kept / len(drafts),
        "faultless": faultless / len(drafts),
        "tokens_per_s": round(tokens / seconds, 1),
        "tokens_per_report": round(tokens / len(drafts), 1),
    }


def _zones_exact(claims: Iterable[Claim], items: Iterable[Descriptor]) -> bool:
    named = {zone for claim in claims if claim.section is Section.FINDINGS for zone in claim.zones}
    return named == {item.zone for item in items}


def _finished(reports: Sequence[Report], drawn: Sequence[Case]) -> dict[str, float]:
    exact = contradicted = twice = replaced = sentences = 0
    for report, case in zip(reports, drawn, strict=True):
        exact += _zones_exact(report.claims, case.descriptors.items)
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
