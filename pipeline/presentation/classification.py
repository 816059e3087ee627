"""The classification in sentences: what it is, how likely, and how far to rely on it."""

from dataclasses import dataclass

from pipeline.types import ClassificationState, Prediction
from pipeline.words import Words

NEAR_TIE, NEAR_LIMIT = 0.15, 0.1
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One label: its name, probability in [0, 1] and as text, and whether it was found."""

    name: str
    probability: float
    text: str
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationView:
    """The classification, ready to be shown.

    Attributes:
        title: The heading.
        headline: What it comes to: an abnormality, none, that it is uncertain, or that there is no
            classification.
        state: The same for colours. Of an unfamiliar radiograph `most_likely` says why there is
            no classification, and there are no probabilities.
        most_likely: The most likely label; if it is "no abnormality", that this excludes nothing.
            Of an uncertain classification, that its leading label is no finding.
        probability: Of an abnormality, or of the leading of several labels, beside its threshold.
        doubt: How sure the classifier is.
        labels: The labels' heading.
        rows: The labels, most likely first.
        notes: What has to be known of these probabilities and of the labels' names.
    """

    title: str
    headline: str
    state: ClassificationState
    most_likely: str
    probability: str
    doubt: str
    labels: str
    rows: tuple[LabelRow, ...]
    notes: tuple[str, ...]


def classification_view(words: Words, prediction: Prediction) -> ClassificationView:
    """Say a classification, or why there is none."""
    if prediction.is_unfamiliar:
        return ClassificationView(
            title=words("classification.title"),
            headline=words("classification.unfamiliar"),
            state=prediction.state,
            most_likely=words("classification.unfamiliar_why"),
            probability="",
            doubt=words("classification.unfamiliar_shown"),
            labels="",
            rows=(),
            notes=(),
        )
    ranked = sorted(
        zip(prediction.probabilities, prediction.labels, strict=True), key=lambda row: -row[0]
    )
    return ClassificationView(
        title=words("classification.title"),
        headline=words(f"classification.{prediction.state}"),
        state=prediction.state,
        most_likely=_most_likely(words, prediction),
        probability=_probability(words, prediction),
        doubt=_doubt(words, prediction),
        labels=words("classification.labels"),
        rows=tuple(
            LabelRow(
                name=words.label(prediction, label),
                probability=probability,
                text=words.percent(probability),
                found=label in prediction.found_labels,
            )
            for probability, label in ranked
        ),
        notes=_notes(words, prediction),
    )


def _probability(words: Words, prediction: Prediction) -> str:
    """What decides the classification, beside its threshold."""
    value = words.percent(prediction.deciding_probability)
    threshold = words.percent(prediction.limit_prob)
    if not prediction.is_multi_label:
        return words("classification.probability", value=value, threshold=threshold)
    label = words.label(prediction, prediction.leading_label)
    return words("classification.label_probability", label=label, value=value, threshold=threshold)


def _most_likely(words: Words, prediction: Prediction) -> str:
    if prediction.state is ClassificationState.UNCERTAIN:
        leading = prediction.leading_label
        return words(
            "classification.leading",
            label=words.label(prediction, leading),
            value=words.percent(prediction.probability(leading)),
        )
    if prediction.is_multi_label and not prediction.is_abnormal:
        none = words("classification.none_reached")
        return f"{none} {words('classification.not_excluded')}"
    label = prediction.label
    said = words(
        "classification.most_likely",
        label=words.label(prediction, label),
        value=words.percent(prediction.probability(label)),
    )
    return said if prediction.is_abnormal else f"{said} {words('classification.not_excluded')}"


def _doubt(words: Words, prediction: Prediction) -> str:
    if prediction.is_uncertain and prediction.uncertain_prob is not None:
        low, high = map(words.percent, prediction.uncertain_prob)
        return words("classification.doubt_threshold", low=low, high=high)
    if prediction.is_multi_label:
        near = abs(prediction.deciding_probability - prediction.limit_prob) < NEAR_LIMIT
        return words(f"classification.{'doubt_limit' if near else 'doubt_none'}")
    ranked = sorted(zip(prediction.probabilities, prediction.labels, strict=True), reverse=True)
    (first, one), (second, other) = ranked[:2]
    if first < HALF:
        return words("classification.doubt_spread")
    if first - second < NEAR_TIE:
        return words(
            "classification.doubt_tie",
            one=words.label(prediction, one),
            other=words.label(prediction, other),
        )
    if not prediction.is_label_likely:
        return words("classification.doubt_weak", value=words.percent(first))
    return words("classification.doubt_none")


def _notes(words: Words, prediction: Prediction) -> tuple[str, ...]:
    notes = ["classification.together"] if prediction.is_multi_label else []
    notes.append(f"classification.{'calibrated' if prediction.calibrated else 'uncalibrated'}")
    said = [words(note) for note in notes]
    if words.labels_in_english(prediction):
        language = words.language_name(words.language)
        said.append(words("classification.labels_in_english", language=language))
    return tuple(said)
