"""Model cards: a text for people, with the figures that were measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.anatomy.robustness import REFUSED, STILL_FOUND


def spelled(metric: Mapping[str, Any] | None) -> str:
    """A metric with its interval, such as `0.972 (0.968 to 0.975)`; a dash where undefined."""
    if metric is None:
        return "–"
    low, high = metric["ci95"]
    return f"{metric['value']:.3f} ({low:.3f} to {high:.3f})"


def anatomy_metrics(metrics: Mapping[str, Any]) -> str:
    """The anatomy model's table, a row a dataset."""
    rows = [
        "| dataset | radiographs | output | mean Dice | share above 0.90 | IoU | implausible "
        "| heart: mean Dice | cardiothoracic ratio: mean error |",
        "| --- |" + " --- |" * 8,
    ]
    for dataset, found in metrics.items():
        dice = found["dice"]
        rows.append(
            f"| {dataset} | {found['n']} | {found['output']} | {spelled(dice['mean'])} | "
            f"{spelled(dice['share_above_0_90'])} | {spelled(found['iou'])} | "
            f"{found['implausible_share']:.3f} | {spelled(found.get('dice_heart'))} | "
            f"{spelled(found.get('cardiothoracic_ratio_error'))} |"
        )
    return "\n".join(rows)


def robustness_metrics(metrics: Mapping[str, Any]) -> str:
    """What became of the outlines on changed radiographs, a row a change, a column a dataset."""
    rows = [
        "| radiograph | " + " | ".join(metrics) + " |",
        "| --- |" + " --- |" * len(metrics),
    ]
    titles = {name: f"{name.replace('_', ' ')}: mean Dice" for name in STILL_FOUND}
    titles |= {name: f"{name.replace('_', ' ')}: share refused" for name in REFUSED}
    for name, title in titles.items():
        cells = (spelled(found["robustness"][name]) for found in metrics.values())
        rows.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def sources_table(metrics: Mapping[str, Any]) -> str:
    """The classifier's first table: abnormal against normal, a row a hospital."""
    rows = [
        "| hospital | radiographs | AUC | specificity | sensitivity | ECE | unfamiliar "
        "| accuracy of the rest |",
        "| --- |" + " --- |" * 7,
    ]
    for dataset, found in metrics.items():
        abnormal, unfamiliar = found["abnormal"], found["unfamiliar"]
        rows.append(
            f"| {dataset} | {found['n']} | {spelled(abnormal['auc'])} | "
            f"{spelled(abnormal['specificity'])} | {spelled(abnormal['sensitivity'])} | "
            f"{spelled(abnormal['ece'])} | {spelled(unfamiliar['share'])} | "
            f"{spelled(unfamiliar['accuracy_of_rest'])} |"
        )
    return "\n".join(rows)


def classifier_metrics(metrics: Mapping[str, Any]) -> str:
    """The classifier's table, a row a dataset."""
    rows = [
        "| dataset | radiographs | abnormal AUC | abnormal accuracy | outside the uncertain band "
        "| share uncertain | ECE | macro F1 | refused | AUC, lungs blanked "
        "| AUC, outside blanked | Grad-CAM in the thorax |",
        "| --- |" + " --- |" * 11,
    ]
    for dataset, found in metrics.items():
        abnormal = found["abnormal"]
        rows.append(
            f"| {dataset} | {found['n']} | {spelled(abnormal['auc'])} | "
            f"{spelled(abnormal['accuracy'])} | {spelled(abnormal['accuracy_outside_band'])} | "
            f"{spelled(abnormal['share_uncertain'])} | {spelled(abnormal['ece'])} | "
            f"{spelled(found['macro_f1'])} | {_count(found['refused'])} | "
            f"{spelled(found['blanked']['lungs_auc'])} | "
            f"{spelled(found['blanked']['outside_auc'])} | "
            f"{spelled(found['grad_cam']['thorax_share'])} |"
        )
    return "\n".join(rows)


def _count(refused: int | Mapping[str, int]) -> int:
    """How many were refused, whatever for."""
    return refused if isinstance(refused, int) else sum(refused.values())


def write_card(folder: Path, **fields: object) -> None:
    """Fill the card of a model and put it beside its weights."""
    template = Path(__file__).with_name("cards") / f"{folder.name}.md"
    text = template.read_text(encoding="utf-8").format(**fields)
    (folder / "card.md").write_text(text, encoding="utf-8")
