"""From a finished run to a model folder: weights, calibration, metrics, manifest."""

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.classification.classifier import FolderClassifier
from pipeline.classification.familiarity import FAMILIAR_FILE
from pipeline.manifest import load_manifest, write_manifest
from segmentation.network import INPUT_SIZE, OUTPUTS, build_network
from segmentation.segmenter import DeepLabSegmenter
from training.anatomy.card_pictures import draw_outlines
from training.anatomy.evaluate import evaluate_anatomy
from training.anatomy.samples import DATASETS
from training.cards import (
    anatomy_metrics,
    classifier_metrics,
    robustness_metrics,
    sources_table,
    write_card,
)
from training.classifier.chosen import read_chosen
from training.classifier.curves import draw_curves
from training.classifier.hospitals.familiar import (
    familiarity_of,
    features_of,
    limit_of,
    taught_images,
)
from training.classifier.hospitals.held_out import answered, even_weights, held_out, joined
from training.classifier.hospitals.leave_one_out import read_left_out
from training.classifier.hospitals.leave_one_out import table as left_out_table
from training.classifier.hospitals.site_fit import fitted
from training.classifier.hospitals.sources import LABELS, NORMAL, TAUGHT, gathered
from training.classifier.quality_limits import set_quality_limits
from training.convert import convert_anatomy, convert_classifier
from training.datasets.index import ImageRecord, Split, data_folder, read_index

HOME = ("paediatric", "adult")
ELSEWHERE = "jsrt"
SURE_ACCURACY = 0.9
"""Asked for outside the uncertain band, over all hospitals alike."""

SPECIFICITY = 0.93
"""Kept on the hospitals that were taught; on those left out it was lower by about 0.1."""

QUALITY_RADIOGRAPHS = 60
SOURCES = {
    "jsrt": "JSRT / SCR, adults, free for research with citation (Shiraishi 2000; "
    "van Ginneken 2006)",
    "paediatric": "Kermany 2018 (CC BY 4.0), children of 1 to 5 years; lung masks V7 Labs 2020 "
    "(CC BY 4.0)",
    "adult": "public COVID-19 and tuberculosis radiography collections, research use",
    "shenzhen": "National Library of Medicine, Shenzhen hospital, adults, free with citation "
    "(Jaeger 2014)",
    "nih": "ChestX-ray14, NIH Clinical Center, adults, free with citation (Wang 2017)",
    "hannover": "Hannover Medical School, adults (CC BY 3.0; Winther 2020)",
}
TERMS = {
    "normal": {"en": "no abnormality", "ru": "без отклонений", "uk": "без відхилень"},
    "bacterial_pneumonia": {
        "en": "bacterial pneumonia",
        "ru": "бактериальная пневмония",
        "uk": "бактеріальна пневмонія",
    },
    "viral_pneumonia": {
        "en": "viral pneumonia",
        "ru": "вирусная пневмония",
        "uk": "вірусна пневмонія",
    },
    "covid19": {"en": "COVID-19", "ru": "COVID-19", "uk": "COVID-19"},
    "tuberculosis": {"en": "tuberculosis", "ru": "туберкулёз", "uk": "туберкульоз"},
    "other_abnormality": {
        "en": "other abnormality",
        "ru": "другая патология",
        "uk": "інша патологія",
    },
}


def validation(dataset: str) -> list[ImageRecord]:
    """The validation radiographs of a dataset."""
    radiographs = read_index(data_folder() / dataset)
    return [radiograph for radiograph in radiographs if radiograph.split is Split.VALIDATION]


