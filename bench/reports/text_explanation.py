"""The text explanation held to its own axioms, on reports of unseen cases in each language."""

import random
import time
from dataclasses import replace
from itertools import cycle
from statistics import median

from bench.metrics import TargetMetrics
from pipeline.language_model.gguf_model import LanguageModel, shipped_file
from pipeline.settings import Settings
from pipeline.types import Report, TextExplanation
from report.writing.prompt import join, spelled_report, told_classification
from report.writing.writer import ReportWriter
from training.writer.cases import TAUGHT, random_case
from xai.text.explainer import GgufTextExplainer

SEED = "text explanation"
TARGETS = {
    "shap_sum_error": 1e-3,
    "ig_sum_error": 0.05,
    "top_beats_random": 0.9,
    "seconds": 5.0,
}


def measure_text_explanation(settings: Settings, cases: int) -> TargetMetrics:
    """Write and explain reports of unseen cases, languages in turn.

    Args:
        settings: Where the weights lie, or another report model.
        cases: How many reports.

    Returns:
        `shap_sum_error`, the largest difference of the Shapley values' sum from the change of the
        report's log-probability, in nats; `ig_sum_error`, the same of the Integrated Gradients as a
        share of that change; `top_beats_random`, the share of cases in which taking out the
        descriptor of the largest Shapley value changes the log-probability more than taking out
        another, drawn one; `seconds`, the median time of one explanation, warm.

    Raises:
        ModelError: The writer is missing.
    """
    file = settings.report_model or shipped_file(settings.weights_folder)
    model = LanguageModel(file, context_tokens=settings.context_tokens)
    writer = ReportWriter(replace(settings, threads=1), model)
    explainer = GgufTextExplainer(
        settings, join=join, spell=spelled_report, classification=told_classification
    )
    explainer.warm()
    rng = random.Random(SEED)
    sums: list[float] = []
    gradients: list[float] = []
    beats: list[bool] = []
    seconds: list[float] = []
    for language in cycle(TAUGHT):
        if len(seconds) == cases:
            break
        case = random_case(rng, language)
        if len(case.descriptors.items) < 2:
            continue  # nothing to draw another from
        report = writer.write(case.prediction, case.descriptors, language=language, seed=0)
        started = time.perf_counter()
        found = explainer.explain_text(report)
        seconds.append(time.perf_counter() - started)
        change = found.shap_full - found.shap_base
        sums.append(abs(sum(one.value for one in found.shap) - change))
        total = sum(one.value for one in found.integrated_gradients)
        gradients.append(abs(found.ig_delta) / max(abs(total - found.ig_delta), 1e-9))
        beats.append(_top_beats_random(model, report, found, rng))
    measured = {
        "shap_sum_error": max(sums),
        "ig_sum_error": max(gradients),
        "top_beats_random": sum(beats) / len(beats),
        "seconds": median(seconds),
    }
    return TargetMetrics(measured=measured, targets=TARGETS)


def _top_beats_random(
    model: LanguageModel, report: Report, found: TextExplanation, rng: random.Random
) -> bool:
    ranked = sorted(found.shap, key=lambda one: -one.value)
    top, other = ranked[0].key, rng.choice(ranked[1:]).key

    def total(without: frozenset[str]) -> float:
        prompt = model.prompt("", join(report.prompt_parts, without))
        return model.log_probability(prompt, spelled_report(report)).total

    full = total(frozenset())
    return abs(full - total(frozenset({top}))) > abs(full - total(frozenset({other})))
