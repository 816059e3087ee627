"""A published network as a recipe: what it is, and one way to train and report any of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.datasets.dataset import Dataset, as_it_is
from training.datasets.index import Split
from training.published.fit import Plan, fit, history_of
from training.published.metrics import Answers, draw_distribution, write_metrics
from training.published.pictures import Augmentation, pictures, targets
from training.published.start import NONE

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A network and how it was trained.

    Attributes:
        name: What `python -m training train` calls it.
        summary: One line on it.
        shape: Rows, columns and channels of its input.
        build: Makes the compiled network from the input's shape, the number of classes and the
            starting weights (`imagenet`, `none` or a file).
        plan: How long it trains.
        batch: Radiographs a batch.
        scale: What 8-bit values are multiplied with before the network.
        augmentation: What is changed on training radiographs.
        prepare: What it makes of a data set's classes.
        one_output: Whether it has one output for the second of two classes.
        weights: What it starts from if nobody says otherwise.
    """

    name: str
    summary: str
    shape: tuple[int, int, int]
    build: "Callable[[tuple[int, int, int], int, str], keras.Model]"
    plan: Plan
    batch: int
    scale: float = 1.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    prepare: Callable[[Dataset], Dataset] = as_it_is
    one_output: bool = False
    weights: str = NONE


def run(recipe: Published, dataset: Dataset, folder: Path, weights: str) -> dict[str, Any]:
    """Train a recipe, or go on where it was, and report it on the validation radiographs.

    Writes to `folder` what `fit` and `write_metrics` write, and `distribution.png`.

    Args:
        recipe: What to train.
        dataset: The radiographs, split, with the recipe's classes.
        folder: Where the run is kept.
        weights: What the network starts from.

    Returns:
        The figures as of `classification_metrics`.
    """
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    parts = {split: dataset.of(split) for split in Split if dataset.of(split).radiographs}
    draw_distribution(folder, {split.value: part.distribution() for split, part in parts.items()})
    print(
        f"{dataset.name}: {dataset.distribution()}, left out: {dict(dataset.skipped)}", flush=True
    )
    keras.utils.set_random_seed(0)
    model = recipe.build(recipe.shape, len(dataset.classes), weights)
    train = batches_of(recipe, parts[Split.TRAIN], augmented=True)
    held = batches_of(recipe, parts[Split.VALIDATION])
    trained = fit(model, train, held, folder, recipe.plan)
    answers = answers_of(recipe, trained, parts[Split.VALIDATION])
    return write_metrics(folder, answers, history_of(folder))


def batches_of(
    recipe: Published, dataset: Dataset, *, augmented: bool = False
) -> "keras.utils.PyDataset":
    """A data set's radiographs as the recipe's network takes them."""
    return pictures(
        dataset,
        shape=recipe.shape,
        batch=recipe.batch,
        one_output=recipe.one_output,
        augmentation=recipe.augmentation if augmented else None,
        scale=recipe.scale,
    )


def answers_of(recipe: Published, model: "keras.Model", dataset: Dataset) -> Answers:
    """What a trained network answers on a data set."""
    found = np.asarray(model.predict(batches_of(recipe, dataset), verbose=0))
    probabilities = np.hstack([1 - found, found]) if recipe.one_output else found
    return Answers(
        truth=targets(dataset).argmax(axis=1),
        probabilities=probabilities,
        classes=dataset.classes,
    )


def shortened(recipe: Published, epochs: int | None, steps: int | None = None) -> Published:
    """The same recipe with another number of epochs, or of batches an epoch."""
    plan = replace(
        recipe.plan, epochs=epochs or recipe.plan.epochs, steps=steps or recipe.plan.steps
    )
    return replace(recipe, plan=plan)


def smaller(recipe: Published, size: int | None) -> Published:
    """The same recipe on pictures of other rows and columns, to train it where time is short."""
    if size is None:
        return recipe
    return replace(recipe, shape=(size, size, recipe.shape[2]))
