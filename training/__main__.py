"""`python -m training`: train a recipe, evaluate a shipped model, list the recipes."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pipeline.cache_folder import use_cache_folder
from pipeline.command_line.earlier_names import renamed
from pipeline.errors import ModelError
from pipeline.manifest import read_manifest
from pipeline.settings import ROOT
from pipeline.types import Language
from pipeline.words import message, printable
from training.datasets.chexpert import Uncertain
from training.datasets.dataset import DatasetError
from training.datasets.index import Split, read_index
from training.evaluate import NothingToEvaluateError
from training.published.start import StartWeightsError
from training.recipes import RECIPES, Options

EARLIER_COMMANDS = {
    "trust_thresholds": "quality_thresholds",
    "train cross_pack": "train cross_dataset",
}
EARLIER_OPTIONS = {"--pack": "--dataset", "--films": "--radiographs"}


def evaluate(folder: Path, dataset: Path, split: str | None, plots: Path | None) -> dict[str, Any]:
    """Evaluate a model on a dataset, or on one split of it, as its manifest's task asks.

    Args:
        folder: The model's folder; a classifier is measured behind the shipped anatomy model.
        dataset: A folder with an `index.csv`.
        split: One split, or `None` for all radiographs.
        plots: Where a classifier's curves are drawn, such as `out/adult` for `out/adult-roc.png`.

    Raises:
        ModelError: The folder holds no model that can be used.
        NothingToEvaluateError: The dataset holds nothing to measure it on.
    """
    from segmentation.segmenter import DeepLabSegmenter
    from training.anatomy.evaluate import evaluate_anatomy
    from training.classifier.hospitals.evaluation import evaluate_classifier

    radiographs = [
        radiograph
        for radiograph in read_index(dataset)
        if split is None or radiograph.split is Split(split)
    ]
    task = read_manifest(folder).task
    if task == "gate":
        from training.gate.evaluate import evaluate_gate

        return evaluate_gate(folder, radiographs)
    if task == "segmentation":
        return evaluate_anatomy(radiographs, DeepLabSegmenter(folder, threads=2))
    return evaluate_classifier(folder, radiographs, plots)


def main(arguments: list[str]) -> int:
    """Run one command and return the exit status: 1 if there was nothing to evaluate."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a recipe, or go on where it was stopped")
    train.add_argument("recipe", choices=sorted(RECIPES))
    train.add_argument("--runs", type=Path, default=ROOT / "runs", help="checkpoints and caches")
    train.add_argument("--data", type=Path, nargs="+", default=[], help="a published recipe's data")
    train.add_argument(
        "--weights",
        help="imagenet, none, or a file (default: as published); writer: its GGUF file, taught on",
    )
    train.add_argument("--epochs", type=int, help="instead of the published number")
    train.add_argument("--steps", type=int, help="batches an epoch, instead of all radiographs")
    train.add_argument("--size", type=int, help="rows and columns, instead of the published ones")
    train.add_argument(
        "--uncertain",
        type=Uncertain,
        choices=list(Uncertain),
        default=Uncertain.ONES,
        help="CheXpert's uncertain labels: as present, as absent, or without their radiographs",
    )
    sort = commands.add_parser("classify", help="pneumonia or not, by a trained pneumonia CNN")
    sort.add_argument("paths", type=Path, nargs="+", help="pictures, or folders of them")
    sort.add_argument("--model", type=Path, required=True, help="its best.keras")
    sort.add_argument("--out", type=Path, required=True, help="a CSV file for the probabilities")
    out = commands.add_parser("export", help="a trained recipe as a classifier for the app")
    out.add_argument("run", type=Path, help="the folder of its run, such as runs/densenet14")
    out.add_argument("--out", type=Path, required=True, help="the classifier's folder")
    check = commands.add_parser("evaluate", help="measure a shipped model on a dataset")
    check.add_argument("--model", help="gate, anatomy, classifier, or a model's folder")
    check.add_argument("--dataset", type=Path, help="a folder with an index.csv")
    check.add_argument(
        "--leave-one-source-out",
        action="store_true",
        help="train shortened runs without each hospital and test them on it",
    )
    check.add_argument("--runs", type=Path, default=ROOT / "runs", help="of these runs")
    check.add_argument("--steps", type=int, default=200, help="optimiser steps of these runs")
    check.add_argument("--split", choices=[split.value for split in Split], help="default: all")
    check.add_argument("--json", type=Path, help="write the metrics here, curves beside it")
    site = commands.add_parser(
        "calibrate", help="a classifier's folder for one site, from 50 to 200 of its radiographs"
    )
    site.add_argument("--model", default="classifier", help="classifier, or a model's folder")
    site.add_argument("--dataset", type=Path, required=True, help="a folder with an index.csv")
    site.add_argument("--out", type=Path, required=True, help="the new folder")
    site.add_argument("--json", type=Path, help="write before and after here")
    limits = commands.add_parser(
        "quality_thresholds", help="set the thresholds of a classifier's explanation quality"
    )
    limits.add_argument("--model", default="classifier", help="classifier, or a model's folder")
    limits.add_argument("--data", type=Path, help="a dataset, or a folder of datasets")
    limits.add_argument(
        "--radiographs", type=int, default=120, help="validation radiographs at most"
    )
    commands.add_parser("recipes", help="list what can be trained")
    chosen = parser.parse_args(renamed(arguments, EARLIER_COMMANDS, EARLIER_OPTIONS))
    if chosen.command == "recipes":
        for recipe in RECIPES.values():
            print(f"{recipe.name:22} {recipe.summary}")
        return 0
    if chosen.command in {"export", "quality_thresholds"}:
        return {"export": _export, "quality_thresholds": _quality_thresholds}[chosen.command](
            chosen
        )
    do = {"train": _train, "classify": _classify, "calibrate": _calibrate, "evaluate": _evaluate}
    return do[chosen.command](parser, chosen)


