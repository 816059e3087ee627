"""Models of other makings: tiny networks of random weights, saved as the published ones are."""

import hashlib
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from pipeline.errors import (
    ReportModelInvalidError,
    ReportModelMissingError,
    ReportModelTooLargeError,
)
from pipeline.language_model.gguf_model import shipped_file
from pipeline.settings import Settings
from report.models.open_model import open_model
from report.writing.text_model import SeeingModel
from report.writing.token_stream import written
from tests.report.models.tiny_models import network, save_causal, save_llava, tokenizer

PROMPT = "the right upper zone: 0.72"
WEIGHTS = "model.safetensors"
TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<answer>"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
PARTS = (
    "{% for m in messages %}<{{ m.role }}>{% for part in m.content %}"
    "{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endfor %}<answer>"
)
BLACK = np.zeros((60, 50), np.float32)
NOISE = np.random.default_rng(0).random((60, 50), np.float32)


@pytest.fixture(scope="module", params=["gpt2", "biogpt", "bloom"])
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def folder(architecture, tmp_path_factory):
    return save_causal(tmp_path_factory.mktemp("causal") / f"tiny-{architecture}", architecture)


@pytest.fixture(scope="module")
def causal(folder):
    return open_model(folder)


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return save_causal(tmp_path_factory.mktemp("causal") / "tiny", "gpt2")


@pytest.fixture(scope="module")
def llava_folder(tmp_path_factory):
    return save_llava(tmp_path_factory.mktemp("vision") / "tiny-llava")


@pytest.fixture(scope="module")
def llava(llava_folder):
    return open_model(llava_folder)


@pytest.fixture
def broken(gpt2, tmp_path):
    return shutil.copytree(gpt2, tmp_path / "broken")


def refused(folder) -> str:
    with pytest.raises(ReportModelInvalidError) as error:
        open_model(folder)
    assert error.value.parameters["file"] == folder.name
    return str(error.value.parameters["reason"])


def test_a_folder_is_named_and_hashed(causal, folder, architecture):
    assert causal.name == f"tiny-{architecture}"
    assert causal.sha256 == hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    assert not causal.takes_plain_prompt
    assert not isinstance(causal, SeeingModel)


def test_the_likeliest_text_is_transformers_own(causal, architecture):
    words = tokenizer()
    ids = words(PROMPT, return_tensors="pt").input_ids
    own = network(architecture).generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False
    )[0, ids.shape[1] :]
    pieces = list(causal.generate(PROMPT, tokens=24))
    assert len(pieces) == 24
    text = words.decode(own, skip_special_tokens=True)
    assert "".join(pieces) == text.removesuffix("�")  # bytes of a character cut off by the budget


def test_sampling_is_repeatable_by_its_seed_alone(causal):
    def sampled(seed):
        torch.rand(seed + 1)  # the process's own random state plays no part
        return "".join(causal.generate(PROMPT, tokens=24, temperature=0.7, seed=seed))

    assert sampled(1) == sampled(1) != sampled(2)


def test_sampling_keeps_to_the_likeliest_tokens(causal, architecture):
    words = tokenizer()
    ids = words(PROMPT, return_tensors="pt").input_ids
    with torch.no_grad():
        best = network(architecture)(input_ids=ids).logits[0, -1].topk(40).indices.tolist()
    texts = (words.decode([token]) for token in best)
    likely = {"" if text.endswith("�") else text for text in texts}  # a character's first bytes
    first = {
        next(iter(causal.generate(PROMPT, tokens=1, temperature=5.0, seed=seed)))
        for seed in range(30)
    }
    assert len(first) > 1
    assert first <= likely


def test_text_streams_and_may_be_left_unfinished(causal):
    stream = causal.generate(PROMPT, tokens=10**6)
    begun = [next(stream) for _ in range(5)]
    stream.close()
    assert list(causal.generate(PROMPT, tokens=5)) == begun


class Recites:
    """A network that says given tokens, whatever it is asked, and then ends."""

    generation_config = SimpleNamespace(eos_token_id=[0])

    def __init__(self, ids):
        self.ids = ids

    def __call__(self, input_ids, past_key_values=0, **_):
        logits = torch.zeros(1, 1, 300)
        logits[0, 0, self.ids[past_key_values] if past_key_values < len(self.ids) else 0] = 1
        return SimpleNamespace(logits=logits, past_key_values=past_key_values + 1)


def test_characters_come_whole():
    words = tokenizer()
    ids = words("щ, ж").input_ids  # two tokens a letter
    start = {"input_ids": torch.tensor([[5]])}
    assert list(written(Recites(ids), words, start, tokens=99)) == ["", "щ", ",", "", " ж"]


def test_the_context_is_never_overrun(tmp_path):
    short = open_model(save_causal(tmp_path / "short", "gpt2", context=64))
    held = len(tokenizer()(PROMPT).input_ids)
    assert short.context_tokens == 64
    assert len(list(short.generate(PROMPT, tokens=500))) == 64 - held
    assert list(short.generate(PROMPT * 20, tokens=500)) == []


def test_the_context_is_the_one_asked_for_where_the_network_has_no_end(tmp_path):
    folder = save_causal(tmp_path / "alibi", "bloom")
    assert open_model(folder, context_tokens=100).context_tokens == 100


def test_prompts_follow_the_chat_template(tmp_path):
    chat = open_model(save_causal(tmp_path / "chat", "gpt2", template=TEMPLATE))
    assert chat.prompt("be brief", "hello") == "<system>be brief<user>hello<answer>"
    alone = open_model(save_causal(tmp_path / "alone", "gpt2", template=NO_SYSTEM + TEMPLATE))
    assert alone.prompt("be brief", "hello") == "<user>be brief\n\nhello<answer>"


