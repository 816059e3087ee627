"""The prompt's and the report's tokens: which descriptor, and which sentence, each belongs to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.language_model.gguf_model import LanguageModel
from pipeline.types import Attribution, Report
from xai.text.integrated_gradients import Gradients, TorchCopy
from xai.text.spans import Span, fold, key_of, part_spans, sentence_spans, token_spans

Join = Callable[[Iterable[tuple[str, str]], frozenset[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpan:
    """Some tokens of the report, `first` up to `last`: a sentence and what stands before it."""

    text: str
    first: int
    last: int


def report_spans(report: Report, text: str, model: LanguageModel) -> tuple[ReportSpan, ...]:
    """The report's sentences as runs of its tokens; they tile it."""
    spans = sentence_spans(text, [claim.sentence for claim in report.standing])
    tokens = token_spans(model.tokenize(text), model.text)
    places = [max(start, end - 1) for start, end in tokens]  # a token is where its last letter is
    found = []
    first = 0
    for index, (start, end) in enumerate(spans):
        count = sum(place < end for place in places[first:])
        last = first + count if index + 1 < len(spans) else len(tokens)
        found.append(ReportSpan(text=text[start:end].strip(), first=first, last=last))
        first = last
    return tuple(part for part in found if part.last > part.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTokens:
    """The prompt that wrote the report, token by token.

    Attributes:
        ids: Its tokens.
        shown: Their text; `spans`, where each token stands in it.
        keys: Of each token, the key of the part that it belongs to.
        inside: The tokens of the user's part.
    """

    ids: tuple[int, ...]
    shown: str
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    inside: tuple[int, ...]

    @classmethod
    def of(cls, report: Report, prompt: str, model: LanguageModel, join: Join) -> "PromptTokens":
        """Take a report's whole prompt apart as its model does."""
        ids = model.prompt_ids(prompt)
        spans = token_spans(ids, model.text)
        shown = model.text(ids)
        user = join(report.prompt_parts, frozenset())
        start = shown.find(user.strip()) - (len(user) - len(user.lstrip()))
        parts = part_spans(report.prompt_parts, start)
        first, last = parts[0][1][0], parts[-1][1][1]
        return cls(
            ids=ids,
            shown=shown,
            spans=spans,
            keys=tuple(key_of(span, shown, parts) for span in spans),
            inside=tuple(i for i, (begin, end) in enumerate(spans) if begin < last and end > first),
        )

    def gradients(
        self,
        network: TorchCopy,
        text_ids: Sequence[int],
        spans: Sequence[ReportSpan],
        on_progress: Callable[[float], None],
    ) -> list[Gradients]:
        """What each token of the prompt added to each span; only descriptors move."""
        moved = np.array([bool(key) for key in self.keys])
        parts = [slice(part.first, part.last) for part in spans]
        return network.integrated_gradients(self.ids, text_ids, moved, parts, on_progress)

    def folded(self, values: NDArray[np.float64]) -> tuple[Attribution, ...]:
        """Values of the prompt's tokens as words of the user's part."""
        words = fold(
            self.shown,
            [self.spans[i] for i in self.inside],
            [float(values[i]) for i in self.inside],
            [self.keys[i] for i in self.inside],
        )
        return tuple(Attribution(key=p.key, text=p.text, value=p.value) for p in words)
