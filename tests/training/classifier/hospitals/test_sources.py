"""Which radiographs are taught, and how often."""

from pathlib import Path

import numpy as np
import pytest

from training.classifier.hospitals.sources import (
    FINDINGS,
    Group,
    file_of,
    findings_of,
    label_of,
    shares_of,
    source_of,
)
from training.datasets.index import ImageRecord, Split


def record(dataset, label, file, **groups):
    return ImageRecord(
        dataset=dataset,
        path=Path(file),
        label=label,
        patient=file,
        split=Split.TRAIN,
        lung_mask=None,
        groups=groups,
    )


@pytest.mark.parametrize(
    ("dataset", "label", "file", "source", "named"),
    [
        ("adult", "normal", "Normal-1-78777b.jpg", "adult-rsna", "normal"),
        ("adult", "normal", "others_(1)-469e54.jpg", "adult-others", "normal"),
        ("adult", "tuberculosis", "TB.10-6526a7.jpg", "adult-tb-jpg", "tuberculosis"),
        ("adult", "tuberculosis", "Tuberculosis-3-aa.jpg", "adult-tb-png", "tuberculosis"),
        ("nih", "abnormal", "00000001_001.jpg", "nih", "other_abnormality"),
        ("jsrt", "no_nodule", "JPCNN001.png", "jsrt", "normal"),
    ],
)
def test_a_radiograph_has_its_source_and_label(dataset, label, file, source, named):
    one = record(dataset, label, file)
    assert (source_of(one), label_of(one)) == (source, named)


def test_half_of_all_draws_are_normal_whatever_the_groups():
    groups = [
        Group(
            source=source,
            label=label,
            images=np.zeros((1, 8, 8), np.uint8),
            findings=np.zeros((1, len(FINDINGS)), np.float32),
            known=False,
        )
        for source, label in (
            ("shenzhen", "normal"),
            ("shenzhen", "tuberculosis"),
            ("hannover", "covid19"),
        )
    ]
    shares = shares_of(groups)
    assert shares[0] == pytest.approx(0.5)
    assert shares[1] == pytest.approx(0.5 * 0.11 / 0.16)
    assert shares.sum() == pytest.approx(1)


def test_findings_are_read_from_the_index():
    found = findings_of(record("nih", "abnormal", "a.jpg", findings="Effusion|Hernia"))
    assert [name for name, there in zip(FINDINGS, found, strict=True) if there] == [
        "Effusion",
        "Hernia",
    ]


def test_a_radiograph_with_drawn_lesions_is_known_by_the_file_it_was_born_as():
    assert file_of("COVID-129-cb32df") == "COVID-129"
