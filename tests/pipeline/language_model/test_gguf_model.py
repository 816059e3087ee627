"""A tiny Llama of random weights, written by our own converter, stands for any GGUF file."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ReportModelInvalidError, ReportModelMissingError
from pipeline.language_model.gguf_model import SHIPPED_FORMAT, LanguageModel
from training.writer.gguf_file import write_gguf
from training.writer.tokens import build_vocabulary

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ eos_token }}{% endfor %}<|assistant|>"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "[{{ messages[0].content }}]"
)
PHRASE = "Give a detailed radiological description"


@pytest.fixture(scope="module")
def parts():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    vocabulary = build_vocabulary(base_size=300, cases=5)
    network = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary.size,
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=4,
            rms_norm_eps=1e-6,
            tie_word_embeddings=False,
            initializer_range=0.2,
        )
    )
    return vocabulary, network.eval()


@pytest.fixture(scope="module")
def make(parts, tmp_path_factory):
    def build(name: str = f"{SHIPPED_FORMAT}-test", template: str = "") -> LanguageModel:
        file = tmp_path_factory.mktemp("gguf") / "model.gguf"
        write_gguf(file, parts[0], name, parts[1], chat_template=template)
        return LanguageModel(file, context_tokens=256)

    return build


@pytest.fixture(scope="module")
def model(make):
    return make()


def test_log_probabilities_are_those_of_the_same_weights_in_torch(model, parts):
    import torch

    prompt, text = " left lower zone: 0.42", " right upper zone, и ещё"
    scored = model.log_probability(prompt, text)
    ids = [*model.prompt_ids(prompt), *scored.token_ids]
    with torch.no_grad():
        rows = parts[1](input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    first = len(ids) - len(scored.token_ids)
    wanted = [rows[at - 1, ids[at]].item() for at in range(first, len(ids))]
    np.testing.assert_allclose(scored.nats, wanted, atol=2e-2)
    assert scored.total == pytest.approx(sum(scored.nats))
    assert max(scored.nats) <= 0


def test_scoring_twice_gives_the_same(model):
    model.log_probability("abc", " something longer than before")
    first = model.log_probability("a", " b")
    assert model.log_probability("a", " b") == first


def test_zones_and_numbers_are_single_tokens_and_long_tokens_keep_their_text(model):
    ids = model.tokenize(" right middle zone 0.42")
    assert [model.text((one,)) for one in ids] == [" right middle zone", " 0.42"]
    text = "\nПредоставьте подробное радиологическое описание, сосредоточив внимание"
    assert model.text(model.tokenize(text)) == text
    known = "Выделенных областей в полях лёгких не обнаружено."
    assert model.text(model.tokenize(known)) == known


def test_generation_is_repeatable_and_keeps_its_budget(model):
    first = list(model.generate("zone", tokens=12))
    assert list(model.generate("zone", tokens=12)) == first
    assert len(first) <= 12
    sampled = [
        "".join(model.generate("zone", tokens=12, temperature=2.0, seed=seed)) for seed in (1, 1, 2)
    ]
    assert sampled[0] == sampled[1] != sampled[2]


def test_generation_takes_the_likeliest_token(model):
    piece = next(iter(model.generate(" left lower zone", tokens=1)))
    best = model.log_probability(" left lower zone", piece).total
    others = [" 0.42", " right lower zone", "Findings:\n", " two zones"]
    assert all(best >= model.log_probability(" left lower zone", one).nats[0] for one in others)


def test_context_is_never_overrun(make):
    short = make()
    prompt = " right middle zone" * 250
    assert len(list(short.generate(prompt, tokens=50))) <= 6


def test_shipped_format_takes_the_bare_prompt(model):
    assert model.takes_plain_prompt
    assert model.prompt("system", "user") == "user\n\n"


def test_a_chat_template_is_honoured(make):
    chat = make("someone's model", TEMPLATE)
    assert not chat.takes_plain_prompt
    assert chat.prompt("be brief", "hello") == (
        "<|system|>be brief<|end|><|user|>hello<|end|><|assistant|>"
    )


def test_a_template_without_a_system_role_gets_one_message(make):
    assert make("gemma-like", NO_SYSTEM).prompt("be brief", "hello") == "[be brief\n\nhello]"


def test_a_file_without_a_template_gets_both_texts(make):
    assert make("bare").prompt("be brief", "hello") == "be brief\n\nhello\n\n"


def test_missing_and_broken_files(tmp_path: Path):
    with pytest.raises(ReportModelMissingError):
        LanguageModel(tmp_path / "none.gguf")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    with pytest.raises(ReportModelInvalidError):
        LanguageModel(broken)


def test_weights_keep_their_own_layout(model, monkeypatch):
    from llama_cpp import llama_cpp

    defaults = llama_cpp.llama_model_default_params
    assert defaults().use_extra_bufts  # whose kernels die on some processors
    told = []

    def spied():
        told.append(defaults())
        return told[-1]

    monkeypatch.setattr(llama_cpp, "llama_model_default_params", spied)
    LanguageModel(model.file)
    assert [parameters.use_extra_bufts for parameters in told] == [False]
    assert llama_cpp.llama_model_default_params is spied  # others' models are as they were
