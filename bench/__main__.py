"""`python -m bench latency [--runs N] [--json FILE]`: how fast the product is on this machine."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one bench; returns 0, or 1 if a step of the product failed under it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    latency = benches.add_parser("latency", help="each step against the stock way")
    latency.add_argument("--runs", type=int, default=5, help="analyses to take the median of")
    latency.add_argument("--json", type=Path, help="write the figures here too")
    chosen = parser.parse_args(arguments)
    if chosen.runs < 1:
        parser.error("--runs must be at least 1")

    from bench.latency import measure_latency
    from pipeline.settings import load_settings

    figures = measure_latency(load_settings(), chosen.runs)
    line = figures.json_line()
    print(figures.table())
    print(line)
    if chosen.json:
        chosen.json.write_text(line + "\n", encoding="utf-8")
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
