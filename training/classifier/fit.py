"""Training of the classifier, stage by stage, through its twin in torch."""

import importlib
import importlib.util
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.averaging import averaged
from training.classifier.torch_twin import copy_back, twin_of
from training.classifier.training import (
    LABELS,
    NORMAL,
    Batches,
    ClassifierData,
    ClassifierSettings,
    Stage,
    batches,
    build_classifier,
    resized,
)
from training.metrics import auc

if TYPE_CHECKING:
    from torch import nn

WARM_STEPS = 50
LARGEST_GRADIENT = 5.0  # as a norm over all weights


def check(twin: "nn.Module", held: ClassifierData, size: int) -> dict[str, float]:
    """AUC of abnormal against normal by dataset, and accuracy over the five labels."""
    import torch

    device = next(twin.parameters()).device
    twin.eval()
    logits = []
    with torch.inference_mode():
        for start in range(0, len(held.images), 64):
            pictures = resized(held.images[start : start + 64], size)
            logits.append(twin(torch.from_numpy(pictures).to(device)).cpu())
    probabilities = torch.softmax(torch.cat(logits), dim=1).numpy()
    abnormal = 1 - probabilities[:, LABELS.index(NORMAL)]
    scores = {
        f"auc_{dataset}": auc(
            held.labels[held.datasets == dataset] > 0, abnormal[held.datasets == dataset]
        )
        for dataset in sorted(set(held.datasets))
    }
    return scores | {"accuracy": float((probabilities.argmax(axis=1) == held.labels).mean())}


def train_classifier(
    train: ClassifierData, held: ClassifierData, folder: Path, settings: ClassifierSettings
) -> None:
    """Train stage by stage, keeping the best weights of the last stage reached.

    Writes `stage<number>.keras` and `metrics.json` to `folder`; a stage marked done is not
    trained again, so a killed run goes on with the stage it was in.

    Args:
        train: The radiographs to learn from.
        held: Radiographs of other patients, to choose the weights by.
        folder: Where checkpoints go.
        settings: How to train.
    """
    if importlib.util.find_spec("triton") is not None:
        importlib.import_module("triton")  # after TensorFlow, which has an LLVM too, it would abort
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    previous: Path | None = None
    for number, stage in enumerate(settings.stages, 1):
        file, mark = folder / f"stage{number}.keras", folder / f"stage{number}.done"
        if not mark.exists():
            keras.utils.set_random_seed(settings.seed + number)
            model = build_classifier(stage.size, len(LABELS), settings.dropout)
            if previous is not None:
                model.set_weights(keras.models.load_model(previous, compile=False).get_weights())
            random = np.random.default_rng((settings.seed, number))
            source = batches(train, stage, settings, random)  # no stage repeats another's
            best = 0.0
            for twin in _trained(twin_of(model, settings.dropout), source, stage, settings):
                scores = check(twin, held, stage.size)
                print(f"{stage.size} px {scores}", flush=True)
                if sum(scores.values()) > best:
                    best = sum(scores.values())
                    copy_back(twin, model)
                    model.save(file)
                    chosen = {"file": file.name, "size": stage.size, **scores}
                    text = json.dumps(chosen | {"settings": asdict(settings)}, indent=2)
                    (folder / "metrics.json").write_text(text)
            mark.touch()
        previous = file


def _trained(
    twin: "nn.Module", source: Batches, stage: Stage, settings: ClassifierSettings
) -> "Iterator[nn.Module]":
    """Train one stage; from time to time give the network with the mean of its latest weights."""
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # torch's own annotations lack this form of `to`.
    twin.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    mean = averaged(twin, settings.averaging)
    optimiser = torch.optim.AdamW(
        twin.parameters(), stage.learning_rate, weight_decay=settings.weight_decay
    )
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
    compiled = torch.compile(twin)
    started, losses = time.monotonic(), []
    for step in range(1, stage.steps + 1):
        cosine = 0.5 * (1 + math.cos(math.pi * step / stage.steps))
        for group in optimiser.param_groups:
            group["lr"] = stage.learning_rate * min(1.0, step / WARM_STEPS) * (0.02 + 0.98 * cosine)
        pictures, one_hot = (torch.from_numpy(part).to(device) for part in next(source))
        twin.train()
        loss = loss_of(compiled(pictures), one_hot)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(twin.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        mean.update_parameters(twin)
        losses.append(float(loss.detach()))
        if step % 25 == 0:
            pace = step * settings.batch / (time.monotonic() - started)
            print(
                f"step {step} loss {np.mean(losses[-25:]):.4f} {pace:.1f} radiographs/s", flush=True
            )
        if step % settings.steps_per_check == 0 or step == stage.steps:
            yield mean.module
