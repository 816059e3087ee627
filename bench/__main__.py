"""Benches: `python -m bench NAME [--json FILE]`.

How fast the product is on this machine, and how true its report and its explanations are.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.cache_folder import use_cache_folder
from pipeline.workers.process import QUIET_AND_OFFLINE

if TYPE_CHECKING:
    from pipeline.settings import Settings


EARLIER_COMMANDS = {"signs": "measurements"}
EARLIER_OPTIONS = {"--films": "--radiographs", "--stock-films": "--stock-radiographs"}
COUNTS = ("runs", "cases", "radiographs", "kills", "mutants", "inputs", "names", "requests")


class Metrics(Protocol):
    """What a bench gives."""

    def table(self) -> str:
        """For people."""
        ...

    def json_line(self) -> str:
        """For programs."""
        ...


def _parser() -> argparse.ArgumentParser:
    from bench.hospitals.arguments import add_hospital_benches
    from pipeline.settings import add_settings_argument

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    latency = benches.add_parser("latency", help="each step against a reference implementation")
    latency.add_argument("--runs", type=int, default=5, help="analyses to take the median of")
    latency.add_argument("--data", type=Path, help="a folder of radiographs; else phantoms")
    queue = benches.add_parser("queue", help="who waits how long where several radiographs wait")
    queue.add_argument("--data", type=Path, help="a folder of radiographs; else phantoms")
    load = benches.add_parser("load", help="the web service under load, its workers killed")
    load.add_argument("--requests", type=int, default=1000, help="radiographs to post")
    load.add_argument("--every", type=float, default=60.0, help="seconds between two kills")
    load.add_argument("--no-report", action="store_true", help="images alone")
    report = benches.add_parser("report", help="the writer and the check of its sentences")
    report.add_argument("--cases", type=int, default=170, help="descriptor sets a language")
    benches.add_parser("claims", help="the check on sentences that another hand wrote")
    explained = benches.add_parser("text_explanation", help="its sums and its faithfulness")
    explained.add_argument("--cases", type=int, default=50, help="reports to explain")
    faithful = benches.add_parser(
        "faithfulness", help="our maps against stock LIME and a random baseline"
    )
    faithful.add_argument(
        "--radiographs", type=int, default=200, help="validation radiographs at most"
    )
    faithful.add_argument("--stock-radiographs", type=int, default=3, help="of them to time it on")
    faithful.add_argument(
        "--no-stock", action="store_true", help="leave stock LIME out, which takes most of the time"
    )
    faithful.add_argument("--plots", type=Path, help="draw the curves to this folder")
    lime = benches.add_parser("lime", help="ours against stock LIME: speed and fidelity")
    lime.add_argument(
        "--radiographs", type=int, default=6, help="validation radiographs, or phantoms"
    )
    lime.add_argument("--sweep", action="store_true", help="other superpixels and samples instead")
    variants = benches.add_parser("variants", help="other ways to draw and fuse the maps")
    variants.add_argument(
        "--radiographs", type=int, default=24, help="validation radiographs, or phantoms"
    )
    sane = benches.add_parser("sanity", help="lost weights, lost labels, a planted shortcut")
    shape = benches.add_parser(
        "measurements", help="chest measurements against outlines drawn by hand"
    )
    shape.add_argument(
        "--radiographs", type=int, default=100, help="validation radiographs a dataset at most"
    )
    store = benches.add_parser("store", help="the case store: speed, a long worklist, and kills")
    store.add_argument("--cases", type=int, default=10_000, help="cases of the worklist")
    store.add_argument("--kills", type=int, default=100, help="writing processes to kill")
    store.add_argument("--data", type=Path, help="a folder of radiographs; else a phantom")
    marks = benches.add_parser("marks", help="letters of a side and writing in the pixels")
    marks.add_argument("--names", type=int, default=500, help="names to plant")
    promises = benches.add_parser(
        "promises", help="what leaves, what stays of a visit, and what damaged files do"
    )
    promises.add_argument("--mutants", type=int, default=2000, help="damaged files a format")
    fuzz = benches.add_parser("fuzz", help="damaged files of each format in the decode worker")
    fuzz.add_argument("--inputs", type=int, default=100_000, help="damaged files of all formats")
    benches.add_parser(
        "identifiers", help="identifiers planted in files, looked for after the whole way"
    )
    add_hospital_benches(benches)
    for bench in (faithful, lime, variants, sane, shape, marks):
        bench.add_argument("--data", type=Path, help="a dataset, or a folder of datasets")
    for bench in benches.choices.values():
        bench.add_argument("--json", type=Path, help="write the metrics here too")
        add_settings_argument(bench)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one bench; returns 0, or 1 if a step of the product or a check failed under it."""
    os.environ.update(QUIET_AND_OFFLINE)  # as the product's own processes run
    use_cache_folder()
    parser = _parser()
    from pipeline.command_line.earlier_names import renamed
    from pipeline.errors import SettingsError
    from pipeline.settings import load_settings
    from pipeline.types import Language
    from pipeline.words import message
    from training.evaluate import NothingToEvaluateError

    typed = sys.argv[1:] if arguments is None else arguments
    chosen = parser.parse_args(renamed(typed, EARLIER_COMMANDS, EARLIER_OPTIONS))
    try:
        settings = load_settings(chosen.settings)
    except SettingsError as error:
        parser.error(message(error.code, Language.ENGLISH, **error.parameters))
    for name in COUNTS:
        if getattr(chosen, name, 1) < 1:
            parser.error(f"--{name} must be at least 1")
    try:
        metrics, failed = _measured(chosen, settings)
    except NothingToEvaluateError as error:
        parser.error(str(error))
    print(metrics.table())
    print(metrics.json_line())
    if chosen.json:
        chosen.json.write_text(metrics.json_line() + "\n", encoding="utf-8")
    return int(failed)


