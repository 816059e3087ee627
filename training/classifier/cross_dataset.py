"""Trained on one dataset, tested on the other: what carries over to patients of another kind."""

import json
from collections.abc import Mapping
from pathlib import Path

from training.classifier.chosen import read_chosen
from training.classifier.training import ClassifierData, ClassifierSettings, Stage

SETTINGS = ClassifierSettings(
    stages=(Stage(size=96, steps=700, learning_rate=1.5e-3),), averaging=0.99, steps_per_check=350
)
"""Short, from random weights: the question is what is lost between datasets."""


def cross_dataset(
    train: ClassifierData, held: ClassifierData, folder: Path, settings: ClassifierSettings
) -> dict[str, dict[str, float]]:
    """Train a network on each dataset alone and measure it on the validation radiographs of all.

    Args:
        train: Radiographs of all datasets to learn from.
        held: Validation radiographs of all datasets.
        folder: A run is kept in `<folder>/<dataset>`, and `cross_dataset.json` beside them.
        settings: How each is trained.

    Returns:
        Abnormal AUC by the dataset trained on, then by the dataset tested on.
    """
    from training.classifier.fit import check, train_classifier
    from training.classifier.torch_twin import twin_of

    found: dict[str, dict[str, float]] = {}
    datasets = sorted(set(train.datasets))
    for dataset in datasets:
        train_classifier(
            train.of_dataset(dataset), held.of_dataset(dataset), folder / dataset, settings
        )
        import keras  # after training, which must load torch's compiler before it

        chosen = read_chosen(folder / dataset)
        model = keras.models.load_model(folder / dataset / chosen.file, compile=False)
        scores = check(twin_of(model, settings.dropout), held, chosen.size)
        found[dataset] = {other: scores[f"auc_{other}"] for other in datasets}
    (folder / "cross_dataset.json").write_text(json.dumps(found, indent=2) + "\n")
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Abnormal AUC as Markdown: a row for each dataset trained on, a column for each tested on."""
    datasets = list(found)
    lines = [
        "| trained on | " + " | ".join(f"AUC on {dataset}" for dataset in datasets) + " |",
        "| --- |" + " --- |" * len(datasets),
    ]
    for dataset, scores in found.items():
        lines.append(
            f"| {dataset} | " + " | ".join(f"{scores[other]:.3f}" for other in datasets) + " |"
        )
    return "\n".join(lines)
