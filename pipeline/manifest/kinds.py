"""What a manifest holds, by what its model does."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.types import Language
from pipeline.validation import CheckedModel, misfit

Task = Literal["gate", "segmentation", "classification", "report"]
Probability = Annotated[float, Field(gt=0, lt=1)]
LanguageCode = Annotated[str, Field(pattern="^[a-z]{2,3}$")]


def _inside(file: str) -> str:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\\" in file:
        raise misfit("files", "*/*")
    return file


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(labels)) < len(labels):
        raise misfit("labels", " ≠ ".join(labels))
    return labels


class InputGrid(CheckedModel):
    """What a network takes.

    Attributes:
        size: Rows and columns of the input grid in px.
        range: Lowest and highest value of an input pixel.
    """

    size: int = Field(gt=0, le=8192)
    range: tuple[float, float] = (0.0, 1.0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.range[0] >= self.range[1]:
            raise misfit("input.range", "[a, b], a < b")
        return self


class ClassifierInput(InputGrid):
    """What a classifier takes.

    Attributes:
        region: What it sees: thorax or lungs, cut out and evened, or the radiograph as it is.
    """

    region: Literal["thorax", "lungs", "radiograph"] = "thorax"


class Manifest(CheckedModel):
    """What stands in every `weights/<model>/manifest.json`.

    Attributes:
        schema_version: Version of this layout.
        name: The model's name and version.
        task: What the model does.
        files: SHA-256 (hex) of each file, by its path relative to the manifest's folder.
        metrics: What was measured, by dataset or language, nested freely; for people to read.
        data: What the model was trained on.
        licence: SPDX name of the weights' licence.
        command: The command that makes the weights.
    """

    schema_version: Literal[1] = 1
    name: str = Field(min_length=1)
    task: Task
    files: Mapping[
        Annotated[str, AfterValidator(_inside)], Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    ] = Field(min_length=1)
    metrics: Mapping[str, Any] = {}
    data: tuple[str, ...] = ()
    licence: str = ""
    command: str = ""


class ReportManifest(Manifest):
    """Of a language model that writes reports.

    Attributes:
        languages: Those it was taught; in any other, reports are made of template sentences. Empty
            if that is not known: then it is asked in every language.
    """

    task: Literal["report"]
    languages: tuple[LanguageCode, ...] = ()


class GateManifest(Manifest):
    """Of the network that says what a picture is.

    Attributes:
        labels: What its outputs mean, in order.
        input: Its input grid.
        limits: The probability from which a picture is refused, by what it is refused for.
    """

    task: Literal["gate"]
    labels: Annotated[tuple[str, ...], AfterValidator(_distinct)] = Field(min_length=1)
    input: InputGrid
    limits: Mapping[str, Probability]


class SegmentationManifest(Manifest):
    """Of a network that outlines.

    Attributes:
        labels: What its outputs mean, in order.
        input: Its input grid.
    """

    task: Literal["segmentation"]
    labels: Annotated[tuple[str, ...], AfterValidator(_distinct)] = Field(min_length=1)
    input: InputGrid


class ClassificationManifest(Manifest):
    """Of a classifier.

    Attributes:
        labels: What its outputs mean, in order.
        input: Its input grid, and what lies on it.
        activation: `softmax` if the labels exclude one another, `sigmoid` if they may be found
            together.
        normal_label: The label that means "no abnormality", and with `sigmoid` a name for "none of
            the labels" that is none of them.
        threshold_prob: Abnormal probability from which the classification is "abnormality"; with
            `sigmoid` that of each label without one in `thresholds`.
        thresholds: With `sigmoid`, the probability from which each label is found.
        uncertain_prob: Abnormal probabilities between which the classification is too often wrong.
        unfamiliarity_limit: How far a radiograph may lie from those that were taught and tested on
            (`familiar.npz`); beyond it there is no classification.
        temperature: The logits' divisor that calibrates the probabilities; 1 if nothing did.
        terms: Each label's name by language; in English at least, which stands in for a language
            that is not there.
    """

    task: Literal["classification"]
    labels: Annotated[tuple[str, ...], AfterValidator(_distinct)] = Field(min_length=1)
    input: ClassifierInput
    activation: Literal["softmax", "sigmoid"] = "softmax"
    normal_label: str = Field(min_length=1)
    threshold_prob: Probability = 0.5
    thresholds: Mapping[str, Probability] = {}
    uncertain_prob: tuple[float, float] | None = None
    unfamiliarity_limit: float | None = None
    temperature: float = Field(default=1.0, gt=0)
    terms: Mapping[str, Mapping[LanguageCode, str]]

    @property
    def label_thresholds(self) -> dict[str, float]:
        """With `sigmoid`, each label's threshold; empty with `softmax`."""
        if self.activation == "softmax":
            return {}
        return {label: self.thresholds.get(label, self.threshold_prob) for label in self.labels}

    @property
    def known_terms(self) -> dict[str, dict[Language, str]]:
        """`terms` in the languages that there are words of."""
        codes = set(Language)
        return {
            label: {Language(code): term for code, term in terms.items() if code in codes}
            for label, terms in self.terms.items()
        }

    @model_validator(mode="after")
    def _labels_agree(self) -> Self:
        exclusive = self.activation == "softmax"
        labels = " | ".join(self.labels)
        if (self.normal_label in self.labels) != exclusive:
            raise misfit("normal_label", labels if exclusive else f"≠ {labels}")
        if set(self.thresholds) - (set() if exclusive else set(self.labels)):
            raise misfit("thresholds", "{}" if exclusive else labels)
        return self

    @model_validator(mode="after")
    def _band_holds_the_threshold(self) -> Self:
        if self.uncertain_prob is None:
            return self
        if self.activation == "sigmoid":
            raise misfit("uncertain_prob", "null")
        low, high = self.uncertain_prob
        if not 0 <= low <= self.threshold_prob <= high <= 1:
            raise misfit("uncertain_prob", f"0 ≤ a ≤ {self.threshold_prob} ≤ b ≤ 1")
        return self

    @model_validator(mode="after")
    def _every_label_has_an_english_term(self) -> Self:
        for label in (*self.labels, self.normal_label):
            if Language.ENGLISH not in self.terms.get(label, {}):
                raise misfit(f"terms.{label}", Language.ENGLISH.value)
        return self


KINDS: Mapping[str, type[Manifest]] = {
    "gate": GateManifest,
    "report": ReportManifest,
    "segmentation": SegmentationManifest,
    "classification": ClassificationManifest,
}
