"""One GGUF file in llama.cpp, behind the few calls the report and its explanation need.

Tokens are always llama.cpp's own: the shipped file holds phrases as single tokens, which other
tokenizers split differently. Whoever runs the same weights elsewhere passes these ids on.
"""

import ctypes
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import (
    ReportModelInvalidError,
    ReportModelMissingError,
    WeightsMissingError,
)
from pipeline.language_model.loading import load_llama
from pipeline.language_model.memory import check_memory
from pipeline.manifest import load_manifest

WRITER_FOLDER = "writer"
SHIPPED_FORMAT = "explaincxr-plain"
"""`general.name` prefix of files that take the plain prompt and no chat template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredText:
    """A text under a model.

    Attributes:
        token_ids: llama.cpp's ids of the text's tokens.
        tokens: The tokens' own text, joined they give the text.
        nats: Log-probability of each token after all before it, in nats; never positive.
    """

    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    nats: tuple[float, ...]

    @property
    def total(self) -> float:
        """Log-probability of the whole text, in nats."""
        return float(sum(self.nats))


class LanguageModel:
    """A GGUF model, loaded on construction; one caller at a time.

    Args:
        file: The GGUF file.
        context_tokens: Context length.
        threads: Threads; llama.cpp's spin, so keep to one beside other work.

    Raises:
        ReportModelMissingError: There is no such file.
        ReportModelInvalidError: llama.cpp cannot load it.
        ReportModelTooLargeError: It needs more memory than is free.
    """

    def __init__(self, file: Path, *, context_tokens: int = 2048, threads: int = 1) -> None:
        if not file.is_file():
            raise ReportModelMissingError(file=file.name)
        check_memory(file, context_tokens)
        self.file = file
        self._options = {
            "model_path": str(file),
            "n_ctx": context_tokens,
            "n_threads": threads,
            "n_threads_batch": threads,
            "verbose": False,
        }
        self._llama = self._loaded()

    def _loaded(self, **options: bool) -> Any:
        try:
            return load_llama(**self._options, **options)
        except (ValueError, OSError, RuntimeError) as error:
            raise ReportModelInvalidError(file=self.file.name) from error

    @cached_property
    def _scoring(self) -> Any:
        """A context of its own that keeps every token's logits, which would slow writing down."""
        return self._loaded(logits_all=True)

    @property
    def metadata(self) -> Mapping[str, str]:
        """The file's GGUF metadata."""
        return dict(self._llama.metadata)

    @property
    def name(self) -> str:
        """The model's name, else the file's."""
        return self.metadata.get("general.name") or self.file.stem

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the file."""
        with self.file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def takes_plain_prompt(self) -> bool:
        """Whether this is a file of our own making, taught on the bare prompt."""
        return self.name.startswith(SHIPPED_FORMAT)

    @property
    def context_tokens(self) -> int:
        """Context length in tokens."""
        return int(self._llama.n_ctx())

    def prompt(self, system: str, user: str) -> str:
        """The whole prompt: bare for the shipped model, else by the file's chat template.

        A file without a template gets both texts, one after the other.
        """
        if self.takes_plain_prompt:
            return user + "\n\n"
        template = self.metadata.get("tokenizer.chat_template")
        if template is None:
            return f"{system}\n\n{user}\n\n"
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        formatter = Jinja2ChatFormatter(
            template=template,
            eos_token=self._piece(self._llama.token_eos()).decode(),
            bos_token=self._piece(self._llama.token_bos()).decode(),
        )
        apart: list[Any] = [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ]
        merged: list[Any] = [{"role": "user", "content": f"{system}\n\n{user}"}]
        try:
            return str(formatter(messages=apart).prompt)
        except (TemplateError, ValueError):  # templates that know no system role raise
            return str(formatter(messages=merged).prompt)

    def tokenize(self, text: str) -> tuple[int, ...]:
        """llama.cpp's ids of a text, without BOS; special tokens in it are recognised."""
        return tuple(self._llama.tokenize(text.encode(), add_bos=False, special=True))

    def text(self, token_ids: tuple[int, ...]) -> str:
        """The text of ids."""
        return b"".join(map(self._piece, token_ids)).decode(errors="replace")

    def generate(
        self, prompt: str, *, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Write on after a prompt, yielding the text token by token until its end of text.

        Args:
            prompt: The whole prompt, as `prompt` gives it.
            tokens: Most tokens written.
            temperature: 0 takes the likeliest token; above it, top-p 0.95 sampling from `seed`.
            seed: The sampling seed.

        Yields:
            Pieces of text, one a token; as many as `tokens` if the budget ended the text.
        """
        self._llama.set_seed(seed)
        waiting = b""
        ids = self.prompt_ids(prompt)
        budget = min(tokens, self.context_tokens - len(ids))
        stream = self._llama.generate(
            list(ids), top_k=40, top_p=0.95, min_p=0.0, temp=temperature, repeat_penalty=1.0
        )
        for _, token in zip(range(budget), stream, strict=False):
            if self._ends(token):
                return
            waiting += self._piece(token)
            try:
                piece, waiting = waiting.decode(), b""
            except UnicodeDecodeError:
                piece = ""  # a character's bytes are still coming
            yield piece

    def log_probability(self, prompt: str, text: str) -> ScoredText:
        """Score a text after a prompt.

        Returns:
            Each token of the text with its log-probability in nats.
        """
        before = self.prompt_ids(prompt)
        ids = self.tokenize(text)
        self._scoring.reset()
        self._scoring.eval([*before, *ids])
        rows = np.asarray(self._scoring.scores[len(before) - 1 : len(before) + len(ids) - 1])
        rows = rows.astype(np.float64)
        top = rows.max(axis=1, keepdims=True)
        norms = np.log(np.exp(rows - top).sum(axis=1)) + top[:, 0]
        nats = rows[np.arange(len(ids)), list(ids)] - norms
        return ScoredText(
            token_ids=ids,
            tokens=tuple(self.text((token,)) for token in ids),
            nats=tuple(float(value) for value in nats),
        )

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """The ids of a whole prompt, with BOS where the file wants it."""
        ids = self.tokenize(prompt)
        adds_bos = self.metadata.get("tokenizer.ggml.add_bos_token", "true") == "true"
        bos = self._llama.token_bos()
        if adds_bos and bos >= 0 and not self.takes_plain_prompt and ids[:1] != (bos,):
            return (bos, *ids)
        return ids

    def _ends(self, token: int) -> bool:
        import llama_cpp

        return bool(llama_cpp.llama_vocab_is_eog(self._llama._model.vocab, token))

    def _piece(self, token: int) -> bytes:
        """A token's bytes; llama-cpp-python's own call loses tokens of over 32 of them."""
        import llama_cpp

        if token < 0:
            return b""
        buffer = ctypes.create_string_buffer(1024)
        vocab = self._llama._model.vocab
        length = llama_cpp.llama_token_to_piece(vocab, token, buffer, len(buffer), 0, True)
        return buffer.raw[: max(length, 0)]


def shipped_file(weights_folder: Path) -> Path:
    """The shipped GGUF file, verified against its manifest.

    Raises:
        ModelError: The folder is not as its manifest says.
    """
    folder = weights_folder / WRITER_FOLDER
    manifest = load_manifest(folder, "report")
    for file in manifest.files:
        if file.endswith(".gguf"):
            return folder / file
    raise WeightsMissingError(model=WRITER_FOLDER, file="*.gguf")
