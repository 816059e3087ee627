"""The classifier taught across hospitals: from published weights, in few steps, averaged."""

import importlib
import importlib.util
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.averaging import averaged
from training.classifier.hospitals.augment import Tones, varied
from training.classifier.hospitals.lite_network import (
    build_keras,
    build_torch,
    start_weights,
    to_keras,
)
from training.classifier.hospitals.sources import FINDINGS, LABELS, NORMAL, Group, shares_of

if TYPE_CHECKING:
    from torch import Tensor, nn

LARGEST_GRADIENT = 5.0
TONES, TONE_STEP = (
    1500,
    37,
)  # radiographs that lend their tones, and every how many-th pixel of them


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalSettings:
    """How the classifier is taught on.

    Attributes:
        size: Rows and columns of the input in px, as it is used.
        taught_size: The same while it is taught. Augmented lungs fill their grid more than those
            that it meets later, and are coarser, so on a finer grid it answers better
            (`docs/log.md`; Touvron et al. 2019, Fixing the train-test resolution discrepancy,
            arXiv:1906.06423).
        steps: Optimiser steps; more of them lower the loss and shift the threshold.
        batch: Radiographs a step.
        learning_rate: The highest, of all but the head, whose is `head_rate` times as high.
        warm_steps: Steps in which the rate rises.
        averaging: Decay of the mean of the weights, which is what is kept.
        frozen: How many of the network's blocks, from its input on, are not trained.
        labels_weight: Of the loss over the labels, beside that of abnormal against normal.
        findings_weight: Of the loss over the findings, which are read by a head of their own.
        smoothing: Of the targets.
    """

    size: int = 192
    taught_size: int = 160
    steps: int = 800
    batch: int = 32
    learning_rate: float = 1e-3
    head_rate: float = 3.0
    warm_steps: int = 40
    averaging: float = 0.98
    frozen: int = 3
    weight_decay: float = 0.02
    dropout: float = 0.3
    labels_weight: float = 0.2
    findings_weight: float = 0.3
    smoothing: float = 0.05
    steps_per_check: int = 200
    seed: int = 0


Batch = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]
"""Pictures `(radiograph, 1, row, col)`, labels, findings, and whether the findings are known."""


def batches(
    groups: list[Group], settings: HospitalSettings, random: np.random.Generator
) -> Iterator[Batch]:
    """Endless augmented batches; groups are drawn by `shares_of`, their radiographs in turn."""
    shares = shares_of(groups)
    tones = tones_of(groups, random)
    orders = [random.permutation(len(group.images)) for group in groups]
    taken = [0] * len(groups)
    while True:
        pictures, labels, findings, known = [], [], [], []
        for number in random.choice(len(groups), settings.batch, p=shares):
            group = groups[number]
            if taken[number] == len(orders[number]):
                orders[number], taken[number] = random.permutation(len(group.images)), 0
            member = orders[number][taken[number]]
            taken[number] += 1
            pictures.append(varied(group.images[member], random, settings.taught_size, tones))
            labels.append(LABELS.index(group.label))
            findings.append(group.findings[member])
            known.append(float(group.known))
        yield (
            np.stack(pictures)[:, None],
            np.array(labels, np.int64),
            np.stack(findings),
            np.array(known, np.float32),
        )


