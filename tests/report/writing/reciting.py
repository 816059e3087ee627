"""A real GGUF file that recites a script, for what a large model would say.

Each piece of the script is a token of its own; attention and feed-forward layers add nothing, and
the output layer makes every token's successor the likeliest. So llama.cpp loads, prompts and runs
it like any other chat model, and its text is known beforehand.
"""

from collections.abc import Sequence
from pathlib import Path

from training.writer.gguf_file import write_gguf
from training.writer.tokens import Vocabulary

TURN = "<|assistant|>"
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}" + TURN + "{% endif %}"
)


def write_reciting(file: Path, script: Sequence[str], *, for_ever: bool = False) -> Path:
    """Write a model that answers any prompt of its chat template with the script.

    Args:
        file: Where to.
        script: The pieces, all different.
        for_ever: Whether it begins again at its end instead of ending.
    """
    import torch
    from tokenizers import pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM

    base = (*sorted(pre_tokenizers.ByteLevel.alphabet()), "th")  # llama.cpp wants a merge
    vocabulary = Vocabulary(base=base, merges=("t h",), phrases=(TURN, *script))
    chain = [len(base) + place for place in range(1 + len(script))]
    width = -(-len(chain) // 32) * 32
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary.size,
            hidden_size=width,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
            rms_norm_eps=1e-6,
            tie_word_embeddings=False,
        )
    )
    successors = [*chain[1:], chain[1] if for_ever else vocabulary.end_id]
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" not in name:
                weights.zero_()
        for place, (token, successor) in enumerate(zip(chain, successors, strict=True)):
            model.model.embed_tokens.weight[token, place] = 1.0
            model.lm_head.weight[successor, place] += 1.0
    write_gguf(file, vocabulary, "reciting", model, chat_template=TEMPLATE)
    return file
