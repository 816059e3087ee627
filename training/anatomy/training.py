"""The shipped anatomy model: DeepLabV3 trained on the two mask datasets."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from segmentation.network import OUTPUTS, build_network
from training.anatomy.labels import labels_of
from training.averaging import averaged
from training.classifier.augment import random_affine, random_marks, random_tone
from training.datasets.index import ImageRecord, Split, data_folder, read_grey, read_index

if TYPE_CHECKING:
    from torch import Tensor, nn

DATASETS = {
    "jsrt": False,
    "paediatric": True,
}  # whether the mask includes the lung behind the heart


@dataclass(frozen=True, slots=True, kw_only=True)
class AnatomySettings:
    """How the anatomy model is trained, for one stage.

    Attributes:
        size: Rows and columns of the pictures.
        batch: Radiographs a step.
        steps: Optimiser steps.
        learning_rate: The highest; warmed up over a tenth of the steps, then a cosine to zero.
        jsrt_share: Share of radiographs drawn from the small adult dataset.
        movement: How far radiographs are turned, scaled and shifted; 1 is up to 12 degrees, 25 %
            and 8 %.
        rotated_share: Share of radiographs on their side or head, on which nothing is to be found.
        averaging: Decay of the mean of the latest weights, which is what is kept.
        steps_per_check: Steps between two looks at the validation radiographs.
        seed: Of weights and radiographs.
    """

    size: int = 192
    batch: int = 16
    steps: int = 1200
    learning_rate: float = 2e-3
    jsrt_share: float = 0.3
    movement: float = 1.0
    rotated_share: float = 0.0
    averaging: float = 0.99
    steps_per_check: int = 300
    seed: int = 0


STAGES = (
    AnatomySettings(),
    AnatomySettings(
        steps=240, learning_rate=4e-4, jsrt_share=0.15, movement=0.4, steps_per_check=80
    ),
    AnatomySettings(
        steps=2000,
        learning_rate=1.5e-3,
        jsrt_share=0.25,
        movement=0.7,
        rotated_share=0.08,
        averaging=0.995,
        steps_per_check=250,
        seed=2,
    ),
)
"""From wide movements to gentle ones, then long, with radiographs that are to be refused."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnatomySample:
    """One radiograph with its labels: `(row, col)` uint8 and twice `(6, row, col)` bool."""

    radiograph: ImageRecord
    image: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    weights: NDArray[np.bool_]


def samples(split: Split, size: int) -> dict[str, list[AnatomySample]]:
    """All radiographs of a split that have a mask of two lungs, by dataset, at `size` x `size`."""
    found: dict[str, list[AnatomySample]] = {}
    for dataset, heart_included in DATASETS.items():
        found[dataset] = []
        for radiograph in read_index(data_folder() / dataset):
            if radiograph.split is not split or radiograph.lung_mask is None:
                continue
            image = read_grey(radiograph.path, size)
            mask = read_grey(radiograph.lung_mask, size)
            made = labels_of(image, mask, heart_included=heart_included)
            if made is not None:
                found[dataset].append(
                    AnatomySample(
                        radiograph=radiograph, image=image, labels=made[0], weights=made[1]
                    )
                )
    return found


