"""Writing the report model as GGUF, and tokenizing with exactly the tokenizer it will have.

Reference: the GGUF specification and llama.cpp's `convert_hf_to_gguf.py`, whose order of the
rotary weights we follow.
"""

from pathlib import Path
from typing import Any

from training.writer.tokens import END, Vocabulary

_NORMAL, _PHRASE, _CONTROL = 1, 4, 3  # the token types of the GGUF specification


def write_gguf(
    file: Path,
    vocabulary: Vocabulary,
    name: str,
    model: Any | None = None,
    *,
    description: str = "",
    chat_template: str = "",
) -> None:
    """Write a model, or without one its tokenizer alone.

    Args:
        file: Where to.
        vocabulary: The tokens.
        name: The file's `general.name`.
        model: A `transformers.LlamaForCausalLM`, float32.
        description: The file's `general.description`.
        chat_template: A Jinja chat template; none if empty, and the shipped model has none.
    """
    import gguf

    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_name(name)
    if description:
        writer.add_description(description)
    writer.add_license("Apache-2.0")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*vocabulary.base, *vocabulary.phrases, END])
    writer.add_token_types(
        [_NORMAL] * len(vocabulary.base) + [_PHRASE] * len(vocabulary.phrases) + [_CONTROL]
    )
    writer.add_token_merges(list(vocabulary.merges))
    writer.add_bos_token_id(vocabulary.end_id)
    writer.add_eos_token_id(vocabulary.end_id)
    writer.add_add_bos_token(False)
    if chat_template:
        writer.add_chat_template(chat_template)
    if model is None:
        _add_sizes(writer, layers=1, width=32, heads=1, inner=32, vocabulary=vocabulary)
    else:
        config = model.config
        _add_sizes(
            writer,
            layers=config.num_hidden_layers,
            width=config.hidden_size,
            heads=config.num_attention_heads,
            inner=config.intermediate_size,
            vocabulary=vocabulary,
        )
        for tensor_name, values in _tensors(model):
            writer.add_tensor(tensor_name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_vocabulary(file: Path) -> Vocabulary:
    """The tokens of a file that `write_gguf` wrote, in its order."""
    import gguf

    reader = gguf.GGUFReader(file)

    def listed(key: str) -> list[Any]:
        field = reader.get_field(f"tokenizer.ggml.{key}")
        return [] if field is None else list(field.contents())

    tokens, kinds = listed("tokens"), listed("token_type")
    return Vocabulary(
        base=tuple(t for t, kind in zip(tokens, kinds, strict=True) if kind == _NORMAL),
        merges=tuple(listed("merges")),
        phrases=tuple(t for t, kind in zip(tokens, kinds, strict=True) if kind == _PHRASE),
    )


def _add_sizes(
    writer: Any, *, layers: int, width: int, heads: int, inner: int, vocabulary: Vocabulary
) -> None:
    writer.add_context_length(2048)
    writer.add_block_count(layers)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_dimension_count(width // heads)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(vocabulary.size)


def _tensors(model: Any) -> list[tuple[str, Any]]:
    heads = model.config.num_attention_heads
    state = {key: value.detach().float().numpy() for key, value in model.state_dict().items()}

    def rotary(weights: Any) -> Any:
        """From transformers' half-split to llama.cpp's interleaved rotary order."""
        rows, cols = weights.shape
        split = weights.reshape(heads, 2, rows // heads // 2, cols)
        return split.swapaxes(1, 2).reshape(rows, cols)

    names = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    tensors = [
        ("token_embd.weight", state["model.embed_tokens.weight"]),
        ("output_norm.weight", state["model.norm.weight"]),
        ("output.weight", state["lm_head.weight"]),
    ]
    for layer in range(model.config.num_hidden_layers):
        for theirs, ours in names.items():
            values = state[f"model.layers.{layer}.{theirs}.weight"]
            values = rotary(values) if ours in ("attn_q", "attn_k") else values
            tensors.append((f"blk.{layer}.{ours}.weight", values))
    return tensors


def quantise(source: Path, target: Path) -> None:
    """Quantise a float32 file to Q8_0.

    Raises:
        OSError: llama.cpp could not write it.
    """
    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0
    parameters.nthread = 1
    code = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), parameters)
    if code != 0:
        raise OSError(code, "quantising failed", str(target))


class Tokenizer:
    """llama.cpp's tokenizer of a GGUF file, with or without weights in it."""

    def __init__(self, file: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(model_path=str(file), vocab_only=True, verbose=False)

    def __call__(self, text: str) -> list[int]:
        """The ids of a text."""
        return list(self._llama.tokenize(text.encode(), add_bos=False, special=True))
