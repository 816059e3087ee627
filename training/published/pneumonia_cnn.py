"""The pneumonia CNN: three convolution blocks at 150 x 150, normal against pneumonia."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.datasets.dataset import Dataset, binary
from training.datasets.index import read_grey
from training.published.fit import Plan, history_of
from training.published.pictures import Augmentation
from training.published.published import Published, run, shortened
from training.published.start import NONE, load

if TYPE_CHECKING:
    import keras

STUDY_EPOCHS, STUDY_STEPS = (5, 10, 20, 25), (100, 200, 326)


def build(shape: tuple[int, int, int], classes: int, weights: str) -> "keras.Model":
    """Three blocks of convolution, ReLU, pooling (32, 32, 64 filters); dense 64; one output."""
    import keras
    from keras import layers

    blocks = [
        layer
        for filters in (32, 32, 64)
        for layer in (layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D())
    ]
    model = keras.Sequential(
        [
            keras.Input(shape),
            *blocks,
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="pneumonia_cnn",
    )
    load(model, weights)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def pneumonia_or_normal(dataset: Dataset) -> Dataset:
    """Any labels at all as pneumonia."""
    return binary(dataset, abnormal="pneumonia")


RECIPE = Published(
    name="pneumonia_cnn",
    summary="three convolution blocks at 150 x 150, normal against pneumonia",
    shape=(150, 150, 3),
    build=build,
    plan=Plan(epochs=25, patience=5),
    batch=16,
    scale=1 / 255,
    augmentation=Augmentation(degrees=5, scale=0.2, shift=0.05, flip=True),
    prepare=pneumonia_or_normal,
    one_output=True,
)


def study(dataset: Dataset, folder: Path) -> list[dict[str, Any]]:
    """Train with every number of epochs and steps of the published study.

    Writes `study.csv` to `folder`, a row for each, which `study_table` prints; runs that are done
    are not trained again.
    """
    rows = []
    for epochs in STUDY_EPOCHS:
        for steps in STUDY_STEPS:
            recipe = shortened(RECIPE, epochs, steps)
            place = folder / f"epochs{epochs}-steps{steps}"
            metrics = run(recipe, dataset, place, NONE)
            last = history_of(place)[-1]
            rows.append(
                {
                    "epochs": epochs,
                    "steps": steps,
                    "loss": last["loss"],
                    "accuracy": last["accuracy"],
                    "val_loss": last["val_loss"],
                    "val_accuracy": last["val_accuracy"],
                    "best_val_accuracy": metrics["accuracy"],
                    "best_val_auc": metrics["auc"],
                }
            )
            with (folder / "study.csv").open("w", newline="", encoding="utf-8") as target:
                writer = csv.DictWriter(target, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    return rows


def study_table(rows: Sequence[dict[str, Any]]) -> str:
    """The study as Markdown: a row for each number of epochs, a column for each of steps."""
    steps = sorted({row["steps"] for row in rows})
    lines = [
        "| epochs | " + " | ".join(f"{count} steps" for count in steps) + " |",
        "| --- |" + " --- |" * len(steps),
    ]
    for epochs in sorted({row["epochs"] for row in rows}):
        found = {row["steps"]: row for row in rows if row["epochs"] == epochs}
        cells = (f"{found[count]['val_accuracy']:.2%}" if count in found else "" for count in steps)
        lines.append(f"| {epochs} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def classify(model_file: Path, paths: Sequence[Path], target: Path) -> list[dict[str, Any]]:
    """Write the probability of pneumonia for each picture to a CSV file.

    Args:
        model_file: A `best.keras` of this recipe.
        paths: Pictures, or folders of pictures.
        target: The CSV file; a picture that cannot be read has its reason in the column `error`.
    """
    import keras
    import numpy as np

    from training.datasets.folders import PICTURES

    model = keras.models.load_model(model_file)
    files = [
        file
        for path in paths
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if path.is_file() or file.suffix.lower() in PICTURES
    ]
    rows = []
    for file in files:
        row: dict[str, Any] = {"file": str(file), "normal": "", "pneumonia": "", "error": ""}
        try:
            grey = read_grey(file, RECIPE.shape[0]).astype(np.float32) * RECIPE.scale
        except FileNotFoundError:
            row["error"] = "cannot be read as a picture"
        else:
            batch = np.repeat(grey[None, ..., None], RECIPE.shape[2], axis=3)
            probability = float(np.asarray(model(batch, training=False))[0, 0])
            row |= {"normal": round(1 - probability, 4), "pneumonia": round(probability, 4)}
        rows.append(row)
    with target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["file", "normal", "pneumonia", "error"])
        writer.writeheader()
        writer.writerows(rows)
    return rows