def mirrored(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mirror `(row, col, 6)` planes; the sides swap their channels with their places."""
    return planes[:, ::-1][:, :, [1, 0, 3, 2, 4, 5]]


def augmented(
    sample: AnatomySample, random: np.random.Generator, settings: AnatomySettings
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """One training example: image `(row, col)`, labels and weights `(6, row, col)`, float32."""
    size, movement = sample.image.shape[0], settings.movement
    matrix = random_affine(
        random, size, degrees=12 * movement, scale=0.25 * movement, shift=0.08 * movement
    )
    image = sample.image
    labels = np.moveaxis(sample.labels, 0, -1).astype(np.uint8)
    weights = np.moveaxis(sample.weights, 0, -1).astype(np.uint8)
    if random.random() < 0.3:
        image, labels, weights = image[:, ::-1], mirrored(labels), mirrored(weights)
    turned = cv2.warpAffine(np.ascontiguousarray(image), matrix, (size, size))

    def warp(planes: NDArray[np.uint8]) -> NDArray[np.float32]:
        # cv2 warps at most four channels at a time.
        halves = [
            cv2.warpAffine(
                np.ascontiguousarray(part), matrix, (size, size), flags=cv2.INTER_NEAREST
            )
            for part in (planes[:, :, :3], planes[:, :, 3:])
        ]
        return np.moveaxis(np.concatenate(halves, axis=-1), -1, 0).astype(np.float32)

    tone = random_tone(random, turned.astype(np.float32) / np.float32(255))
    if random.random() < 0.1:
        tone = 1 - tone
    image_marked = random_marks(random, tone)
    if random.random() < settings.rotated_share:
        rotated = np.rot90(image_marked, int(random.integers(1, 4))).copy()
        nothing = np.zeros((len(OUTPUTS), size, size), np.float32)
        return rotated, nothing, np.ones_like(nothing)
    return image_marked, warp(labels), warp(weights)


def batches(
    found: dict[str, list[AnatomySample]], settings: AnatomySettings, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
    """Endless batches, a fixed share of them from the small dataset."""
    while True:
        picks = []
        for _ in range(settings.batch):
            dataset = "jsrt" if random.random() < settings.jsrt_share else "paediatric"
            sample = found[dataset][random.integers(len(found[dataset]))]
            picks.append(augmented(sample, random, settings))
        images, labels, weights = zip(*picks, strict=True)
        yield np.stack(images), np.stack(labels), np.stack(weights)


def dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Dice's coefficient of two masks, in [0, 1]; 1 if both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def validate(network: "nn.Module", found: dict[str, list[AnatomySample]]) -> dict[str, float]:
    """Mean Dice by dataset: both lungs on the dataset's own output; spine and abdomen too."""
    import torch

    network.eval()
    scores: dict[str, list[float]] = {}
    with torch.no_grad():
        for dataset, held in found.items():
            first = OUTPUTS.index("right_lung" if DATASETS[dataset] else "right_field")
            for start in range(0, len(held), 16):
                part = held[start : start + 16]
                images = np.stack([sample.image for sample in part]).astype(np.float32) / 255
                grey = torch.from_numpy(images)[:, None].expand(-1, 3, -1, -1)
                masks = (network(grey)["out"] > 0).numpy()
                for sample, mask in zip(part, masks, strict=True):
                    lungs = mask[first] | mask[first + 1]
                    truth = sample.labels[first] | sample.labels[first + 1]
                    scores.setdefault(dataset, []).append(dice(lungs, truth))
                    if DATASETS[dataset]:
                        scores.setdefault("spine", []).append(dice(mask[4], sample.labels[4]))
                        scores.setdefault("abdomen", []).append(dice(mask[5], sample.labels[5]))
    network.train()
    return {name: float(np.mean(values)) for name, values in scores.items()}


def loss_of(logits: "Tensor", labels: "Tensor", weights: "Tensor") -> "Tensor":
    """Cross-entropy plus half of one minus the soft Dice, where there are labels.

    Args:
        logits: `(radiograph, 6, row, col)`.
        labels: 0 or 1, of the same shape.
        weights: 0 where a label is unknown, else 1.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits

    entropy = binary_cross_entropy_with_logits(logits, labels, weight=weights)
    probability = logits.sigmoid() * weights
    overlap = (probability * labels).sum((0, 2, 3))
    areas = probability.sum((0, 2, 3)) + (labels * weights).sum((0, 2, 3))
    loss: Tensor = entropy + 0.5 * (1 - (2 * overlap + 1) / (areas + 1)).mean()
    return loss


def train_anatomy(folder: Path, settings: AnatomySettings, start: Path | None = None) -> None:
    """Train, keeping the best checkpoint by the mean of both datasets' lung Dice.

    Writes `best.pt` (network weights) and `metrics.json` to `folder`, and resumes from `last.pt`.

    Args:
        folder: Where checkpoints go.
        settings: How to train.
        start: Network weights to begin with; random ones if `None`.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    train, held = samples(Split.TRAIN, settings.size), samples(Split.VALIDATION, settings.size)
    held["paediatric"] = held["paediatric"][::3]  # even over the sorted index, to check in time
    print({dataset: (len(train[dataset]), len(held[dataset])) for dataset in train}, flush=True)
    network = build_network()
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    mean = averaged(network, settings.averaging)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.steps, pct_start=0.1
    )
    first, best = 0, 0.0
    if (folder / "last.pt").exists():
        state = torch.load(folder / "last.pt", weights_only=True)
        network.load_state_dict(state["network"])
        mean.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        first, best = state["step"], state["best"]
    started = time.monotonic()
    source = batches(train, settings, random)
    for step in range(first + 1, settings.steps + 1):
        images, labels, weights = (torch.from_numpy(part) for part in next(source))
        logits = network(images[:, None].expand(-1, 3, -1, -1))["out"]
        loss = loss_of(logits, labels, weights)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # torch's own annotation is missing
        optimiser.step()
        mean.update_parameters(network)
        schedule.step()
        if step % 50 == 0:
            pace = (step - first) * settings.batch / (time.monotonic() - started)
            print(f"step {step} loss {loss.item():.4f} {pace:.1f} radiographs/s", flush=True)
        if step % settings.steps_per_check == 0 or step == settings.steps:
            metrics = validate(mean.module, held)
            score = (metrics["jsrt"] + metrics["paediatric"]) / 2
            print(f"step {step} {metrics}", flush=True)
            if score > best:
                best = score
                torch.save(mean.module.state_dict(), folder / "best.pt")
                (folder / "metrics.json").write_text(
                    json.dumps({"settings": asdict(settings), "step": step, "dice": metrics})
                )
            torch.save(
                {
                    "network": network.state_dict(),
                    "averaged": mean.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step,
                    "best": best,
                },
                folder / "last.pt",
            )
