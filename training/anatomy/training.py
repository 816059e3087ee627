"""The shipped anatomy model: DeepLabV3 trained on the datasets with masks."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.network import HEART_DECODER, OUTPUTS, build_network
from training.anatomy.samples import DATASETS, AnatomySample, batches, samples
from training.anatomy.stages import AnatomySettings
from training.averaging import averaged
from training.datasets.index import Split

if TYPE_CHECKING:
    from torch import Tensor, nn


def dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Dice's coefficient of two masks, in [0, 1]; 1 if both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def validate(network: "nn.Module", found: dict[str, list[AnatomySample]]) -> dict[str, float]:
    """Mean Dice by dataset: both lungs on the dataset's own output; heart, spine, abdomen too."""
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
                    if sample.radiograph.heart_mask is not None:
                        scores.setdefault("heart", []).append(dice(mask[6], sample.labels[6]))
                    if DATASETS[dataset]:
                        scores.setdefault("spine", []).append(dice(mask[4], sample.labels[4]))
                        scores.setdefault("abdomen", []).append(dice(mask[5], sample.labels[5]))
    network.train()
    return {name: float(np.mean(values)) for name, values in scores.items()}


def loss_of(logits: "Tensor", labels: "Tensor", weights: "Tensor") -> "Tensor":
    """Cross-entropy plus half of one minus the soft Dice, where there are labels.

    Args:
        logits: `(radiograph, 7, row, col)`.
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


def hold_the_rest(network: "nn.Module", *, heart_only: bool) -> list[int]:
    """Hold the heart's decoder, or all but it, and say which outputs the others make.

    What is held keeps its running means, too.
    """
    for name, part in network.named_children():
        learns = (name == HEART_DECODER) == heart_only
        part.requires_grad_(learns).train(learns)
    made_by_heart = ("right_field", "left_field", "heart")
    return [
        number
        for number, name in enumerate(OUTPUTS)
        if (name in made_by_heart if heart_only else name != "heart")
    ]


def train_anatomy(folder: Path, settings: AnatomySettings, start: Path | None = None) -> None:
    """Train, keeping the best checkpoint by the mean of all datasets' Dice.

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
    train, held = samples(Split.TRAIN, settings), samples(Split.VALIDATION, settings)
    held["paediatric"] = held["paediatric"][::3]  # even over the sorted index, to check in time
    print({dataset: (len(train[dataset]), len(held[dataset])) for dataset in train}, flush=True)
    network = build_network()
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    taught = hold_the_rest(network, heart_only=settings.heart_only)
    mean = averaged(network, settings.averaging)
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learning, settings.learning_rate, weight_decay=1e-4)
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
        loss = loss_of(*(part[:, taught] for part in (logits, labels, weights)))
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
            judged = [*held, "heart"] if settings.heart_only else list(held)
            score = float(np.mean([metrics[name] for name in judged]))
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
