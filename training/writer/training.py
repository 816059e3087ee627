"""Trains the report model: a small Llama on rule-made reports, from nothing to a GGUF file."""

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.language_model.gguf_model import SHIPPED_FORMAT
from training.averaging import averaged
from training.writer.cases import TAUGHT, case_prompt, case_report, random_case
from training.writer.gguf_file import Tokenizer, quantise, read_vocabulary, write_gguf
from training.writer.tokens import Vocabulary, build_vocabulary, fact_phrases, phrases

NAME = f"{SHIPPED_FORMAT}-6m"
DESCRIPTION = "A 6.5-million-parameter model taught on chest radiograph reports made by rules"
_CHUNK_BATCHES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterRecipe:
    """How the report model is trained.

    Attributes:
        width, layers, heads, inner: The Llama's sizes.
        base_tokens: Tokens of the byte-level BPE, before the phrases.
        steps: Optimiser steps.
        batch: Cases a step, all languages mixed.
        rate: Highest learning rate; warmed up over 5 % of the steps, then a cosine to a twentieth.
        fact_weight: Weight in the loss of a token that states a fact (a zone, a number, a grade, a
            label) against one that words it; which wording is drawn is noise, the facts are not.
        seed: Of weights and cases.
        averaging: Decay of the mean of the latest weights, which is what is kept.
        start: A GGUF file of the same sizes to go on from; `None` for chance.
        minutes: Wall time by which the schedule ends even with steps left; `None` for no limit.
    """

    width: int = 256
    layers: int = 4
    heads: int = 8
    inner: int = 768
    base_tokens: int = 2000
    steps: int = 1900
    batch: int = 32
    rate: float = 2e-3
    fact_weight: float = 4.0
    seed: int = 1
    averaging: float = 0.99
    start: Path | None = None
    minutes: float | None = None


FACTS = WriterRecipe(steps=3000, rate=6e-4, fact_weight=10.0, seed=2, averaging=0.995)
"""The second sitting: wording is known by then, and nearly all that is left to learn is copying."""


MEASUREMENTS = replace(FACTS, seed=3)
"""The third sitting, when the prompt came to hold the measurements of hyperinflation."""


def train(recipe: WriterRecipe, folder: Path) -> Path:
    """Train from chance or from a file, or go on from the checkpoint in `folder`.

    Args:
        recipe: Sizes and schedule.
        folder: Where checkpoints and the float32 file go; made if absent.

    Returns:
        The trained model as a Q8_0 GGUF file in `folder`.
    """
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    folder.mkdir(parents=True, exist_ok=True)
    tokens = folder / "vocabulary.gguf"
    if not tokens.is_file():  # equal merges come in any order, so a run keeps its first
        write_gguf(tokens, _vocabulary(recipe), NAME)
    vocabulary, tokenizer = read_vocabulary(tokens), Tokenizer(tokens)
    model = _llama(recipe, vocabulary) if recipe.start is None else _taken_up(recipe, vocabulary)
    _say({"parameters": sum(p.numel() for p in model.parameters()), "tokens": vocabulary.size})
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.05
    )
    checkpoint = folder / "checkpoint.pt"
    first = 0
    mean = averaged(model, recipe.averaging)
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        first = state["step"]
    weights = torch.ones(vocabulary.size)
    weights[_fact_ids(vocabulary)] = recipe.fact_weight
    started = time.perf_counter()
    for step, rows in enumerate(_batches(recipe, tokenizer, vocabulary, first), start=first):
        progress = _progress(recipe, step, time.perf_counter() - started)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * _schedule(progress)
        loss, right = _loss(model, rows, vocabulary.end_id, weights)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        mean.update_parameters(model)
        if step % 20 == 0:
            seconds = round(time.perf_counter() - started)
            _say({"step": step, "loss": round(loss.item(), 4), "facts": right, "s": seconds})
        last = progress >= 1 or step + 1 == recipe.steps
        if last or (step + 1) % 100 == 0:
            torch.save(
                {
                    "model": model.state_dict(),
                    "averaged": mean.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step + 1,
                },
                checkpoint,
            )
            write_gguf(folder / "f32.gguf", vocabulary, NAME, mean.module, description=DESCRIPTION)
            quantise(folder / "f32.gguf", folder / "writer.gguf")
        if last:
            break
    return folder / "writer.gguf"


def _vocabulary(recipe: WriterRecipe) -> Vocabulary:
    """The tokens of today's wording, on the BPE of the file to go on from if there is one."""
    if recipe.start is None:
        return build_vocabulary(base_size=recipe.base_tokens)
    started = read_vocabulary(recipe.start)
    fresh = tuple(phrase for phrase in phrases() if phrase not in set(started.base))
    return replace(started, phrases=fresh)


