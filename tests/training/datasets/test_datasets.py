"""Small folders in exactly the layouts that the public data sets are given out in."""

import cv2
import numpy as np
import pytest

from training.datasets.chexpert import Uncertain, read_chexpert
from training.datasets.dataset import (
    DUPLICATE,
    LATERAL,
    MISSING,
    UNCERTAIN,
    UNKNOWN,
    Dataset,
    DatasetError,
    LabelledImage,
    binary,
    merged,
    split_by_patient,
    without_duplicates,
)
from training.datasets.folders import read_class_folders, read_pneumonia
from training.datasets.index import Split
from training.datasets.indexed import index_dataset
from training.datasets.nih import CLASSES as NIH_CLASSES
from training.datasets.nih import read_nih

NIH_HEAD = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
)


def picture(path, tone=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((8, 8), tone, np.uint8))


@pytest.fixture
def nih(tmp_path):
    for number, name in enumerate(("00000001_000.png", "00000001_001.png", "00000002_000.png")):
        picture(tmp_path / f"images_00{number + 1}" / "images" / name, tone=number)
    picture(tmp_path / "images_001" / "images" / "00000004_000.png", tone=9)
    rows = [
        "00000001_000.png,Cardiomegaly|Emphysema,0,1,58,M,PA,2682,2749,0.143,0.143,",
        "00000001_001.png,No Finding,1,1,58,M,PA,2894,2729,0.143,0.143,",
        "00000002_000.png,Hernia,0,2,81,M,PA,2500,2048,0.171,0.171,",
        "00000003_000.png,Hernia,0,3,81,F,PA,2582,2991,0.143,0.143,",
        "00000004_000.png,Tortuous Aorta,0,4,82,M,AP,2500,2048,0.168,0.168,",
    ]
    (tmp_path / "Data_Entry_2017_v2020.csv").write_text(NIH_HEAD + "\n".join(rows) + "\n")
    (tmp_path / "test_list.txt").write_text("00000002_000.png\n")
    return tmp_path


def test_nih_radiographs_have_all_their_findings_and_their_patient(nih):
    found = read_nih(nih)
    assert found.classes == NIH_CLASSES
    assert len(NIH_CLASSES) == 14
    labels = [
        (sorted(radiograph.labels), radiograph.patient, radiograph.split)
        for radiograph in found.radiographs
    ]
    assert labels == [
        (["Cardiomegaly", "Emphysema"], "1", None),
        ([], "1", None),
        (["Hernia"], "2", Split.TEST),
    ]
    assert found.skipped == {MISSING: 1, UNKNOWN: 1}
    assert found.distribution()["Hernia"] == 1
    assert found.distribution()["(none)"] == 1


def test_a_folder_without_its_table_is_said(tmp_path):
    with pytest.raises(DatasetError, match="Data_Entry_2017"):
        read_nih(tmp_path)
    with pytest.raises(DatasetError, match=r"train\.csv"):
        read_chexpert(tmp_path)
    with pytest.raises(DatasetError, match="two folders"):
        read_class_folders(tmp_path)


@pytest.fixture
def chexpert(tmp_path):
    folder = tmp_path / "CheXpert-v1.0-small"
    head = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Pneumonia,Support Devices\n"
    start = "CheXpert-v1.0-small/train"
    rows = [
        f"{start}/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,",
        f"{start}/patient00002/study1/view1_frontal.jpg,Male,70,Frontal,PA,,-1.0,0.0,1.0",
        f"{start}/patient00002/study1/view2_lateral.jpg,Male,70,Lateral,,,1.0,,",
        f"{start}/patient00003/study1/view1_frontal.jpg,Male,71,Frontal,PA,,1.0,,",
        f"{start}/patient00004/study1/view1_frontal.jpg,Male,72,Frontal,PA,,often,,",
    ]
    for number in (1, 2, 4):
        picture(folder / f"train/patient0000{number}/study1/view1_frontal.jpg", tone=number)
    picture(folder / "valid/patient64541/study1/view1_frontal.jpg", tone=200)
    (folder / "train.csv").write_text(head + "\n".join(rows) + "\n")
    (folder / "valid.csv").write_text(
        head
        + "CheXpert-v1.0-small/valid/patient64541/study1/view1_frontal.jpg,Male,73,Frontal,AP,"
        + "0.0,0.0,1.0,0.0\n"
    )
    return folder


