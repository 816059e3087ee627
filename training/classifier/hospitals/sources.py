"""Which radiographs of which hospital the classifier is taught on, and how often each is drawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation.segmenter import DeepLabSegmenter
from training.classifier.hospitals.lungs_cache import GreyImages, lungs_set
from training.datasets.index import ImageRecord, Split, read_index

LABELS = (
    "normal",
    "bacterial_pneumonia",
    "viral_pneumonia",
    "covid19",
    "tuberculosis",
    "other_abnormality",
)
NORMAL, OTHER = LABELS[0], LABELS[-1]
FINDINGS = (
    "Pneumonia",
    "Infiltration",
    "Atelectasis",
    "Effusion",
    "Edema",
    "Pneumothorax",
    "Pleural_Thickening",
    "Mass",
    "Cardiomegaly",
    "Emphysema",
    "Consolidation",
    "Nodule",
    "Fibrosis",
    "Hernia",
)
MOST_EACH = {"adult": 1100, "paediatric": 500}
"""Radiographs of one label and split that are taken at most; of other datasets all are."""

TAUGHT = ("shenzhen", "nih", "hannover", "adult", "paediatric")
"""`jsrt` and `lesions` are never trained on."""

SHARES: Mapping[tuple[str, str], float] = {
    ("shenzhen", "normal"): 0.11,
    ("shenzhen", "tuberculosis"): 0.11,
    ("nih", "normal"): 0.13,
    ("nih", "other_abnormality"): 0.14,
    ("hannover", "covid19"): 0.05,
    ("adult-rsna", "normal"): 0.12,
    ("adult-others", "normal"): 0.05,
    ("adult-covid", "covid19"): 0.09,
    ("adult-tb-jpg", "tuberculosis"): 0.07,
    ("adult-tb-png", "tuberculosis"): 0.06,
    ("paediatric", "normal"): 0.07,
    ("paediatric", "bacterial_pneumonia"): 0.035,
    ("paediatric", "viral_pneumonia"): 0.035,
}
"""How often each group is drawn, before normal and abnormal are made equally frequent. Sources that
hold both kinds weigh most: only there is a disease what tells them apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """The radiographs of one source with one label.

    Attributes:
        source: Which source, see `source_of`.
        label: One of `LABELS`.
        images: `(radiograph, size, size)` uint8, what the classifier sees, times 255.
        findings: `(radiograph, finding)` float32, 1 where a finding of `FINDINGS` is named.
        known: Whether the findings are known, as they are of `nih` and of normal radiographs.
        records: The radiographs.
    """

    source: str
    label: str
    images: GreyImages
    findings: NDArray[np.float32]
    known: bool
    records: list[ImageRecord] = field(default_factory=list)


def label_of(record: ImageRecord) -> str:
    """A radiograph's label as the classifier has it; what it has no word for is `OTHER`."""
    if record.label == "no_nodule":
        return NORMAL
    return record.label if record.label in LABELS else OTHER


def source_of(record: ImageRecord) -> str:
    """Where a radiograph comes from; the adult dataset is several sources in one."""
    if record.dataset != "adult":
        return record.dataset
    if record.label == "normal":
        # Named by the file it was born as; the PNG-born are the NIH Clinical Center's (RSNA).
        return "adult-others" if record.path.name.startswith("others") else "adult-rsna"
    if record.label == "covid19":
        return "adult-covid"
    return "adult-tb-png" if record.path.name.startswith("Tuberculosis-") else "adult-tb-jpg"


def findings_of(record: ImageRecord) -> NDArray[np.float32]:
    """`(finding,)` float32, 1 for each of `FINDINGS` that the index names."""
    named = set(record.groups.get("findings", "").split("|"))
    return np.array([float(name in named) for name in FINDINGS], np.float32)


def gathered(
    data: Path,
    segmenter: DeepLabSegmenter,
    cache: Path,
    *,
    left_out: Collection[str] = (),
) -> list[Group]:
    """The radiographs to learn from, group by group.

    Args:
        data: The folder of the datasets.
        segmenter: The shipped segmenter.
        cache: A folder for what the classifier sees of each dataset.
        left_out: Datasets to leave out altogether.
    """
    drawn = lesion_files(data / "lesions")
    groups: dict[tuple[str, str], list[tuple[ImageRecord, NDArray[np.uint8]]]] = {}
    for name in TAUGHT:
        if name in left_out or not (data / name / "index.csv").is_file():
            continue
        found = lungs_set(data / name, segmenter, cache, most_each=MOST_EACH.get(name))
        for record, image in zip(found.records, found.images, strict=True):
            if record.split is Split.TRAIN and file_of(record.path.stem) not in drawn:
                groups.setdefault((source_of(record), label_of(record)), []).append((record, image))
    return [
        Group(
            source=source,
            label=label,
            images=np.stack([image for _, image in members]),
            findings=np.stack([findings_of(record) for record, _ in members]),
            known=source == "nih" or label == NORMAL,
            records=[record for record, _ in members],
        )
        for (source, label), members in groups.items()
        if (source, label) in SHARES
    ]


def shares_of(groups: list[Group]) -> NDArray[np.float64]:
    """How often each group is drawn: half of all draws are normal; they sum to 1."""
    shares = np.array([SHARES[group.source, group.label] for group in groups])
    normal = np.array([group.label == NORMAL for group in groups])
    for kind in (normal, ~normal):
        if kind.any():
            shares[kind] *= 0.5 / shares[kind].sum()
    found: NDArray[np.float64] = shares / shares.sum()
    return found


def lesion_files(dataset: Path) -> frozenset[str]:
    """Adult radiographs whose lesions are drawn, by the name of the file they were born as."""
    if not (dataset / "index.csv").is_file():
        return frozenset()
    named = (record.groups.get("adult_source_file", "") for record in read_index(dataset))
    return frozenset(Path(name).stem for name in named if name)


def file_of(stem: str) -> str:
    """The name that an adult radiograph was born with: `COVID-10` of `COVID-10-96698c`."""
    return stem.rpartition("-")[0]
