"""A torch network writing on after a prompt, token by token."""

from collections.abc import Iterator, Mapping
from typing import Any

TOP_K, TOP_P = 40, 0.95
_BROKEN = "\N{REPLACEMENT CHARACTER}"


def written(
    network: Any,
    tokenizer: Any,
    inputs: Mapping[str, Any],
    *,
    tokens: int,
    temperature: float = 0.0,
    seed: int = 0,
) -> Iterator[str]:
    """Write on, yielding the text token by token until its end.

    The same arguments give the same text: `transformers`' own generation draws from the process's
    one random state, and runs to its end once begun.

    Args:
        network: One of transformers' generating networks.
        tokenizer: Its tokenizer.
        inputs: The prompt as the network takes it, `input_ids` of shape `(1, token)` among it.
        tokens: Most tokens written.
        temperature: 0 takes the likeliest token; above it, the 40 likeliest tokens within 95 % of
            the probability are drawn from.
        seed: The sampling seed.

    Yields:
        Pieces of text, one a token; empty while a character's bytes are still coming.

    Reference:
        Holtzman et al. 2020, The Curious Case of Neural Text Degeneration, arXiv:1904.09751
        (top-p); Fan et al. 2018, Hierarchical Neural Story Generation, arXiv:1805.04833 (top-k).
    """
    ends = _ends(network, tokenizer)
    ids: list[int] = []
    shown = ""
    for token in _tokens(network, inputs, tokens, temperature, seed):
        if token in ends:
            return
        ids.append(token)
        text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        if text.endswith(_BROKEN):
            yield ""
            continue
        yield text[len(shown) :]
        shown = text


def _ends(network: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end a text, by network and by tokenizer."""
    named = network.generation_config.eos_token_id
    listed = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)


def _tokens(
    network: Any, inputs: Mapping[str, Any], tokens: int, temperature: float, seed: int
) -> Iterator[int]:
    import torch

    generator = torch.Generator().manual_seed(seed)
    ids = inputs["input_ids"]
    given = dict(inputs)
    for _ in range(tokens):
        with torch.inference_mode():
            found = network(**given, use_cache=True, return_dict=True, logits_to_keep=1)
            token = _chosen(ids, found.logits[:, -1].float(), temperature, generator)
            ids = torch.cat([ids, token], dim=1)
        yield int(token)
        given = {"input_ids": token, "past_key_values": found.past_key_values}


def _chosen(ids: Any, logits: Any, temperature: float, generator: Any) -> Any:
    """The next token's id `(1, 1)` by its logits `(1, vocabulary)`."""
    import torch
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    if temperature <= 0:
        return logits.argmax(dim=-1, keepdim=True)
    for warp in (
        TemperatureLogitsWarper(temperature),
        TopKLogitsWarper(TOP_K),
        TopPLogitsWarper(TOP_P),
    ):
        logits = warp(ids, logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)
