"""DenseNet121 in torch for the 14 labels of ChestX-ray14: frozen, with a new last layer."""

import json
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.classifier.calibrate import best_temperature_each, best_threshold
from training.datasets.dataset import Dataset
from training.datasets.index import Split, read_grey
from training.metrics import auc
from training.published.metrics import METRICS
from training.published.pictures import Augmentation, targets
from training.published.start import IMAGENET, NONE, StartWeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torchvision.models import DenseNet

MODEL = "model.pt"
SIZE, BATCH, EPOCHS, LEARNING_RATE = 224, 2, 10, 1e-3
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# The flip is kept because it was published. It is wrong for a chest: it puts the heart on the
# right, which is a disease of its own, and teaches the network that sides do not matter.
AUGMENTATION = Augmentation(degrees=10, flip=True)


def build(labels: int, weights: str) -> "DenseNet":
    """Torchvision's DenseNet121, all layers frozen but a new last one.

    Raises:
        StartWeightsError: The starting weights cannot be had.
    """
    import torch
    from torchvision.models import DenseNet121_Weights, densenet121

    network = densenet121(weights=None)
    if weights == IMAGENET:
        known = DenseNet121_Weights.IMAGENET1K_V1
        file = Path(torch.hub.get_dir()) / "checkpoints" / known.url.rpartition("/")[2]
        if not file.is_file():
            raise StartWeightsError(
                f"the ImageNet weights are not on this computer; put {file.name} into "
                f"{file.parent}, or name a file or 'none' with --weights"
            )
        network = densenet121(weights=known)
    elif weights != NONE:
        if not Path(weights).is_file():
            raise StartWeightsError(f"there is no weights file {weights}")
        try:
            network.load_state_dict(torch.load(weights, weights_only=True))
        except (RuntimeError, UnpicklingError) as error:
            raise StartWeightsError(f"{weights} does not fit DenseNet121: {error}") from error
    network.requires_grad_(False)
    network.classifier = torch.nn.Linear(network.classifier.in_features, labels)
    return network


def run(dataset: Dataset, folder: Path, weights: str, epochs: int = EPOCHS) -> dict[str, Any]:
    """Train the last layer, or go on after the last whole epoch, and report AUC by label.

    Writes to `folder`: `checkpoint.pt` after each epoch, `model.pt`, `metrics.json`.

    Args:
        dataset: The radiographs, split; several labels a radiograph.
        folder: Where the run is kept.
        weights: What the network starts from: `imagenet`, `none` or a file.
        epochs: How often each radiograph is shown.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    network = build(len(dataset.classes), weights)
    optimiser = torch.optim.Adam(network.classifier.parameters(), LEARNING_RATE)
    loss_of = torch.nn.BCEWithLogitsLoss()
    checkpoint, first = folder / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.classifier.load_state_dict(state["classifier"])
        optimiser.load_state_dict(state["optimiser"])
        first = state["epoch"]
    train = dataset.of(Split.TRAIN)
    wanted = torch.from_numpy(targets(train))
    for epoch in range(first, epochs):
        random = np.random.default_rng(epoch)
        order = random.permutation(len(train.radiographs))
        losses = []
        network.train()
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            images = [read_grey(train.radiographs[radiograph].path, SIZE) for radiograph in chosen]
            batch = normalised(np.stack([AUGMENTATION(image, random) for image in images]))
            loss = loss_of(network(batch), wanted[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
            if len(losses) % 100 == 0:
                print(
                    f"epoch {epoch + 1} radiograph {start + BATCH} loss {np.mean(losses):.4f}",
                    flush=True,
                )
        print(f"epoch {epoch + 1} of {epochs} loss {np.mean(losses):.4f}", flush=True)
        state = {
            "classifier": network.classifier.state_dict(),
            "optimiser": optimiser.state_dict(),
            "epoch": epoch + 1,
        }
        torch.save(state, checkpoint)
    torch.save(network.state_dict(), folder / MODEL)
    metrics = metrics_of(dataset.of(Split.VALIDATION), network)
    (folder / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def normalised(images: NDArray[np.uint8]) -> "Tensor":
    """`(image, row, col)` uint8 as `(image, 3, row, col)` float32, ImageNet-normalised."""
    import torch

    grey = torch.from_numpy(images.astype(np.float32) / np.float32(255))[:, None]
    mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
    return (grey - mean) / torch.tensor(IMAGENET_DEVIATION)[:, None, None]


def metrics_of(dataset: Dataset, network: "nn.Module") -> dict[str, Any]:
    """AUC of each label on radiographs, the temperature, and from which probability each is found.

    A label that all radiographs or none have has no AUC (`None`) and is found from 0.5 on.
    """
    import torch

    network.eval()
    truth = targets(dataset) > 0.5
    scores = []
    with torch.inference_mode():
        for radiograph in dataset.radiographs:
            batch = normalised(read_grey(radiograph.path, SIZE)[None])
            scores.append(network(batch)[0].numpy())
    logits = np.stack(scores)
    temperature = round(best_temperature_each(logits, truth), 4)
    found = 1 / (1 + np.exp(-logits.astype(np.float64) / temperature))
    by_label: dict[str, float | None] = {}
    thresholds = dict.fromkeys(dataset.classes, 0.5)
    for number, label in enumerate(dataset.classes):
        there, score = truth[:, number], found[:, number]
        by_label[label] = None
        if there.any() and not there.all():
            by_label[label] = auc(there, score)
            thresholds[label] = best_threshold(score, there, np.ones(len(score)))
    known = [value for value in by_label.values() if value is not None]
    return {
        "n": len(dataset.radiographs),
        "auc": float(np.mean(known)) if known else None,
        "auc_by_label": by_label,
        "temperature": temperature,
        "thresholds": thresholds,
    }
