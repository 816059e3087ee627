"""Training of a published network with Keras, so that a killed run goes on where it was."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

BEST, HISTORY, DONE = "best.keras", "history.csv", "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to train.

    Attributes:
        epochs: At most so many.
        steps: Batches an epoch; `None` for all radiographs.
        patience: Epochs without a lower validation loss before it stops; `None` for never.
    """

    epochs: int
    steps: int | None = None
    patience: int | None = None


def fit(
    model: "keras.Model",
    train: "keras.utils.PyDataset",
    held: "keras.utils.PyDataset",
    folder: Path,
    plan: Plan,
) -> "keras.Model":
    """Train a compiled model and return it with the weights of its best epoch.

    Writes to `folder`: `best.keras` (lowest validation loss), `history.csv` (a row an epoch) and,
    while it runs, Keras' backup, from which a killed run goes on with the epoch it was in.

    Args:
        model: Compiled.
        train: What to learn from.
        held: Radiographs of other patients.
        folder: Where the run is kept; a finished one is not trained again.
        plan: How long.
    """
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / DONE).exists():
        callbacks = [
            keras.callbacks.BackupAndRestore(str(folder / "backup")),
            keras.callbacks.ModelCheckpoint(folder / BEST, monitor="val_loss", save_best_only=True),
            keras.callbacks.CSVLogger(folder / HISTORY, append=True),
        ]
        if plan.patience is not None:
            callbacks.append(keras.callbacks.EarlyStopping("val_loss", patience=plan.patience))
        model.fit(
            train,
            validation_data=held,
            epochs=plan.epochs,
            steps_per_epoch=plan.steps,
            callbacks=callbacks,
            verbose=1,
        )
        (folder / DONE).touch()
    trained: keras.Model = keras.models.load_model(folder / BEST)
    return trained


def history_of(folder: Path) -> list[dict[str, float]]:
    """Each epoch's losses and metrics, an epoch that was trained twice counted once."""
    with (folder / HISTORY).open(newline="", encoding="utf-8") as table:
        rows = [
            {name: float(value) for name, value in row.items()}
            for row in csv.DictReader(table)
            if row["epoch"] != "epoch"
        ]
    return list({row["epoch"]: row for row in rows}.values())
