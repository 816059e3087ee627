"""`python -m training`: train a recipe, evaluate a shipped model, list the recipes."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pipeline.settings import ROOT
from training.packs import Split, read_pack
from training.recipes import RECIPES


def evaluate(model: str, pack: Path, split: str | None) -> dict[str, Any]:
    """Evaluate `anatomy` or `classifier` on a pack, or on one split of it."""
    from segmentation.segmenter import DeepLabSegmenter
    from training.evaluate import classifier_metrics, classify_films, evaluate_anatomy

    films = [film for film in read_pack(pack) if split is None or film.split is Split(split)]
    segmenter = DeepLabSegmenter(ROOT / "weights" / "anatomy", threads=2)
    if model == "anatomy":
        return evaluate_anatomy(films, segmenter)
    from pipeline.classifier import EfficientNetClassifier
    from pipeline.manifest import load_manifest

    folder = ROOT / "weights" / model
    found = classify_films(films, segmenter, EfficientNetClassifier(folder, threads=2))
    return classifier_metrics(found, load_manifest(folder, "classification"))


def main(arguments: list[str]) -> int:
    """Run one command and return the exit status: 1 if there was nothing to evaluate."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a recipe and publish it to weights/")
    train.add_argument("recipe", choices=sorted(RECIPES))
    train.add_argument("--runs", type=Path, default=ROOT / "runs", help="checkpoints and caches")
    check = commands.add_parser("evaluate", help="measure a shipped model on a pack")
    check.add_argument("--model", choices=("anatomy", "classifier"), required=True)
    check.add_argument("--pack", type=Path, required=True, help="a folder with an index.csv")
    check.add_argument("--split", choices=[split.value for split in Split], help="default: all")
    check.add_argument("--json", type=Path, help="write the figures here too")
    commands.add_parser("recipes", help="list what can be trained")
    chosen = parser.parse_args(arguments)
    if chosen.command == "recipes":
        for recipe in RECIPES.values():
            print(f"{recipe.name:12} {recipe.summary}")
    elif chosen.command == "train":
        RECIPES[chosen.recipe].run(chosen.runs)
    else:
        if not (chosen.pack / "index.csv").is_file():
            parser.error(f"there is no index.csv in {chosen.pack}")
        from training.evaluate import NothingToEvaluateError

        try:
            found = evaluate(chosen.model, chosen.pack, chosen.split)
        except NothingToEvaluateError as error:
            print(f"{chosen.pack}: {error}", file=sys.stderr)
            return 1
        text = json.dumps(found, indent=2)
        print(text)
        if chosen.json:
            chosen.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
