"""The report model and the claim check: what is right before it and after, and how fast."""

import random
import time
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from statistics import median
from typing import Any

from bench.metrics import TargetMetrics
from bench.reports.claim_set import claim_set
from pipeline.language_model.gguf_model import LanguageModel, shipped_file
from pipeline.language_model.loading import load_llama
from pipeline.settings import Settings
from pipeline.types import ClaimStatus, Language
from report.checking.claims import check_sentence
from training.writer.cases import TAUGHT, case_prompt, random_case
from training.writer.metrics import measure

CLAIMS_A_LANGUAGE = 100  # right ones, and as many wrong ones
TOKENS = 120
ROUNDS = 5
TARGETS = {
    "sections_complete": 1.0,
    "contradicted_before": 0.005,
    "contradicted_after": 0.0,
    "claim_recall": 0.98,
    "claim_false_alarms": 0.02,
    "tokens_per_s_ratio": 0.95,
    "first_token_s": 0.5,
}


def measure_report(settings: Settings, cases: int) -> TargetMetrics:
    """Write reports of unseen cases in each language, check sentences, and time the model.

    Args:
        settings: Where the weights lie.
        cases: Descriptor sets a language.

    Returns:
        `sections_complete` and `contradicted_before`, shares of first texts with all sections and
        with a sentence that contradicts the measurements; `contradicted_after`, share of finished
        reports' sentences that do; `claim_recall` and `claim_false_alarms`, see `check_claims`;
        `tokens_per_s_ratio`, our tokens a second over a bare llama.cpp loop's; `first_token_s`,
        median time to the first token of another case's report, warm.

    Raises:
        ModelError: The writer is missing.
    """
    file = settings.report_model or shipped_file(settings.weights_folder)
    by_language = measure(file, cases=cases)
    ratio, first = _speed(file)
    recall, false_alarms = check_claims()
    measured = {
        "sections_complete": _mean(by_language, "sections_complete"),
        "contradicted_before": 1 - _mean(by_language, "nothing_contradicted"),
        "contradicted_after": _mean(by_language, "contradicted_after_check"),
        "claim_recall": recall,
        "claim_false_alarms": false_alarms,
        "tokens_per_s_ratio": ratio,
        "first_token_s": first,
    }
    return TargetMetrics(measured=measured, targets=TARGETS)


def _mean(by_language: Mapping[str, Mapping[str, float]], name: str) -> float:
    return sum(metrics[name] for metrics in by_language.values()) / len(by_language)


def check_claims() -> tuple[float, float]:
    """Recall on wrong sentences and false alarms on right ones, over all languages."""
    caught: dict[bool, list[bool]] = {True: [], False: []}
    for language in TAUGHT:
        for sentence in claim_set(language, CLAIMS_A_LANGUAGE):
            claim = check_sentence(sentence.section, sentence.text, sentence.facts)
            caught[sentence.right].append(claim.status is ClaimStatus.CONTRADICTED)
    wrong, right = caught[False], caught[True]
    return sum(wrong) / len(wrong), sum(right) / len(right)


def _speed(file: Path) -> tuple[float, float]:
    """Our tokens a second over a bare loop's, and the warm time to a first token in s."""
    ours = LanguageModel(file)
    bare = load_llama(
        model_path=str(file), n_ctx=2048, n_threads=1, n_threads_batch=1, verbose=False
    )
    rng = random.Random("speed")
    prompts = [case_prompt(random_case(rng, Language.ENGLISH)) for _ in range(ROUNDS + 1)]
    list(ours.generate(prompts[0], tokens=8))  # warm
    _bare_tokens(bare, list(ours.prompt_ids(prompts[0])))
    firsts, ratios = [], []
    for prompt in prompts[1:]:
        ids = list(ours.prompt_ids(prompt))
        started = time.perf_counter()
        stream = ours.generate(prompt, tokens=TOKENS)
        next(stream)
        firsts.append(time.perf_counter() - started)
        ours_pace = (1 + sum(1 for _ in stream)) / (time.perf_counter() - started)
        started = time.perf_counter()
        bare_pace = _bare_tokens(bare, ids) / (time.perf_counter() - started)
        ratios.append(ours_pace / bare_pace)
    return median(ratios), median(firsts)


def _bare_tokens(bare: Any, ids: list[int]) -> int:
    """Write on in the plainest way and count the tokens."""
    tokens = zip(range(TOKENS), bare.generate(ids, temp=0.0), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[1] != bare.token_eos(), tokens))
