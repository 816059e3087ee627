"""A site's own calibration: its temperature, thresholds and limit, from some of its radiographs.

The weights stay as they are. What is said of the calibrated classifier is measured on radiographs
that took no part in it: the site's are divided into five by patient, and each is judged by what
the others gave.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.manifest import load_manifest, read_manifest, write_manifest
from pipeline.settings import Settings
from pipeline.types import Examination
from training.classifier.hospitals.answers import answers_of, is_abnormal
from training.classifier.hospitals.site_fit import (
    FIGURES,
    SiteRadiographs,
    SiteSettings,
    cross_fitted,
    figures,
    fitted,
)
from training.datasets.index import ImageRecord

FEWEST, MOST, FEWEST_OF_A_KIND = 50, 200, 15
WITHHELD = 0.05  # of a site's own radiographs


class TooFewRadiographsError(Exception):
    """A dataset is too small, or too one-sided, to calibrate on."""


def calibrate_site(
    folder: Path, records: list[ImageRecord], name: str, out: Path
) -> dict[str, Any]:
    """Make a classifier's folder for one site.

    Args:
        folder: The classifier to calibrate.
        records: The site's radiographs, `MOST` of which are taken at most.
        name: The site's name.
        out: The new folder.

    Returns:
        `n`, `refused`, `before` and `after` (each of `FIGURES` with its interval, after by
        cross-validation), and what was set.

    Raises:
        ModelError: The classifier cannot be used.
        TooFewRadiographsError: There are too few radiographs, or too few of one kind.
    """
    manifest = load_manifest(folder, "classification")
    site, refused = _site(folder, records)
    check_enough(site.positive)
    before = SiteSettings(
        temperature=manifest.temperature,
        threshold=manifest.threshold_prob,
        band=manifest.uncertain_prob or (manifest.threshold_prob, manifest.threshold_prob),
    )
    chosen = fitted(site, np.arange(len(site.positive)))
    limit = manifest.unfamiliarity_limit
    if limit is not None:
        limit = round(float(np.quantile(site.unfamiliarity, 1 - WITHHELD)), 4)
    found = {
        "site": name,
        "n": len(site.positive),
        "refused": refused,
        "before": figures(site, [before] * len(site.positive)),
        "after": figures(site, cross_fitted(site)),
        "temperature": chosen.temperature,
        "threshold": chosen.threshold,
        "uncertain": list(chosen.band),
        "unfamiliarity_limit": limit,
        "unfamiliarity_limit_before": manifest.unfamiliarity_limit,
    }
    out.mkdir(parents=True, exist_ok=True)
    for file in manifest.files:
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, out / file)
    fields = read_manifest(folder).model_dump(exclude={"files", "metrics"}, exclude_unset=True)
    fields |= {
        "name": f"{manifest.name}, calibrated for {name}",
        "temperature": chosen.temperature,
        "threshold_prob": chosen.threshold,
        "uncertain_prob": chosen.band,
        "metrics": {"calibration": found},
        "command": f"python -m training calibrate --dataset {name}",
    }
    if limit is not None:
        fields["unfamiliarity_limit"] = limit
    write_manifest(out, files=manifest.files, **fields)
    (out / "card.md").write_text(_card(found), encoding="utf-8")
    return found


def check_enough(positive: NDArray[np.bool_]) -> None:
    """Whether there are enough radiographs of both kinds.

    Raises:
        TooFewRadiographsError: There are not.
    """
    count, abnormal = len(positive), int(positive.sum())
    if count < FEWEST:
        raise TooFewRadiographsError(
            f"{count} radiographs could be classified; a calibration takes {FEWEST} to {MOST}"
        )
    if min(abnormal, count - abnormal) < FEWEST_OF_A_KIND:
        raise TooFewRadiographsError(
            f"{abnormal} radiographs are abnormal and {count - abnormal} normal; a calibration "
            f"takes at least {FEWEST_OF_A_KIND} of each"
        )


def table(found: Mapping[str, Any]) -> str:
    """Before and after, side by side."""
    lines = [f"{'':<14}{'before':>26}{'after (cross-validated)':>28}"]
    for name in FIGURES:
        cells = [
            "-" if one is None else "{:.3f} ({:.3f} to {:.3f})".format(one["value"], *one["ci95"])
            for one in (found["before"][name], found["after"][name])
        ]
        lines.append(f"{name:<14}{cells[0]:>26}{cells[1]:>28}")
    return "\n".join(lines)


def _site(folder: Path, records: list[ImageRecord]) -> tuple[SiteRadiographs, dict[str, int]]:
    classifier = FolderClassifier(folder, threads=2)
    logits = []

    def look(_: ImageRecord, examination: Examination) -> None:
        seen = classifier.input_model(examination.radiograph, examination.anatomy)
        logits.append(classifier.logits(seen[None])[0])

    taken = records[:: max(1, -(-len(records) // MOST))]
    answers = answers_of(taken, Settings(classifier=folder), look)
    manifest = load_manifest(folder, "classification")
    site = SiteRadiographs(
        logits=np.array(logits, np.float64).reshape(len(logits), len(classifier.labels)),
        positive=np.array([is_abnormal(record) for record in answers.radiographs], bool),
        unfamiliarity=np.array(
            [one.unfamiliarity for one in answers.predictions if one.unfamiliarity is not None]
        ),
        patients=[record.patient for record in answers.radiographs],
        normal=manifest.labels.index(manifest.normal_label),
    )
    return site, dict(answers.refused)


def _card(found: Mapping[str, Any]) -> str:
    return (
        f"# classifier, calibrated for {found['site']}\n\n"
        f"The shipped weights with a temperature of {found['temperature']}, a threshold of "
        f"{found['threshold']} and an uncertain band of {found['uncertain']}, from {found['n']} "
        "radiographs of this site.\nWhat is said of it holds for this site alone.\n\n"
        f"```\n{table(found)}\n```\n\n```json\n{json.dumps(found, indent=2)}\n```\n"
    )
