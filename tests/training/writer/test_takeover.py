"""Teaching a trained model other words: which former token each new one begins as."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.types import Language
from training.writer.cases import case_prompt, case_report, random_case
from training.writer.gguf_file import Tokenizer, write_gguf
from training.writer.takeover import former_ids
from training.writer.tokens import Vocabulary, build_vocabulary, phrase_keys

FORMER = Vocabulary(
    base=("a", "b", "c"),
    merges=(),
    phrases=(" зона", " выше", " ab"),
    keys=(("ru.zone",), ("ru.above.first", "ru.above.second"), ("en.ab",)),
)


def test_a_new_wording_begins_as_what_stood_in_its_place() -> None:
    fresh = Vocabulary(
        base=FORMER.base,
        merges=(),
        phrases=(" отдел", " ab", " больше", " bc"),
        keys=(("ru.zone",), ("ru.zone",), ("ru.above.second",), ("en.new",)),
    )
    found = former_ids(fresh, FORMER, lambda text: [1, 2] if text == " bc" else [])
    # base as it was; by key; by its own spelling first; by key; by its pieces; the end
    assert found == [[0], [1], [2], [3], [5], [4], [1, 2], [6]]


def test_a_phrase_of_two_places_begins_as_the_mean_of_both() -> None:
    fresh = replace(FORMER, phrases=(" x",), keys=(("ru.zone", "ru.above.first"),))
    assert former_ids(fresh, FORMER, lambda text: [])[3] == [3, 4]


def test_a_file_without_keys_is_taken_over_by_spelling_and_pieces() -> None:
    found = former_ids(
        replace(FORMER, phrases=(" ab", " новое")), replace(FORMER, keys=()), lambda text: [0, 2]
    )
    assert found[3:] == [[5], [0, 2], [6]]


def test_keys_name_places_and_not_words() -> None:
    keys = phrase_keys()
    assert "ru.zone.right_upper.where" in keys[" верхнем отделе правого лёгочного поля"]
    assert "en.ratio.0.42" in keys[" 0.42"]
    assert {"ru.ratio.0.42", "uk.ratio.0.42"} <= set(keys[" 0,42"])
    places = [place for found in keys.values() for place in found]
    assert len(places) == len(set(places)), "one place is spelled once"


@pytest.mark.parametrize("language", list(Language))
def test_the_tokenizer_is_llama_cpps(tmp_path: Path, language: Language) -> None:
    from llama_cpp import Llama

    vocabulary = build_vocabulary(base_size=400, cases=10)
    file = tmp_path / "v.gguf"
    write_gguf(file, vocabulary, "v")
    llama = Llama(model_path=str(file), vocab_only=True, verbose=False)
    tokenizer = Tokenizer(file)
    rng = random.Random(3)
    for _ in range(40):
        case = random_case(rng, language)
        for text in (case_prompt(case, rng), case_report(case, rng)):
            expected = llama.tokenize(text.encode(), add_bos=False, special=True)
            assert tokenizer(text) == expected
