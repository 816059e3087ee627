"""Benches: `python -m bench latency|report|text_explanation [--json FILE]`.

How fast the product is on this machine, and how true its report and its explanations are.
"""

import argparse
import sys
from pathlib import Path
from typing import Protocol


class Figures(Protocol):
    """What a bench gives."""

    def table(self) -> str:
        """For people."""
        ...

    def json_line(self) -> str:
        """For programs."""
        ...


def main(arguments: list[str] | None = None) -> int:
    """Run one bench; returns 0, or 1 if a step of the product failed under it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    latency = benches.add_parser("latency", help="each step against the stock way")
    latency.add_argument("--runs", type=int, default=5, help="analyses to take the median of")
    report = benches.add_parser("report", help="the writer and the check of its sentences")
    report.add_argument("--cases", type=int, default=170, help="descriptor sets a language")
    explained = benches.add_parser("text_explanation", help="its sums and its faithfulness")
    explained.add_argument("--cases", type=int, default=50, help="reports to explain")
    for bench in (latency, report, explained):
        bench.add_argument("--json", type=Path, help="write the figures here too")
    chosen = parser.parse_args(arguments)

    from pipeline.settings import load_settings

    settings = load_settings()
    for name in ("runs", "cases"):
        if getattr(chosen, name, 1) < 1:
            parser.error(f"--{name} must be at least 1")
    figures: Figures
    failed = False
    if chosen.bench == "report":
        from bench.report import measure_report

        figures = measure_report(settings, chosen.cases)
    elif chosen.bench == "text_explanation":
        from bench.text_explanation import measure_text_explanation

        figures = measure_text_explanation(settings, chosen.cases)
    else:
        from bench.latency import measure_latency

        measured = measure_latency(settings, chosen.runs)
        figures, failed = measured, bool(measured.problems)
    print(figures.table())
    print(figures.json_line())
    if chosen.json:
        chosen.json.write_text(figures.json_line() + "\n", encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
