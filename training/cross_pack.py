"""Trained on one pack, tested on the other: what carries over to patients of another kind."""

import json
from collections.abc import Mapping
from pathlib import Path

from training.classifier import ClassifierData, ClassifierSettings, Stage

SETTINGS = ClassifierSettings(
    stages=(Stage(size=96, steps=700, learning_rate=1.5e-3),), averaging=0.99, steps_per_check=350
)
"""Short, from random weights: the question is what is lost between packs, not how high it gets."""


def cross_pack(
    train: ClassifierData, held: ClassifierData, folder: Path, settings: ClassifierSettings
) -> dict[str, dict[str, float]]:
    """Train a network on each pack alone and measure it on the validation films of all.

    Args:
        train: Films of all packs to learn from.
        held: Validation films of all packs.
        folder: A run is kept in `<folder>/<pack>`, and `cross_pack.json` beside them.
        settings: How each is trained.

    Returns:
        Abnormal AUC by the pack trained on, then by the pack tested on.
    """
    from training.classifier_fit import check, train_classifier
    from training.torch_twin import twin_of

    found: dict[str, dict[str, float]] = {}
    packs = sorted(set(train.packs))
    for pack in packs:
        train_classifier(train.of_pack(pack), held.of_pack(pack), folder / pack, settings)
        import keras  # after training, which must load torch's compiler before it

        chosen = json.loads((folder / pack / "metrics.json").read_text())
        model = keras.models.load_model(folder / pack / chosen["file"], compile=False)
        scores = check(twin_of(model, settings.dropout), held, chosen["size"])
        found[pack] = {other: scores[f"auc_{other}"] for other in packs}
    (folder / "cross_pack.json").write_text(json.dumps(found, indent=2) + "\n")
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Abnormal AUC as Markdown: a row for each pack trained on, a column for each tested on."""
    packs = list(found)
    lines = [
        "| trained on | " + " | ".join(f"AUC on {pack}" for pack in packs) + " |",
        "| --- |" + " --- |" * len(packs),
    ]
    for pack, scores in found.items():
        lines.append(f"| {pack} | " + " | ".join(f"{scores[other]:.3f}" for other in packs) + " |")
    return "\n".join(lines)
