"""Writing the report model as GGUF, and tokenizing with exactly the tokenizer it will have.

Reference: the GGUF specification and llama.cpp's `convert_hf_to_gguf.py`, whose order of the
rotary weights we follow.
"""

from pathlib import Path
from typing import Any

from training.writer.tokens import END, Vocabulary

_NORMAL, _PHRASE, _CONTROL = 1, 4, 3  # the token types of the GGUF specification
_PREFIX = 6  # characters by which a phrase is looked up
_KEYS = "explaincxr.phrase_keys"  # our own field; llama.cpp and transformers pass over it


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
    if vocabulary.keys:
        writer.add_array(_KEYS, [" ".join(keys) for keys in vocabulary.keys])
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
        field = reader.get_field(key)
        return [] if field is None else list(field.contents())

    tokens, kinds = listed("tokenizer.ggml.tokens"), listed("tokenizer.ggml.token_type")
    return Vocabulary(
        base=tuple(t for t, kind in zip(tokens, kinds, strict=True) if kind == _NORMAL),
        merges=tuple(listed("tokenizer.ggml.merges")),
        phrases=tuple(t for t, kind in zip(tokens, kinds, strict=True) if kind == _PHRASE),
        keys=tuple(tuple(keys.split()) for keys in listed(_KEYS)),
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
    """llama.cpp's tokenizer of a GGUF file, with or without weights in it.

    llama.cpp cuts the phrases out of a text one after the other, the longest first, and gives the
    rest to the BPE; with thousands of phrases that takes longer than a training step. Here only
    the phrases that a text holds are looked for, and what the BPE made of a rest is kept.
    """

    def __init__(self, file: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(model_path=str(file), vocab_only=True, verbose=False)
        vocabulary = read_vocabulary(file)
        first = len(vocabulary.base)
        self._ids = {phrase: first + at for at, phrase in enumerate(vocabulary.phrases)}
        self._begun: dict[str, list[str]] = {}
        for phrase in self._ids:
            self._begun.setdefault(phrase[:_PREFIX], []).append(phrase)
        self._rests: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        """The ids of a text."""
        held = self._held(text)
        if held is None:
            return list(self._llama.tokenize(text.encode(), add_bos=False, special=True))
        pieces: list[str | int] = [text]
        for phrase, number in held:
            pieces = [new for piece in pieces for new in _cut(piece, phrase, number)]
        found: list[int] = []
        for piece in pieces:
            found += [piece] if isinstance(piece, int) else self._rest(piece)
        return found

    def _held(self, text: str) -> list[tuple[str, int]] | None:
        """The phrases that a text holds with their ids, in llama.cpp's order.

        `None` where two of one length overlap: which one it cuts out first, only it knows.
        """
        found: set[str] = set()
        ends: dict[int, tuple[int, str]] = {}  # of the latest phrase of each length
        for at in range(len(text)):
            for size in range(2, _PREFIX + 1):
                for phrase in self._begun.get(text[at : at + size], ()):
                    if not text.startswith(phrase, at):
                        continue
                    length = len(phrase.encode())
                    end, other = ends.get(length, (0, phrase))
                    if at < end and other != phrase:
                        return None
                    ends[length] = at + len(phrase), phrase
                    found.add(phrase)
        numbered = [(phrase, self._ids[phrase]) for phrase in found]
        return sorted(numbered, key=lambda row: (-len(row[0].encode()), row[1]))

    def _rest(self, text: str) -> list[int]:
        if text not in self._rests:
            ids = self._llama.tokenize(text.encode(), add_bos=False, special=True)
            self._rests[text] = list(ids)
        return self._rests[text]


def _cut(piece: str | int, phrase: str, number: int) -> list[str | int]:
    """A piece of text around every occurrence of a phrase; what is cut already stays."""
    if isinstance(piece, int) or phrase not in piece:
        return [piece]
    found: list[str | int] = []
    for at, rest in enumerate(piece.split(phrase)):
        found += [number] if at else []
        found += [rest] if rest else []
    return found
