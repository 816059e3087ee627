"""The manifest beside every model's weights: what the files are, and what they may be used for."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from pipeline.errors import ManifestError, WeightsMismatchError, WeightsMissingError
from pipeline.types import Language

SCHEMA_VERSION = 1
MANIFEST_FILE = "manifest.json"
Task = Literal["segmentation", "classification", "report"]
Activation = Literal["softmax", "sigmoid"]
Region = Literal["thorax", "radiograph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in `weights/<model>/manifest.json`.

    Attributes:
        schema_version: Version of this layout.
        name: The model's name and version.
        task: What the model does.
        files: SHA-256 (hex) of each file, by its path relative to the manifest's folder.
        labels: What the model's outputs mean, in order; empty for a language model.
        input_size: Rows and columns of the input grid in px; 0 for a language model.
        input_range: Lowest and highest value of an input pixel.
        activation: `softmax` if the labels exclude one another, `sigmoid` if they may be found
            together; for a classifier.
        region: What the classifier sees: the thorax, cut out and evened, or the radiograph as it
            is.
        normal_label: The label that means "no abnormality", and with `sigmoid` a name for "none of
            the labels" that is none of them; empty unless a classifier.
        threshold_prob: Abnormal probability from which the classification is "abnormality"; with
            `sigmoid` that of each label without one in `thresholds`.
        thresholds: With `sigmoid`, the probability from which each label is found.
        uncertain_prob: Abnormal probabilities between which the classification is too often wrong.
        temperature: The logits' divisor that calibrates the probabilities; 1 if nothing did.
        terms: Each label's name in each language; empty unless a classifier.
        metrics: What was measured, by dataset or language, nested freely; for people to read.
        data: What the model was trained on.
        licence: SPDX name of the weights' licence.
        command: The command that makes the weights.
    """

    schema_version: int = SCHEMA_VERSION
    name: str
    task: Task
    files: Mapping[str, str]
    labels: tuple[str, ...] = ()
    input_size: int = 0
    input_range: tuple[float, float] = (0.0, 1.0)
    activation: Activation = "softmax"
    region: Region = "thorax"
    normal_label: str = ""
    threshold_prob: float = 0.5
    thresholds: Mapping[str, float] = field(default_factory=dict)
    uncertain_prob: tuple[float, float] | None = None
    temperature: float = 1.0
    terms: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    licence: str = ""
    command: str = ""

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem is not None:
            raise ManifestError(model=self.name, what=problem)

    @property
    def label_thresholds(self) -> dict[str, float]:
        """With `sigmoid`, each label's threshold; empty with `softmax`."""
        if self.activation == "softmax":
            return {}
        return {label: self.thresholds.get(label, self.threshold_prob) for label in self.labels}

    def _problem(self) -> str | None:
        """The first field that does not fit, or `None`."""
        checks = {
            "schema_version": self.schema_version == SCHEMA_VERSION,
            "task": self.task in get_args(Task),
            "files": bool(self.files) and all(map(_inside, self.files)),
        }
        if self.task != "report":
            checks["labels"] = len(self.labels) > 0 and len(set(self.labels)) == len(self.labels)
            checks["input"] = self.input_size > 0 and self.input_range[0] < self.input_range[1]
        if self.task == "classification":
            checks["activation"] = self.activation in get_args(Activation)
            checks["region"] = self.region in get_args(Region)
            exclusive = self.activation == "softmax"
            among = self.normal_label in self.labels
            checks["normal_label"] = among if exclusive else bool(self.normal_label) and not among
            checks["threshold_prob"] = 0 < self.threshold_prob < 1
            checks["thresholds"] = all(
                not exclusive and label in self.labels and 0 < limit < 1
                for label, limit in self.thresholds.items()
            )
            low, high = self.uncertain_prob or (self.threshold_prob, self.threshold_prob)
            checks["uncertain_prob"] = 0 <= low <= self.threshold_prob <= high <= 1 and (
                exclusive or self.uncertain_prob is None
            )
            checks["temperature"] = self.temperature > 0
            checks["terms"] = all(
                set(self.terms.get(label, {})) == set(Language)
                for label in (*self.labels, self.normal_label)
            )
        return next((name for name, fits in checks.items() if not fits), None)


def _inside(file: str) -> bool:
    path = PurePosixPath(file)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in file