@pytest.mark.parametrize(
    ("policy", "second", "left_out"),
    [
        (Uncertain.ONES, {"Cardiomegaly", "Support Devices"}, {}),
        (Uncertain.ZEROS, {"Support Devices"}, {}),
        (Uncertain.IGNORE, None, {UNCERTAIN: 1}),
    ],
)
def test_chexpert_follows_the_policy_for_uncertain_labels(chexpert, policy, second, left_out):
    found = read_chexpert(chexpert, policy)
    by_patient = {radiograph.patient: set(radiograph.labels) for radiograph in found.radiographs}
    assert by_patient == {
        "patient00001": set(),
        "patient64541": {"Pneumonia"},
        **({} if second is None else {"patient00002": second}),
    }
    assert found.skipped == {LATERAL: 1, MISSING: 1, UNKNOWN: 1, **left_out}
    assert [radiograph.split for radiograph in found.radiographs][-1] is Split.VALIDATION


def test_pneumonia_radiographs_name_their_patient(tmp_path):
    names = {
        "train/NORMAL": ("IM-0115-0001.jpeg", "NORMAL2-IM-0373-0001.jpeg"),
        "train/PNEUMONIA": ("person23_bacteria_77.jpeg", "person23_virus_5.jpeg", "odd.jpeg"),
        "val/PNEUMONIA": ("person1946_bacteria_4874.jpeg", "._person1_virus_1.jpeg"),
        "test/NORMAL": ("IM-0001-0001.jpeg",),
        "__MACOSX/NORMAL": ("IM-0002-0001.jpeg",),
    }
    for folder, files in names.items():
        for name in files:
            picture(tmp_path / folder / name)
    found = read_pneumonia(tmp_path)
    assert found.classes == ("normal", "pneumonia")
    assert found.skipped == {UNKNOWN: 1}
    assert {radiograph.patient for radiograph in found.of(Split.TRAIN).radiographs} == {
        *("0115", "0373"),
        *("person23-bacteria", "person23-virus"),
    }
    assert [radiograph.patient for radiograph in found.of(Split.TEST).radiographs] == ["0001"]
    assert len(found.of(Split.VALIDATION).radiographs) == 1


def test_any_folder_of_classes_is_a_data_set(tmp_path):
    for name in ("trauma", "healthy"):
        picture(tmp_path / name / "a.png")
        (tmp_path / name / "notes.txt").write_text("no picture")
    found = read_class_folders(tmp_path)
    assert found.classes == ("healthy", "trauma")
    assert [sorted(radiograph.labels) for radiograph in found.radiographs] == [
        ["healthy"],
        ["trauma"],
    ]
    with pytest.raises(DatasetError, match="NORMAL"):
        read_pneumonia(tmp_path)


def test_a_dataset_is_a_data_set_too(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / "index.csv").write_text("file,label,patient\na.png,covid19,p1\n")
    found = index_dataset(tmp_path)
    assert found.classes == ("covid19",)
    assert found.radiographs[0].patient == "p1"


def test_duplicates_go_and_the_first_stays(chexpert):
    first, second = read_chexpert(chexpert).radiographs[:2]
    second.path.write_bytes(first.path.read_bytes())
    found = without_duplicates(read_chexpert(chexpert))
    assert [radiograph.patient for radiograph in found.radiographs] == [
        "patient00001",
        "patient64541",
    ]
    assert found.skipped[DUPLICATE] == 1


def test_merging_keeps_patients_apart_and_adds_what_was_skipped(nih, tmp_path):
    one = binary(read_nih(nih))
    both = merged("both", [one, one])
    assert both.classes == ("normal", "abnormal")
    assert both.skipped == {MISSING: 2, UNKNOWN: 2}
    assert {radiograph.patient for radiograph in both.radiographs} == {"nih/1", "nih/2"}
    assert both.distribution() == {"normal": 2, "abnormal": 4}
    with pytest.raises(DatasetError):
        merged("both", [one, read_nih(nih)])


def test_no_patient_stands_on_both_sides(tmp_path):
    radiographs = tuple(
        LabelledImage(path=tmp_path, labels=frozenset(), patient=f"p{number % 40}")
        for number in range(200)
    )
    found = split_by_patient(
        Dataset(name="drawn", classes=("a",), radiographs=radiographs), validation_percent=30
    )
    train = {radiograph.patient for radiograph in found.of(Split.TRAIN).radiographs}
    held = {radiograph.patient for radiograph in found.of(Split.VALIDATION).radiographs}
    assert train | held == {f"p{number}" for number in range(40)}
    assert not train & held
    assert 4 <= len(held) <= 20


def test_the_sources_split_stands_if_asked_for(nih):
    found = split_by_patient(read_nih(nih), keep_source=True)
    assert found.radiographs[2].split is Split.TEST
    assert split_by_patient(read_nih(nih)).radiographs[2].split is not Split.TEST