def _reason(error: Exception) -> str:
    """An error as a sentence."""
    if isinstance(error, ModelError):
        return message(error.code, Language.ENGLISH, **error.parameters)
    return str(error)


def _evaluate(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    if chosen.leave_one_source_out:
        return _leave_one_out(chosen)
    if chosen.model is None or chosen.dataset is None:
        parser.error("evaluate takes --model and --dataset, or --leave-one-source-out")
    if not (chosen.dataset / "index.csv").is_file():
        parser.error(f"there is no index.csv in {chosen.dataset}")
    shipped = ROOT / "weights" / chosen.model
    folder = shipped if shipped.is_dir() else Path(chosen.model)
    plots = chosen.json.with_suffix("") if chosen.json else None
    try:
        found = evaluate(folder, chosen.dataset, chosen.split, plots)
    except (NothingToEvaluateError, ModelError) as error:
        print(f"{chosen.dataset}: {_reason(error)}", file=sys.stderr)
        return 1
    text = json.dumps(found, indent=2)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    return 0


def _leave_one_out(chosen: argparse.Namespace) -> int:
    from training.classifier.hospitals.leave_one_out import leave_one_out, table
    from training.datasets.index import data_folder

    found = leave_one_out(data_folder(), chosen.runs, chosen.steps)
    print(table(found))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def _calibrate(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    from training.classifier.hospitals.site_calibration import (
        TooFewRadiographsError,
        calibrate_site,
        table,
    )

    if not (chosen.dataset / "index.csv").is_file():
        parser.error(f"there is no index.csv in {chosen.dataset}")
    shipped = ROOT / "weights" / chosen.model
    folder = shipped if shipped.is_dir() else Path(chosen.model)
    records, name = read_index(chosen.dataset), chosen.dataset.resolve().name
    try:
        found = calibrate_site(folder, records, name, chosen.out)
    except (TooFewRadiographsError, ModelError) as error:
        print(f"{chosen.dataset}: {_reason(error)}", file=sys.stderr)
        return 1
    print(table(found))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"start the app with it: EXPLAINCXR_CLASSIFIER={chosen.out} make run")
    return 0


def _train(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    recipe = RECIPES[chosen.recipe]
    if recipe.needs_data != bool(chosen.data):
        needs = "needs its data set: --data DIR" if recipe.needs_data else "takes no --data"
        parser.error(f"{recipe.name} {needs}")
    options = Options(
        runs=chosen.runs,
        data=tuple(chosen.data),
        weights=chosen.weights,
        epochs=chosen.epochs,
        steps=chosen.steps,
        size=chosen.size,
        uncertain=chosen.uncertain,
    )
    try:
        recipe.run(options)
    except (DatasetError, StartWeightsError) as error:
        print(f"{recipe.name}: {error}", file=sys.stderr)
        return 1
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from training.published.export import ExportError, export

    try:
        made = export(chosen.run, chosen.out)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{chosen.out}: {made.name} with {len(made.labels)} labels")
    print(f"start the app with it: EXPLAINCXR_CLASSIFIER={chosen.out} make run")
    return 0


def _quality_thresholds(chosen: argparse.Namespace) -> int:
    from training.classifier.quality_limits import set_quality_limits
    from training.datasets.index import data_folder

    shipped = ROOT / "weights" / chosen.model
    folder = shipped if shipped.is_dir() else Path(chosen.model)
    data = chosen.data or data_folder()
    try:
        found = set_quality_limits(folder, ROOT / "weights" / "anatomy", data, chosen.radiographs)
    except (NothingToEvaluateError, ModelError) as error:
        print(f"{folder}: {_reason(error)}", file=sys.stderr)
        return 1
    for measure, limits in found.limits.items():
        print(f"{measure:<16}good {limits.good:+.3f}   doubtful {limits.doubtful:+.3f}")
    for name, measures in found.tells.items():
        for measure, tells in measures.items():
            said = [
                f"{what} -" if one is None else f"{what} {one.value:.2f} ({one.ci95[0]:.2f} up)"
                for what, one in (("points", tells.points), ("right", tells.right))
            ]
            shown = "shown" if tells.is_enough else "plain number"
            print(f"{name:<12}{measure:<18}AUC {'   '.join(said)}   {shown}")
    return 0


def _classify(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    from training.published.pneumonia_cnn import classify

    missing = [path for path in (chosen.model, *chosen.paths) if not path.exists()]
    if missing:
        parser.error(f"there is no {printable(str(missing[0]))}")
    rows = classify(chosen.model, chosen.paths, chosen.out)
    for row in rows:
        print(f"{printable(str(row['file']))}: {row['error'] or row['pneumonia']}")
    return int(any(row["error"] for row in rows))


if __name__ == "__main__":
    use_cache_folder()
    sys.exit(main(sys.argv[1:]))
