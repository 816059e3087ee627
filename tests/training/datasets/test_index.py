import cv2
import numpy as np
import pytest

from training.datasets.index import Split, read_grey, read_index, split_of


def write_dataset(folder, lines):
    (folder / "index.csv").write_text("\n".join(lines) + "\n")


def test_a_dataset_needs_only_file_and_label(tmp_path):
    write_dataset(tmp_path, ["file,label", "a.png,normal"])
    (radiograph,) = read_index(tmp_path)
    assert (radiograph.path, radiograph.label, radiograph.patient) == (
        tmp_path / "a.png",
        "normal",
        "a.png",
    )
    assert radiograph.lung_mask is radiograph.heart_mask is None


def test_masks_of_the_heart_stand_in_the_index_or_beside_it(tmp_path):
    write_dataset(tmp_path, ["file,label,heart_mask", "images/a.png,x,h.png", "images/b.png,x,"])
    (tmp_path / "heart_masks").mkdir()
    (tmp_path / "heart_masks" / "b.png").touch()
    named, beside = read_index(tmp_path)
    assert named.heart_mask == tmp_path / "h.png"
    assert beside.heart_mask == tmp_path / "heart_masks" / "b.png"
    assert "heart_mask" not in named.groups


def test_a_patient_is_never_on_both_sides(tmp_path):
    rows = [f"{number}.png,normal,patient-{number % 40}," for number in range(200)]
    write_dataset(tmp_path, ["file,label,patient,lung_mask", *rows])
    sides = {}
    for radiograph in read_index(tmp_path):
        sides.setdefault(radiograph.patient, set()).add(radiograph.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert set.union(*sides.values()) == {Split.TRAIN, Split.VALIDATION}


def test_the_split_is_a_hash_and_so_stays():
    assert [split_of(key) for key in ("p7", "p3")] == [Split.VALIDATION, Split.TRAIN]
    share = np.mean([split_of(str(number)) is Split.VALIDATION for number in range(5000)])
    assert share == pytest.approx(0.1, abs=0.015)


def test_the_split_of_the_source_is_kept(tmp_path):
    write_dataset(tmp_path, ["file,label,source_split", "a.png,normal,validation", "b.png,x,train"])
    assert [radiograph.split for radiograph in read_index(tmp_path)] == [
        Split.VALIDATION,
        Split.TRAIN,
    ]


def test_read_grey_resizes_and_refuses_what_is_not_there(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((10, 20), 77, np.uint8))
    assert read_grey(tmp_path / "a.png", 5).tolist() == [[77] * 5] * 5
    with pytest.raises(FileNotFoundError):
        read_grey(tmp_path / "absent.png")