def tones_of(groups: list[Group], random: np.random.Generator) -> list[Tones]:
    """Sorted grey values of some radiographs of every group."""
    each = max(1, TONES // len(groups))
    return [
        np.sort(image[image > 0][::TONE_STEP].astype(np.float32) / np.float32(255))
        for group in groups
        for image in group.images[random.permutation(len(group.images))[:each]]
        if (image > 0).sum() > TONE_STEP
    ]


def teach(
    groups: list[Group],
    folder: Path,
    settings: HospitalSettings,
    check: "Callable[[nn.Module, int], dict[str, Any]] | None" = None,
) -> Path:
    """Teach a classifier, from time to time looking at radiographs that it does not learn from.

    Writes `hospitals.keras`, the mean of the latest weights, and `metrics.json` to `folder`. A run
    that was stopped goes on from its last check.

    Args:
        groups: What to learn from.
        folder: Where checkpoints go.
        settings: How to train.
        check: Takes the network with the mean weights and the step, and says what it is worth.

    Returns:
        The Keras file.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "last.pt"
    torch.manual_seed(settings.seed)
    twin = build_torch(len(LABELS) + len(FINDINGS), settings.dropout, settings.frozen)
    start_weights(twin)
    twin.to(memory_format=torch.channels_last)
    mean = averaged(twin, settings.averaging)
    optimiser = torch.optim.AdamW(_rated(twin, settings), weight_decay=settings.weight_decay)
    begun, found = 0, []
    if kept.exists():
        stored = torch.load(kept, weights_only=True)
        twin.load_state_dict(stored["twin"])
        mean.load_state_dict(stored["mean"])
        optimiser.load_state_dict(stored["optimiser"])
        begun, found = stored["step"], json.loads(stored["found"])
    random = np.random.default_rng((settings.seed, begun))
    source = batches(groups, settings, random)
    compiled, started, losses = torch.compile(twin), time.monotonic(), []
    for step in range(begun + 1, settings.steps + 1):
        share = 0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * step / settings.steps))
        for group in optimiser.param_groups:
            group["lr"] = group["highest"] * min(1.0, step / settings.warm_steps) * share
        twin.learns()  # type: ignore[operator]
        loss = _loss(compiled, next(source), settings)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(twin.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        mean.update_parameters(twin)
        losses.append(float(loss.detach()))
        if step % 25 == 0:
            pace = (step - begun) * settings.batch / (time.monotonic() - started)
            print(f"step {step} loss {np.mean(losses[-25:]):.4f} {pace:.1f}/s", flush=True)
        if step % settings.steps_per_check == 0 or step == settings.steps:
            if check is not None:
                found.append({"step": step, **check(mean.module, settings.size)})
                print(json.dumps(found[-1]), flush=True)
            state: dict[str, Any] = {"twin": twin.state_dict(), "mean": mean.state_dict()}
            state |= {"optimiser": optimiser.state_dict(), "step": step, "found": json.dumps(found)}
            torch.save(state, kept)
    return _finish(mean.module, folder, settings, found)


def _finish(
    network: "nn.Module", folder: Path, settings: HospitalSettings, checks: list[dict[str, Any]]
) -> Path:
    """Write the network as a Keras file, the findings' outputs left out, and what it is worth."""
    if importlib.util.find_spec("triton") is not None:
        importlib.import_module("triton")  # after TensorFlow, which has an LLVM too, it would abort
    file = folder / "hospitals.keras"
    model = build_keras(settings.size, len(LABELS))
    to_keras(network, model)
    model.save(file)
    text = {"file": file.name, "size": settings.size, "checks": checks}
    text |= {"settings": asdict(settings)}
    (folder / "metrics.json").write_text(json.dumps(text, indent=2))
    return file


def abnormal_logits(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log odds of abnormal against normal, `(radiograph,)`, of logits `(radiograph, output)`."""
    labels = logits[:, : len(LABELS)].astype(np.float64)
    normal = LABELS.index(NORMAL)
    others = np.logaddexp.reduce(np.delete(labels, normal, axis=1), axis=1)
    found: NDArray[np.float64] = others - labels[:, normal]
    return found


def _loss(network: Any, batch: Batch, settings: HospitalSettings) -> "Tensor":
    """Abnormal against normal, the labels among one another, and the findings where known."""
    import torch
    from torch.nn import functional

    pictures, labels, findings, known = (torch.from_numpy(part) for part in batch)
    logits = network(pictures.contiguous(memory_format=torch.channels_last))
    named, found = logits[:, : len(LABELS)], logits[:, len(LABELS) :]
    odds = torch.logsumexp(named[:, 1:], 1) - named[:, 0]
    target = (labels > 0).float() * (1 - 1.6 * settings.smoothing) + 0.8 * settings.smoothing
    loss: Tensor = functional.binary_cross_entropy_with_logits(odds, target)
    loss = loss + settings.labels_weight * functional.cross_entropy(
        named, labels, label_smoothing=settings.smoothing
    )
    each = functional.binary_cross_entropy_with_logits(found, findings, reduction="none").mean(1)
    return loss + settings.findings_weight * (each * known).sum() / known.sum().clamp(min=1)


def _rated(twin: "nn.Module", settings: HospitalSettings) -> list[dict[str, Any]]:
    """The weights to train, with the highest rate of each."""
    head: list[Any] = []
    body: list[Any] = []
    for name, weights in twin.named_parameters():
        if weights.requires_grad:
            (head if name.startswith("head") else body).append(weights)
    rate = settings.learning_rate
    return [
        {"params": body, "lr": rate, "highest": rate},
        {"params": head, "lr": rate, "highest": rate * settings.head_rate},
    ]
