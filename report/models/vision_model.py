"""A model that is shown the radiograph, through transformers: the LLaVA-Med family and others.

Reference: Li et al. 2023, LLaVA-Med: Training a Large Language-and-Vision Assistant for
Biomedicine in One Day, arXiv:2306.00890. It is asked for a report from the enumerated
measurements here, as the other writers are, with the radiograph beside them.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, Self

import numpy as np

from pipeline.types import FloatArray
from report.models.model_folder import ModelFolder, context_of
from report.writing.token_stream import written


class VisionModel:
    """A vision-language model, loaded on construction; one caller at a time.

    Without a picture it writes from the text alone.

    Args:
        folder: Its folder.
        context_tokens: Context length wanted, the picture's tokens included; the network's own
            where that is shorter.
        threads: Threads of torch, in the whole process.

    Raises:
        ReportModelInvalidError: transformers cannot load it.
    """

    takes_plain_prompt = False

    def __init__(
        self, folder: ModelFolder, *, context_tokens: int = 2048, threads: int = 1
    ) -> None:
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        torch.set_num_threads(threads)
        self._folder = folder
        self._processor: Any = folder.tokenizer(AutoProcessor)
        self._network: Any = folder.network(AutoModelForImageTextToText)
        self._tokenizer: Any = self._processor.tokenizer
        folder.check_vocabulary(self._network, self._tokenizer)
        self._template = self._processor.chat_template or self._tokenizer.chat_template
        self._picture: FloatArray | None = None
        self.context_tokens = context_of(self._network, context_tokens)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    @property
    def sha256(self) -> str:
        """Hex digest of the weight files."""
        return self._folder.sha256

    def seeing(self, picture: FloatArray) -> Self:
        """The same model with a picture before it.

        Args:
            picture: `(row, col)` float32 in [0, 1], bone white.
        """
        other = copy(self)
        other._picture = picture
        return other

    def prompt(self, system: str, user: str) -> str:
        """The whole prompt by the chat template, else both texts in turn; a picture comes first."""
        bare = f"{system}\n\n{user}\n\n"
        prompt = bare if self._template is None else self._chat(system, user)
        picture = self._processor.image_token
        if self._picture is None or picture in prompt:
            return prompt
        return f"{picture}\n{prompt}"

    def generate(
        self, prompt: str, *, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Write on after a prompt; see `report.writing.token_stream.written`.

        A prompt that fills the context is followed by nothing.

        Raises:
            ReportModelInvalidError: The folder's processor cannot take the picture in.
        """
        inputs = self._inputs(prompt)
        return written(
            self._network,
            self._tokenizer,
            inputs,
            tokens=min(tokens, self.context_tokens - inputs["input_ids"].shape[1]),
            temperature=temperature,
            seed=seed,
        )

    def _inputs(self, prompt: str) -> Mapping[str, Any]:
        """The prompt's ids, and the picture as the network takes it."""
        bos = self._tokenizer.bos_token
        options = {
            "add_special_tokens": not (bos and prompt.startswith(bos)),
            "return_tensors": "pt",
        }
        if self._picture is None:
            return {"input_ids": self._tokenizer(prompt, **options).input_ids}
        try:
            made = self._processor(images=_rgb(self._picture), text=prompt, **options)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._folder.invalid("processor") from error
        found = {name: value for name, value in made.items() if name != "attention_mask"}
        return {**found, "pixel_values": found["pixel_values"].to(self._network.dtype)}

    def _chat(self, system: str, user: str) -> str:
        from jinja2 import TemplateError

        def message(role: str, text: str, *, shown: bool) -> dict[str, Any]:
            picture = [{"type": "image"}] if shown else []
            return {"role": role, "content": [*picture, {"type": "text", "text": text}]}

        seen = self._picture is not None
        apart = [message("system", system, shown=False), message("user", user, shown=seen)]
        merged = [message("user", f"{system}\n\n{user}", shown=seen)]
        try:
            return self._templated(apart)
        except (TemplateError, TypeError, ValueError):  # templates that know no system role raise
            return self._templated(merged)

    def _templated(self, messages: list[dict[str, Any]]) -> str:
        return str(
            self._processor.apply_chat_template(
                messages,
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=True,
            )
        )


def _rgb(picture: FloatArray) -> Any:
    """A grey picture as an 8-bit RGB one."""
    from PIL import Image

    grey = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
