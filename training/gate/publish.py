"""From the taught gate to `weights/gate`: limits, figures, manifest and card."""

from pathlib import Path
from typing import Any

from pipeline.manifest import write_manifest
from pipeline.reading.gate import INPUT_SIZE, OUTPUTS
from training.cards import spelled, write_card
from training.convert import convert_gate
from training.datasets.index import data_folder
from training.gate.folds import PHOTOGRAPHED, held_out, held_out_looks, shares
from training.gate.limits import ADMITTED, limits_of
from training.gate.network import build_trunk
from training.gate.pictures import CHESTS, LATERAL, NOT_CHEST, OUTSIDE, PHANTOM, gathered
from training.gate.samples import Counts, drawn_samples
from training.gate.training import GateSettings, teach_head

DATA = (
    "its first half: EfficientNet-Lite0 as published by Google (Apache-2.0), taught on ImageNet",
    "upright chests and the same turned: ChestX-ray14 (Wang 2017), Shenzhen (Jaeger 2014), "
    "Hannover (Winther 2020), Kermany 2018, public COVID-19 and tuberculosis collections, "
    "drawn phantoms",
    "laterals: Cohen's COVID-19 image data collection, 25",
    "other pictures: public student collections of hands, knees and limbs, 400; drawn shapes",
    "photographs: drawn from the chests (training/gate/photographed.py)",
)


def make_gate(
    runs: Path, folder: Path, settings: GateSettings, counts: Counts | None = None
) -> dict[str, Any]:
    """Teach the gate with each part held out and then on everything; write its folder.

    Args:
        runs: A folder for what was read and drawn.
        folder: The model's folder.
        settings: How long and how.
        counts: How many pictures are drawn of what.

    Returns:
        The figures of the held-out parts, by kind of picture.
    """
    import torch

    names = (*CHESTS, OUTSIDE, LATERAL, NOT_CHEST, PHANTOM)
    pictures = gathered(data_folder(), runs / "pictures", names)
    samples = drawn_samples(pictures, counts or Counts(), runs / "samples.npz")
    looks = held_out_looks(samples, held_out(pictures, runs / "held_out.npz"), settings)
    limits = limits_of(looks)
    measured = shares(looks, limits)
    network = torch.nn.Sequential(build_trunk(), teach_head(samples, settings))
    convert_gate(network, folder)
    write_manifest(
        folder,
        name="gate",
        task="gate",
        labels=OUTPUTS,
        input={"size": INPUT_SIZE},
        limits=limits,
        data=DATA,
        licence="Apache-2.0",
        command="python -m training train gate",
        files=["gate.xml", "gate.bin"],
        metrics={"held_out": measured},
    )
    write_card(
        folder,
        table=held_out_table(measured),
        limits=", ".join(f"{name} {limit:.3f}" for name, limit in limits.items()),
    )
    return measured


def held_out_table(measured: dict[str, Any]) -> str:
    """What the gate alone calls the pictures of each kind, a row a kind."""
    rows = ["| pictures | n | called what they are | let in | called anything else |"]
    rows.append("| --- |" + " --- |" * 4)
    for kind, found in sorted(measured.items(), key=lambda item: _order(item[0])):
        right, let_in = _right(kind), found.get(ADMITTED)
        named = found.get(right)
        others = sum(
            share["value"] for call, share in found.items() if call not in ("n", right, ADMITTED)
        )
        shown = spelled(let_in) if right == ADMITTED or let_in else "0.000"
        called_so = "–" if right == ADMITTED else spelled(named) if named else "0.000"
        rows.append(f"| {kind} | {found['n']} | {called_so} | {shown} | {others:.3f} |")
    return "\n".join(rows)


def _right(kind: str) -> str:
    """What a kind of picture ought to be called."""
    first = kind.partition(".")[0]
    if first.startswith("turn_"):
        return f"image_turned_{first.removeprefix('turn_')}"
    named = {
        LATERAL: "image_lateral",
        NOT_CHEST: "chest_not_found",
        PHOTOGRAPHED: "image_photographed",
    }
    return named.get(first, ADMITTED)


def _order(kind: str) -> tuple[int, str]:
    first = kind.partition(".")[0]
    return (first.startswith("turn_") + 2 * (first == PHOTOGRAPHED), kind)
