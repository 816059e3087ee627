"""Why the report says what it says."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What one span of text contributed.

    Attributes:
        key: The descriptor's key as in `Report.prompt_parts`; for words, the word's index.
        text: The span itself.
        value: Its contribution to the report's log-probability (nats); positive carried it.
    """

    key: str
    text: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAttributions:
    """What the prompt's descriptors contributed to a span of the report, by two methods.

    Attributes:
        shap: Shapley value of each descriptor of the prompt; they sum to
            `shap_full - shap_base`.
        shap_full: Log-probability of the span under the whole prompt, in nats.
        shap_base: The same with every descriptor removed.
        integrated_gradients: Contribution of each token of the prompt.
        ig_delta: Integrated Gradients' completeness error: sum of contributions minus the change
            of the output, in nats.
    """

    shap: tuple[Attribution, ...]
    shap_full: float
    shap_base: float
    integrated_gradients: tuple[Attribution, ...]
    ig_delta: float

    @property
    def agreement(self) -> float | None:
        """Cosine of both methods' contributions by descriptor, in [-1, 1]; `None` if all are 0."""
        gradients = {item.key: 0.0 for item in self.shap}
        for item in self.integrated_gradients:
            if item.key in gradients:
                gradients[item.key] += item.value
        pairs = [(item.value, gradients[item.key]) for item in self.shap]
        sizes = [math.hypot(*values) for values in zip(*pairs, strict=True)]
        if not sizes or min(sizes) == 0:
            return None
        return sum(one * other for one, other in pairs) / math.prod(sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceExplanation(TextAttributions):
    """Why one sentence says what it says; its first may bring the heading before it."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationWords:
    """Which words of the report lead to the classification that it names.

    Attributes:
        words: Contribution of each word before the classification's first mention, in nats.
        full: Log-probability of the mention after those words, in nats.
        base: The same with every word replaced by the vocabulary's mean.
        delta: Sum of `words` minus `full - base`, in nats.
    """

    words: tuple[Attribution, ...]
    full: float
    base: float
    delta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextExplanation(TextAttributions):
    """Why the report says what it says; the contributions are those to the whole text.

    Attributes:
        model: Name of the model that was asked, normally the one that wrote the report.
        words: For each word of the report, its log-probability gain from the descriptors, in nats.
        sentences: The same contributions to each sentence, in order; they sum to the whole's.
        classification: Which words lead to the classification; `None` where the report does not
            name it.
    """

    model: str
    words: tuple[Attribution, ...]
    sentences: tuple[SentenceExplanation, ...] = ()
    classification: ClassificationWords | None = None