def publish_anatomy(run: Path, folder: Path) -> dict[str, Any]:
    """Make `weights/anatomy` from a run and return its metrics by dataset."""
    import torch

    network = build_network()
    network.load_state_dict(torch.load(run / "best.pt", weights_only=True))
    convert_anatomy(network, folder)
    fields: dict[str, Any] = {
        "name": "anatomy",
        "task": "segmentation",
        "labels": OUTPUTS,
        "input": {"size": INPUT_SIZE},
        "data": [SOURCES[dataset] for dataset in DATASETS],
        "licence": "Apache-2.0",
        "command": "python -m training train anatomy",
        "files": ["anatomy.xml", "anatomy.bin", "anatomy.safetensors"],
    }
    write_manifest(folder, **fields)
    segmenter = DeepLabSegmenter(folder, threads=2)
    measured = {dataset: evaluate_anatomy(validation(dataset), segmenter) for dataset in DATASETS}
    write_manifest(folder, **fields, metrics=measured)
    draw_outlines(segmenter, folder / "phantoms.png")
    write_card(folder, metrics=anatomy_metrics(measured), robustness=robustness_metrics(measured))
    return measured


def publish_classifier(run: Path, folder: Path, anatomy: Path) -> dict[str, Any]:
    """Make `weights/classifier` from a run and return its metrics by dataset.

    Temperature, threshold and band come from held-out radiographs of every hospital that was
    taught, the hospitals weighing alike and in each the normal and the abnormal ones, so the
    metrics after them are of the radiographs they were chosen on. The limit of what is familiar
    comes from those of the two datasets at home.
    """
    import keras

    chosen = read_chosen(run)
    convert_classifier(keras.models.load_model(run / chosen.file, compile=False), folder)
    segmenter = DeepLabSegmenter(anatomy, threads=2)
    groups = gathered(data_folder(), segmenter, run.parent / "lungs")
    fields: dict[str, Any] = {
        "name": "classifier",
        "task": "classification",
        "labels": LABELS,
        "input": {"size": chosen.size, "region": "lungs"},
        "normal_label": NORMAL,
        "threshold_prob": 0.5,
        "uncertain_prob": None,
        "temperature": 1.0,
        "terms": TERMS,
        "data": [SOURCES[name] for name in TAUGHT],
        "licence": "Apache-2.0",
        "command": "python -m training train classifier",
        "files": ["classifier.keras", "classifier.xml", "classifier.bin", "head.npz"],
    }
    write_manifest(folder, **fields)
    classifier = FolderClassifier(folder, threads=2)
    shown = taught_images(groups)
    familiarity_of(features_of(shown, classifier, chosen.size)).save(folder / FAMILIAR_FILE)
    fields["files"].append(FAMILIAR_FILE)
    write_manifest(folder, **fields)
    data = data_folder()
    found = {name: answered(folder, held_out(data, name)) for name in (*TAUGHT, ELSEWHERE)}
    taught = [found[name] for name in TAUGHT]
    site = joined([one.site for one in taught])
    weight = np.concatenate([even_weights(one.site.positive) for one in taught])
    calibrated = fitted(site, np.arange(len(weight)), weight, SURE_ACCURACY, SPECIFICITY)
    fields["temperature"] = calibrated.temperature
    fields["threshold_prob"] = calibrated.threshold
    fields["uncertain_prob"] = calibrated.band
    fields["unfamiliarity_limit"] = limit_of(
        {name: found[name].site.unfamiliarity for name in HOME}
    )
    write_manifest(folder, **fields)
    manifest = load_manifest(folder, "classification")
    measured = {name: one.figures(manifest) for name, one in found.items()}
    for name in HOME:
        draw_curves(found[name].seen, manifest, folder / name)
    left_out = read_left_out(run.parent / "left_out")
    write_manifest(folder, **fields, metrics={**measured, "left_out": left_out})
    write_card(
        folder,
        left_out=left_out_table(left_out),
        sources=sources_table(measured),
        metrics=classifier_metrics({name: measured[name] for name in HOME}),
        temperature=calibrated.temperature,
        threshold=calibrated.threshold,
        band="{:.2f} to {:.2f}".format(*calibrated.band),
        limit=fields["unfamiliarity_limit"],
    )
    set_quality_limits(folder, anatomy, data, QUALITY_RADIOGRAPHS)
    return measured