def _llama(recipe: WriterRecipe, vocabulary: Vocabulary) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary.size,
            hidden_size=recipe.width,
            intermediate_size=recipe.inner,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads,
            max_position_embeddings=2048,
            tie_word_embeddings=False,
            rms_norm_eps=1e-6,
            bos_token_id=vocabulary.end_id,
            eos_token_id=vocabulary.end_id,
        )
    )


def _taken_up(recipe: WriterRecipe, vocabulary: Vocabulary) -> Any:
    """The network of `recipe.start`; a token it does not know begins as the mean of its pieces."""
    import torch
    from transformers import AutoModelForCausalLM

    if recipe.start is None:
        raise ValueError("there is no file to go on from")
    started: Any = AutoModelForCausalLM.from_pretrained(
        str(recipe.start.parent),
        gguf_file=recipe.start.name,
        dtype=torch.float32,
        local_files_only=True,
    )
    split = Tokenizer(recipe.start)
    pieces = [[at] for at in range(len(vocabulary.base))]
    pieces += [split(phrase) for phrase in vocabulary.phrases]
    pieces.append([read_vocabulary(recipe.start).end_id])
    model = _llama(recipe, vocabulary)
    state = started.state_dict()
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        state[name] = torch.stack([state[name][ids].mean(dim=0) for ids in pieces])
    model.load_state_dict(state)
    return model


def _progress(recipe: WriterRecipe, step: int, seconds: float) -> float:
    done = step / recipe.steps
    return done if recipe.minutes is None else max(done, seconds / 60 / recipe.minutes)


def _schedule(progress: float) -> float:
    if progress < 0.05:
        return progress / 0.05 + 0.01
    progress = min(progress, 1.0)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (progress - 0.05) / 0.95))


def _batches(
    recipe: WriterRecipe, tokenizer: Tokenizer, vocabulary: Vocabulary, first: int
) -> Iterator[list[tuple[list[int], list[int]]]]:
    """Batches of `(prompt ids, report ids)`, of like lengths, never the same case twice."""
    for start in range(first, recipe.steps, _CHUNK_BATCHES):
        rng = random.Random(f"{recipe.seed} {start}")
        rows = []
        for _ in range(_CHUNK_BATCHES * recipe.batch):
            case = random_case(rng, rng.choice(TAUGHT))
            report = [*tokenizer(case_report(case, rng)), vocabulary.end_id]
            rows.append((tokenizer(case_prompt(case, rng)), report))
        rows.sort(key=lambda row: len(row[0]) + len(row[1]))
        batches = [rows[at : at + recipe.batch] for at in range(0, len(rows), recipe.batch)]
        rng.shuffle(batches)
        yield from batches[: recipe.steps - start]


def _loss(
    model: Any, rows: list[tuple[list[int], list[int]]], end_id: int, weights: Any
) -> tuple[Any, float]:
    """Weighted cross-entropy of the reports' tokens, and the share of facts guessed right."""
    import torch

    length = max(len(prompt) + len(report) for prompt, report in rows)
    ids = torch.full((len(rows), length), end_id)
    wanted = torch.zeros((len(rows), length), dtype=torch.bool)
    for index, (prompt, report) in enumerate(rows):
        ids[index, : len(prompt) + len(report)] = torch.tensor(prompt + report)
        wanted[index, len(prompt) : len(prompt) + len(report)] = True
    hidden = model.model(input_ids=ids[:, :-1]).last_hidden_state
    logits = model.lm_head(hidden[wanted[:, 1:]])
    targets = ids[:, 1:][wanted[:, 1:]]
    asked = weights[targets] > 1
    right = (logits.argmax(dim=1) == targets)[asked].float().mean().item()
    return torch.nn.functional.cross_entropy(logits, targets, weight=weights), round(right, 3)


def _fact_ids(vocabulary: Vocabulary) -> list[int]:
    facts = fact_phrases()
    first = len(vocabulary.base)
    return [first + at for at, phrase in enumerate(vocabulary.phrases) if phrase in facts]


def _say(row: dict[str, object]) -> None:
    print(json.dumps(row), flush=True)


def train_writer(runs: Path, folder: Path) -> None:
    """Train the shipped model in `runs`, wording first, then facts twice, and publish it."""
    from training.writer.publish import publish_writer

    trained = train(WriterRecipe(), runs / "wording")
    for name, sitting in (("facts", FACTS), ("measurements", MEASUREMENTS)):
        trained = train(replace(sitting, start=trained), runs / name)
    print(publish_writer(trained, folder))
