"""The arguments of the benches of one dataset."""

import argparse
from pathlib import Path


def add_hospital_benches(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The benches of one dataset, whichever hospital's it is."""
    reliance = benches.add_parser(
        "reliance", help="the classifier's AUC with parts of the chest changed"
    )
    reliance.add_argument(
        "--radiographs", type=int, default=400, help="radiographs a dataset at most"
    )
    pointing = benches.add_parser(
        "pointing", help="where maps point, against lesions drawn by hand"
    )
    location = benches.add_parser(
        "location", help="the side that is named, against lesions drawn by hand"
    )
    location.add_argument(
        "--radiographs", type=int, default=100, help="radiographs without a finding at most"
    )
    inflated = benches.add_parser(
        "hyperinflation", help="chest measurements: emphysema against no finding, matched"
    )
    for bench in (reliance, pointing, location, inflated):
        bench.add_argument("--dataset", type=Path, help="a folder with an index.csv")