def file_sha256(file: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_manifest(folder: Path, task: Task) -> Manifest:
    """Read a model's manifest and verify every file that it names.

    Args:
        folder: The model's folder.
        task: What the caller needs the model for.

    Raises:
        ManifestError: The manifest is absent, malformed or for another task.
        WeightsMissingError: A file that it names is not there.
        WeightsMismatchError: A file's SHA-256 is another.
    """
    manifest = _from_json(folder.name, _content(folder))
    if manifest.task != task:
        raise ManifestError(model=folder.name, what="task")
    for name, sha256 in manifest.files.items():
        if not (folder / name).is_file():
            raise WeightsMissingError(model=folder.name, file=name)
        if file_sha256(folder / name) != sha256:
            raise WeightsMismatchError(model=folder.name, file=name)
    return manifest


def task_of(folder: Path) -> str:
    """What the model of a folder does, by its manifest, which is not verified here.

    Raises:
        ManifestError: The manifest is absent or malformed.
    """
    return _from_json(folder.name, _content(folder)).task


def _content(folder: Path) -> Any:
    try:
        return json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(model=folder.name, what="unreadable") from error


def write_manifest(
    folder: Path,
    *,
    name: str,
    task: Task,
    files: Iterable[str],
    labels: Iterable[str] = (),
    input_size: int = 0,
    input_range: tuple[float, float] = (0.0, 1.0),
    activation: Activation = "softmax",
    region: Region = "thorax",
    normal_label: str = "",
    threshold_prob: float = 0.5,
    thresholds: Mapping[str, float] | None = None,
    uncertain_prob: tuple[float, float] | None = None,
    temperature: float = 1.0,
    terms: Mapping[str, Mapping[Language, str]] | None = None,
    metrics: Mapping[str, Any] | None = None,
    data: Iterable[str] = (),
    licence: str = "",
    command: str = "",
) -> Manifest:
    """Hash a model's files and write its manifest.

    `files` are paths relative to `folder`, which holds them; all else is as in `Manifest`.

    Returns:
        What was written.

    Raises:
        WeightsMissingError: A file is not there.
        ManifestError: A field does not fit the task.
    """
    hashes = {}
    for file in files:
        if not (folder / file).is_file():
            raise WeightsMissingError(model=folder.name, file=file)
        hashes[file] = file_sha256(folder / file)
    manifest = Manifest(
        name=name,
        task=task,
        files=hashes,
        labels=tuple(labels),
        input_size=input_size,
        input_range=input_range,
        activation=activation,
        region=region,
        normal_label=normal_label,
        threshold_prob=threshold_prob,
        thresholds=thresholds or {},
        uncertain_prob=uncertain_prob,
        temperature=temperature,
        terms=terms or {},
        metrics=metrics or {},
        data=tuple(data),
        licence=licence,
        command=command,
    )
    text = json.dumps(_to_json(manifest), ensure_ascii=False, indent=2)
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")
    return manifest


def _to_json(manifest: Manifest) -> dict[str, Any]:
    content: dict[str, Any] = {
        "schema_version": manifest.schema_version,
        "name": manifest.name,
        "task": manifest.task,
        "files": dict(manifest.files),
        "metrics": dict(manifest.metrics),
        "data": list(manifest.data),
        "licence": manifest.licence,
        "command": manifest.command,
    }
    if manifest.task != "report":
        content["labels"] = list(manifest.labels)
        content["input"] = {"size": manifest.input_size, "range": list(manifest.input_range)}
    if manifest.task == "classification":
        content["activation"] = manifest.activation
        content["input"]["region"] = manifest.region
        content["normal_label"] = manifest.normal_label
        content["threshold_prob"] = manifest.threshold_prob
        if manifest.thresholds:
            content["thresholds"] = dict(manifest.thresholds)
        if manifest.uncertain_prob is not None:
            content["uncertain_prob"] = list(manifest.uncertain_prob)
        content["temperature"] = manifest.temperature
        content["terms"] = {label: dict(names) for label, names in manifest.terms.items()}
    return content


def _from_json(model: str, content: Any) -> Manifest:
    try:
        grid = content.get("input", {"size": 0, "range": (0.0, 1.0)})
        low, high = grid["range"]
        return Manifest(
            schema_version=int(content["schema_version"]),
            name=str(content["name"]),
            task=content["task"],
            files={str(file): str(sha256) for file, sha256 in content["files"].items()},
            labels=tuple(map(str, content.get("labels", ()))),
            input_size=int(grid["size"]),
            input_range=(float(low), float(high)),
            activation=content.get("activation", "softmax"),
            region=grid.get("region", "thorax"),
            normal_label=str(content.get("normal_label", "")),
            threshold_prob=float(content.get("threshold_prob", 0.5)),
            thresholds={
                str(label): float(limit) for label, limit in content.get("thresholds", {}).items()
            },
            uncertain_prob=_band(content.get("uncertain_prob")),
            temperature=float(content.get("temperature", 1.0)),
            terms={
                str(label): {Language(code): str(term) for code, term in names.items()}
                for label, names in content.get("terms", {}).items()
            },
            metrics=dict(content.get("metrics", {})),
            data=tuple(map(str, content.get("data", ()))),
            licence=str(content.get("licence", "")),
            command=str(content.get("command", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ManifestError(model=model, what=type(error).__name__) from error


def _band(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    low, high = value
    return float(low), float(high)
