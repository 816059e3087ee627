"""Tiny networks of random weights, saved as the published models are."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BioGptConfig,
    BioGptForCausalLM,
    BloomConfig,
    BloomForCausalLM,
    CLIPImageProcessor,
    CLIPVisionConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

TOKENS = 300
PIXELS, PATCH = 28, 14
SPREAD = 0.4  # of the random weights: enough for texts that do not repeat one token


def tokenizer(template: str | None = None) -> PreTrainedTokenizerFast:
    """Byte-level BPE: whatever is written can be read."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TOKENS,
        special_tokens=["</s>", "<image>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(["the right upper zone, правая верхняя зона"] * 4, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>", bos_token="</s>")
    made.chat_template = template
    return made


def network(architecture: str, context: int = 1024):
    """A network with random weights."""
    torch.manual_seed(7)
    size = {"vocab_size": TOKENS, "bos_token_id": 0, "eos_token_id": 0, "initializer_range": SPREAD}
    if architecture == "gpt2":
        made = GPT2LMHeadModel(
            GPT2Config(**size, n_embd=32, n_layer=2, n_head=2, n_positions=context)
        )
    elif architecture == "biogpt":
        made = BioGptForCausalLM(
            BioGptConfig(
                **size,
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=48,
                max_position_embeddings=context,
            )
        )
    else:
        made = BloomForCausalLM(BloomConfig(**size, hidden_size=32, n_layer=2, n_head=2))
    return made.eval()


def save_causal(folder: Path, architecture: str, context: int = 1024, template: str | None = None):
    """A causal model's folder."""
    network(architecture, context).save_pretrained(folder)
    tokenizer(template).save_pretrained(folder)
    return folder


def save_llava(folder: Path, template: str | None = None):
    """A vision-language model's folder: a tiny CLIP before a tiny Llama."""
    torch.manual_seed(7)
    words = tokenizer()
    made = LlavaForConditionalGeneration(
        LlavaConfig(
            text_config=LlamaConfig(
                vocab_size=TOKENS,
                hidden_size=32,
                intermediate_size=48,
                num_hidden_layers=2,
                num_attention_heads=2,
                max_position_embeddings=1024,
                bos_token_id=0,
                eos_token_id=0,
                initializer_range=SPREAD,
            ),
            vision_config=CLIPVisionConfig(
                hidden_size=32,
                intermediate_size=48,
                projection_dim=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                image_size=PIXELS,
                patch_size=PATCH,
            ),
            image_token_index=words.convert_tokens_to_ids("<image>"),
            vision_feature_layer=-1,
        )
    )
    made.eval().save_pretrained(folder)
    LlavaProcessor(
        image_processor=CLIPImageProcessor(
            size={"shortest_edge": PIXELS}, crop_size={"height": PIXELS, "width": PIXELS}
        ),
        tokenizer=words,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)
    return folder
