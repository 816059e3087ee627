"""A text-only model from a folder, through transformers: GPT-2, BioGPT, BLOOM, Llama and others."""

from collections.abc import Iterator
from typing import Any

from report.models.model_folder import ModelFolder, context_of
from report.writing.token_stream import written


class CausalModel:
    """A causal language model, loaded on construction; one caller at a time.

    Args:
        folder: Its folder.
        context_tokens: Context length wanted; the network's own where that is shorter.
        threads: Threads of torch, in the whole process.

    Raises:
        ReportModelInvalidError: transformers cannot load it, or its tokenizer knows more tokens
            than its network (`reason` is `tokenizer`).
    """

    takes_plain_prompt = False

    def __init__(
        self, folder: ModelFolder, *, context_tokens: int = 2048, threads: int = 1
    ) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(threads)
        self._folder = folder
        self._tokenizer: Any = folder.tokenizer(AutoTokenizer)
        self._network: Any = folder.network(AutoModelForCausalLM)
        folder.check_vocabulary(self._network, self._tokenizer)
        self.context_tokens = context_of(self._network, context_tokens)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    @property
    def sha256(self) -> str:
        """Hex digest of the weight files."""
        return self._folder.sha256

    def prompt(self, system: str, user: str) -> str:
        """The whole prompt by the tokenizer's chat template, else both texts in turn."""
        if self._tokenizer.chat_template is None:
            return f"{system}\n\n{user}\n\n"
        from jinja2 import TemplateError

        apart = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        merged = [{"role": "user", "content": f"{system}\n\n{user}"}]
        try:
            return self._chat(apart)
        except (TemplateError, ValueError):  # templates that know no system role raise
            return self._chat(merged)

    def generate(
        self, prompt: str, *, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Write on after a prompt; see `report.writing.token_stream.written`.

        A prompt that fills the context is followed by nothing.
        """
        ids = self._tokenizer(
            prompt,
            add_special_tokens=self._tokenizer.chat_template is None,  # a template writes its own
            return_tensors="pt",
        ).input_ids
        return written(
            self._network,
            self._tokenizer,
            {"input_ids": ids},
            tokens=min(tokens, self.context_tokens - ids.shape[1]),
            temperature=temperature,
            seed=seed,
        )

    def _chat(self, messages: list[dict[str, str]]) -> str:
        return str(
            self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
        )
