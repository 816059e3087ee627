"""The shipped classifier: Keras EfficientNetB0 on the thorax, five labels."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import random_affine, random_marks, random_tone
from training.metrics import auc
from training.packs import Split
from training.thorax_cache import ThoraxSet
from training.torch_twin import copy_back, twin_of

if TYPE_CHECKING:
    import keras
    from torch import nn

LABELS = ("normal", "bacterial_pneumonia", "viral_pneumonia", "covid19", "tuberculosis")
NORMAL = LABELS[0]
GROUP_WEIGHTS = {
    ("paediatric", "normal"): 1.0,
    ("adult", "normal"): 1.8,
    ("paediatric", "bacterial_pneumonia"): 1.0,
    ("paediatric", "viral_pneumonia"): 1.0,
    ("adult", "covid19"): 1.5,
    ("adult", "tuberculosis"): 1.5,
}
"""How often each group of films is drawn: even over labels within a pack, so that neither pack nor
label is learned as a guess; adults more often, since their films are the harder ones."""

WARM_STEPS = 50
LARGEST_GRADIENT = 5.0  # as a norm over all weights

GreyImages = NDArray[np.uint8]
Batches = Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """How the classifier is trained: stages from small to large, a cosine of the rate in each.

    Reference:
        Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts,
        arXiv:1608.03983.
    """

    sizes: tuple[int, ...] = (96, 128, 128, 128, 128, 128)
    steps: tuple[int, ...] = (875, 275, 450, 520, 450, 5600)
    batch: int = 32
    learning_rates: tuple[float, ...] = (1.5e-3, 8e-4, 4e-4, 7e-4, 1e-3, 1.2e-3)
    weight_decay: float = 1e-2
    averaging: float = 0.998
    label_smoothing: float = 0.05
    dropout: float = 0.3
    steps_per_check: int = 400
    seed: int = 0


def build_classifier(size: int, labels: int, dropout: float) -> "keras.Model":
    """EfficientNetB0 for grey pictures, with random weights.

    Args:
        size: Rows and columns of the input.
        labels: Number of labels.
        dropout: Share of pooled features dropped in training.

    Returns:
        A model from `(batch, size, size, 1)` float32 in [0, 1] to logits `(batch, labels)`; its
        layer `top_activation` is the last convolution stage, `head` the dense layer.

    Reference:
        Tan and Le 2019, EfficientNet, arXiv:1905.11946.
    """
    import keras

    grey = keras.Input((size, size, 1))
    base = keras.applications.EfficientNetB0(
        include_top=False, weights=None, input_tensor=_as_rgb(grey)
    )
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    logits = keras.layers.Dense(labels, name="head")(keras.layers.Dropout(dropout)(pooled))
    return keras.Model(grey, logits, name="efficientnetb0_thorax")


def _as_rgb(grey: "keras.KerasTensor") -> "keras.KerasTensor":
    import keras

    bright = keras.layers.Rescaling(255.0)(grey)  # EfficientNet's own first layer divides by 255
    return keras.layers.Concatenate()([bright, bright, bright])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassifierData:
    """Pictures `(film, size, size)` uint8 with labels and packs, of one split."""

    images: GreyImages
    labels: NDArray[np.int64]
    packs: NDArray[np.str_]

    @classmethod
    def of(cls, sets: dict[str, ThoraxSet], split: Split) -> "ClassifierData":
        """The films of one split whose label the classifier knows."""
        parts = [
            (image, LABELS.index(film.label), name)
            for name, found in sets.items()
            for film, image in zip(found.films, found.images, strict=True)
            if film.split is split and film.label in LABELS
        ]
        images, labels, packs = zip(*parts, strict=True)
        return cls(images=np.stack(images), labels=np.array(labels), packs=np.array(packs))

    def every(self, step: int) -> "ClassifierData":
        """An even sample: every `step`-th film."""
        return ClassifierData(
            images=self.images[::step], labels=self.labels[::step], packs=self.packs[::step]
        )


def resized(images: GreyImages, size: int) -> NDArray[np.float32]:
    """`(film, 1, size, size)` float32 in [0, 1]."""
    small = [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]
    return np.stack(small).astype(np.float32)[:, None] / np.float32(255)


def augmented(image: GreyImages, size: int, random: np.random.Generator) -> NDArray[np.float32]:
    """One training picture `(size, size)` float32 in [0, 1]; what is outside the thorax stays 0."""
    matrix = random_affine(random, image.shape[0], degrees=10, scale=0.12, shift=0.05)
    turned = cv2.warpAffine(image, matrix, image.shape[::-1])
    if random.random() < 0.3:
        turned = np.ascontiguousarray(turned[:, ::-1])
    small = cv2.resize(turned, (size, size), interpolation=cv2.INTER_AREA)
    inside = small > 0
    toned = random_tone(random, small.astype(np.float32) / np.float32(255), strength=0.6)
    if random.random() < 0.3:
        toned = random_marks(random, toned)
    return np.where(inside, toned, 0).astype(np.float32)


def batches(
    data: ClassifierData, size: int, settings: ClassifierSettings, random: np.random.Generator
) -> Batches:
    """Endless augmented batches `(film, 1, size, size)` with one-hot labels.

    Groups are drawn by `GROUP_WEIGHTS`, the films of a group in turn.
    """
    groups, weights = [], []
    for (pack, label), weight in GROUP_WEIGHTS.items():
        members = np.flatnonzero((data.packs == pack) & (data.labels == LABELS.index(label)))
        if members.size:
            groups.append(members)
            weights.append(weight)
    shares = np.array(weights) / sum(weights)
    orders = [random.permutation(members) for members in groups]
    taken = [0] * len(groups)
    while True:
        chosen = []
        for group in random.choice(len(groups), settings.batch, p=shares):
            if taken[group] == len(orders[group]):
                orders[group], taken[group] = random.permutation(groups[group]), 0
            chosen.append(orders[group][taken[group]])
            taken[group] += 1
        pictures = np.stack([augmented(data.images[film], size, random) for film in chosen])
        yield pictures[:, None], np.eye(len(LABELS), dtype=np.float32)[data.labels[chosen]]


def check(twin: "nn.Module", held: ClassifierData, size: int) -> dict[str, float]:
    """AUC of abnormal against normal by pack, and accuracy over the five labels."""
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
        f"auc_{pack}": auc(held.labels[held.packs == pack] > 0, abnormal[held.packs == pack])
        for pack in sorted(set(held.packs))
    }
    return scores | {"accuracy": float((probabilities.argmax(axis=1) == held.labels).mean())}


def train_classifier(
    train: ClassifierData, held: ClassifierData, folder: Path, settings: ClassifierSettings
) -> None:
    """Train stage by stage, keeping the best weights of the last stage reached.

    Writes `stage<number>.keras` and `metrics.json` to `folder`; a stage marked done is not
    trained again, so a killed run goes on with the stage it was in.

    Args:
        train: The films to learn from.
        held: Films of other patients, to choose the weights by.
        folder: Where checkpoints go.
        settings: How to train.
    """
    import torch._inductor  # before TensorFlow: its triton and TensorFlow each carry an LLVM

    import keras

    folder.mkdir(parents=True, exist_ok=True)
    previous: Path | None = None
    stages = zip(settings.sizes, settings.steps, settings.learning_rates, strict=True)
    for number, (size, steps, rate) in enumerate(stages, 1):
        file, mark = folder / f"stage{number}.keras", folder / f"stage{number}.done"
        if not mark.exists():
            keras.utils.set_random_seed(settings.seed + number)
            model = build_classifier(size, len(LABELS), settings.dropout)
            if previous is not None:
                model.set_weights(keras.models.load_model(previous, compile=False).get_weights())
            random = np.random.default_rng((settings.seed, number))
            source = batches(train, size, settings, random)  # no stage repeats another's films
            best = 0.0
            for scores, twin in _trained(model, source, held, size, steps, rate, settings):
                print(f"{size} px {scores}", flush=True)
                if sum(scores.values()) > best:
                    best = sum(scores.values())
                    copy_back(twin, model)
                    model.save(file)
                    chosen = {"settings": asdict(settings), "file": file.name, "size": size}
                    (folder / "metrics.json").write_text(json.dumps(chosen | scores))
            mark.touch()
        previous = file


def _trained(
    model: "keras.Model",
    source: Batches,
    held: ClassifierData,
    size: int,
    steps: int,
    rate: float,
    settings: ClassifierSettings,
) -> "Iterator[tuple[dict[str, float], nn.Module]]":
    """Train one stage; from time to time give the scores of the averaged weights, and those."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    twin = twin_of(model, settings.dropout).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged = AveragedModel(
        twin, multi_avg_fn=get_ema_multi_avg_fn(settings.averaging), use_buffers=True
    )
    optimiser = torch.optim.AdamW(twin.parameters(), rate, weight_decay=settings.weight_decay)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
    compiled = torch.compile(twin)
    started, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, step / WARM_STEPS) * (0.02 + 0.98 * cosine)
        pictures, one_hot = (torch.from_numpy(part).to(device) for part in next(source))
        twin.train()
        loss = loss_of(compiled(pictures), one_hot)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(twin.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        averaged.update_parameters(twin)
        losses.append(float(loss.detach()))
        if step % 25 == 0:
            pace = step * settings.batch / (time.monotonic() - started)
            print(f"{size} px step {step} loss {np.mean(losses[-25:]):.4f} {pace:.1f} films/s",
                  flush=True)  # fmt: skip
        if step % settings.steps_per_check == 0 or step == steps:
            yield check(averaged.module, held, size), averaged.module