def _measured(chosen: argparse.Namespace, settings: "Settings") -> tuple[Metrics, bool]:
    """What the chosen bench gives, and whether something failed under it."""
    metrics: Metrics
    failed = False
    match chosen.bench:
        case "report":
            from bench.reports.report import measure_report

            metrics = measure_report(settings, chosen.cases)
        case "claims":
            from bench.reports.claims import measure_claims

            metrics = measure_claims()
        case "text_explanation":
            from bench.reports.text_explanation import measure_text_explanation

            metrics = measure_text_explanation(settings, chosen.cases)
        case "faithfulness":
            metrics = _faithfulness(settings, chosen)
        case "lime":
            metrics = _lime(settings, chosen)
        case "variants":
            from bench.maps.variants import measure_variants
            from training.datasets.index import data_folder

            data = chosen.data or data_folder()
            metrics = measure_variants(settings, data, chosen.radiographs)
        case "sanity":
            from bench.sanity.sanity import measure_sanity
            from training.datasets.index import data_folder

            checked = measure_sanity(settings, chosen.data or data_folder())
            metrics, failed = checked, checked.failed
        case "reliance" | "pointing" | "location" | "hyperinflation" | "measurements" | "marks":
            metrics = _look(settings, chosen)
        case "store":
            from bench.speed.radiographs import radiographs_of
            from bench.store.store import measure_store

            (data,), source = radiographs_of(chosen.data, 1)
            stored = measure_store(
                settings, cases=chosen.cases, kills=chosen.kills, data=data, source=source
            )
            metrics, failed = stored, stored.failed
        case "promises" | "fuzz" | "identifiers":
            metrics, failed = _kept(settings, chosen)
        case _:
            metrics, failed = _timed(settings, chosen)
    return metrics, failed


def _timed(settings: "Settings", chosen: argparse.Namespace) -> tuple[Metrics, bool]:
    """How fast the product is, alone, in a queue and under load."""
    if chosen.bench == "load":
        from bench.load.load import measure_load

        settings = replace(settings, write_report=not chosen.no_report)
        borne = measure_load(settings, chosen.requests, chosen.every)
        return borne, borne.failed
    if chosen.bench == "queue":
        from bench.speed.queue import measure_queue

        return measure_queue(settings, chosen.data), False
    from bench.speed.latency import measure_latency

    measured = measure_latency(settings, chosen.runs, chosen.data)
    return measured, bool(measured.problems)


def _kept(settings: "Settings", chosen: argparse.Namespace) -> tuple[Metrics, bool]:
    """Whether what is promised of radiographs and files is kept."""
    if chosen.bench == "fuzz":
        from bench.promises.fuzz import measure_fuzz

        fuzzed = measure_fuzz(settings, chosen.inputs)
        return fuzzed, fuzzed.failed
    if chosen.bench == "identifiers":
        from bench.promises.identifiers import measure_identifiers

        searched = measure_identifiers(settings)
        return searched, searched.failed
    from bench.promises.promises import measure_promises

    counted = measure_promises(settings, chosen.mutants)
    return counted, counted.failed


def _faithfulness(settings: "Settings", chosen: argparse.Namespace) -> Metrics:
    from bench.maps.faithfulness import measure_faithfulness
    from bench.maps.faithfulness_plots import draw_faithfulness
    from bench.maps.membership_plot import draw_membership
    from training.datasets.index import data_folder

    data = chosen.data or data_folder()
    timed = None if chosen.no_stock else chosen.stock_radiographs
    metrics = measure_faithfulness(settings, data, chosen.radiographs, timed)
    if chosen.plots:
        draw_faithfulness(metrics, chosen.plots)
        draw_membership(chosen.plots)
    return metrics


def _look(settings: "Settings", chosen: argparse.Namespace) -> Metrics:
    if chosen.bench == "reliance":
        from bench.hospitals.reliance import measure_reliance

        return measure_reliance(settings, chosen.dataset, chosen.radiographs)
    if chosen.bench == "pointing":
        from bench.hospitals.pointing import measure_pointing

        return measure_pointing(settings, chosen.dataset)
    if chosen.bench == "location":
        from bench.hospitals.location import measure_location

        return measure_location(settings, chosen.dataset, chosen.radiographs)
    if chosen.bench == "hyperinflation":
        from bench.hospitals.hyperinflation import measure_hyperinflation

        return measure_hyperinflation(settings, chosen.dataset)
    if chosen.bench == "marks":
        from bench.marks import measure_marks
        from training.datasets.index import data_folder

        return measure_marks(chosen.data or data_folder(), chosen.names)
    from bench.measurements import measure_chest

    return measure_chest(settings, chosen.radiographs, chosen.data)


def _lime(settings: "Settings", chosen: argparse.Namespace) -> Metrics:
    from training.datasets.index import data_folder

    data = chosen.data or data_folder()
    if chosen.sweep:
        from bench.lime.sweep import sweep_lime

        return sweep_lime(settings, data, chosen.radiographs)
    from bench.lime.lime import measure_lime

    return measure_lime(settings, data, chosen.radiographs)


if __name__ == "__main__":
    sys.exit(main())