def test_without_a_template_both_texts_are_the_prompt(causal):
    assert causal.prompt("be brief", "hello") == "be brief\n\nhello\n\n"


def test_the_picture_changes_what_is_written(llava):
    assert isinstance(llava, SeeingModel)
    dark, noisy = llava.seeing(BLACK), llava.seeing(NOISE)
    assert dark.prompt("be brief", "hello") == "<image>\nbe brief\n\nhello\n\n"
    texts = [
        "".join(model.generate(model.prompt("be brief", "hello"), tokens=24))
        for model in (dark, noisy, dark, llava)
    ]
    assert texts[0] == texts[2]
    assert len(set(texts)) == 3


def test_a_seeing_models_likeliest_text_is_transformers_own(llava, llava_folder):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(llava_folder)
    picture = Image.fromarray(np.rint(NOISE * 255).astype(np.uint8)).convert("RGB")
    prompt = llava.seeing(NOISE).prompt("be brief", "hello")
    inputs = processor(images=picture, text=prompt, return_tensors="pt")
    own = AutoModelForImageTextToText.from_pretrained(llava_folder)
    ids = own.generate(**inputs, max_new_tokens=24, do_sample=False)
    text = processor.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert "".join(llava.seeing(NOISE).generate(prompt, tokens=24)) == text.removesuffix("�")


def test_a_seeing_models_template_places_the_picture(tmp_path):
    model = open_model(save_llava(tmp_path / "llava", template=PARTS))
    assert model.prompt("be brief", "hello") == "<system>be brief<user>hello<answer>"
    seeing = model.seeing(BLACK)
    assert seeing.prompt("be brief", "hello") == "<system>be brief<user><image>hello<answer>"
    assert list(seeing.generate(seeing.prompt("be brief", "hello"), tokens=3))
    alone = open_model(save_llava(tmp_path / "alone", template=NO_SYSTEM + PARTS)).seeing(BLACK)
    assert alone.prompt("be brief", "hello") == "<user><image>be brief\n\nhello<answer>"


def test_a_processor_that_lacks_the_patch_size_is_reported(llava_folder, tmp_path):
    folder = shutil.copytree(llava_folder, tmp_path / "llava")
    config = json.loads((folder / "processor_config.json").read_text())
    (folder / "processor_config.json").write_text(json.dumps({**config, "patch_size": None}))
    model = open_model(folder).seeing(BLACK)
    with pytest.raises(ReportModelInvalidError) as error:
        model.generate(model.prompt("be brief", "hello"), tokens=3)
    assert error.value.parameters == {"file": "llava", "reason": "processor"}


def test_a_gguf_file_is_opened_through_llama_cpp():
    from pipeline.language_model.gguf_model import LanguageModel

    assert isinstance(open_model(shipped_file(Settings().weights_folder)), LanguageModel)


def test_what_is_not_there(tmp_path):
    with pytest.raises(ReportModelMissingError):
        open_model(tmp_path / "none")


def test_a_pickle_is_never_read(broken):
    touched = broken / "touched"

    class Payload:
        def __reduce__(self):
            return (open, (str(touched), "w"))

    (broken / WEIGHTS).unlink()
    torch.save({"weight": Payload()}, broken / "pytorch_model.bin")
    assert refused(broken) == "pickle"
    assert not touched.exists()


def test_a_folders_own_code_is_never_run(broken):
    touched = broken / "touched"
    config = json.loads((broken / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoModelForCausalLM": "mine.Model"}}
    (broken / "config.json").write_text(json.dumps(config))
    (broken / "mine.py").write_text(f"open({str(touched)!r}, 'w')")
    assert refused(broken) == "network"
    assert not touched.exists()


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("config.json", b"not json", "config"),
        ("config.json", b"[]", "config"),
        ("config.json", b'{"model_type": "nonsense"}', "network"),
        (WEIGHTS, b"junk", "network"),
        (WEIGHTS, None, "weights"),
        ("config.json", None, "config"),
        ("tokenizer.json", b"{}", "tokenizer"),
    ],
)
def test_a_broken_folder_is_refused(broken, file, content, reason):
    (broken / file).unlink()
    if content is not None:
        (broken / file).write_bytes(content)
    assert refused(broken) == reason


def test_weights_that_are_missing_are_not_drawn_by_chance(broken):
    weights = load_file(broken / WEIGHTS)
    del weights["transformer.h.0.attn.c_proj.weight"]
    save_file(weights, broken / WEIGHTS, metadata={"format": "pt"})
    assert refused(broken) == "weights"


def test_a_folder_without_its_tokenizer_is_refused(broken):
    for file in broken.glob("tokenizer*"):
        file.unlink()
    assert refused(broken) == "tokenizer"


def test_a_tokenizer_of_another_model_is_refused(broken):
    words = tokenizer()
    words.add_tokens([f"word{number}" for number in range(20)])
    words.save_pretrained(broken)
    assert refused(broken) == "tokenizer"


def test_a_package_that_a_tokenizer_needs_is_named(broken, monkeypatch):
    import transformers

    def absent(*_, **__):
        raise ImportError("You need to install sacremoses to use BioGptTokenizer.")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", absent)
    assert refused(broken) == "needs_sacremoses"


def test_a_model_larger_than_the_free_memory_is_not_loaded(broken, monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10_000))
    with pytest.raises(ReportModelTooLargeError):
        open_model(broken)
