"""Explaining a text: exact games, a tiny Llama of our own, and words folded by hand."""

import random
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import (
    ContractError,
    ManifestError,
    ReportModelMissingError,
    StepFailedError,
    WeightsMismatchError,
)
from pipeline.language_model.gguf_model import LanguageModel
from pipeline.manifest import write_manifest
from pipeline.settings import Settings, load_settings
from pipeline.types import (
    Attribution,
    Claim,
    ClaimStatus,
    Language,
    ProgressEvent,
    Report,
    Section,
    TextAttributions,
)
from report.writing import prompt
from report.writing.prompt import prompt_parts, spelled_report, told_classification
from training.writer.cases import case_sections, random_case
from training.writer.gguf_file import write_gguf
from training.writer.tokens import Vocabulary
from xai.text.explainer import GgufTextExplainer
from xai.text.integrated_gradients import TorchCopy, fits_torch
from xai.text.shapley_values import shapley_values
from xai.text.spans import TextSpan, fold, key_of, part_spans, token_spans

PARTS = (
    ("", "Regions found in:"),
    ("right_middle", " правая средняя зона (0.42)"),
    ("left_lower", " left lower zone (0.30)"),
    ("label", " Classification: pneumonia."),
    ("confidence", " Confidence: 0.96."),
    ("", " Describe."),
)
FINDINGS = "Opacity in the right middle zone, затемнение справа."


def join(parts: Iterable[tuple[str, str]], without: frozenset[str]) -> str:
    return "".join(text for key, text in parts if key not in without)


def spell(report: Report) -> str:
    return "Findings:\n" + report.sections[Section.FINDINGS]


def explaining(settings: Settings) -> GgufTextExplainer:
    return GgufTextExplainer(
        settings, join=join, spell=spell, classification=lambda report: "opacity"
    )


def written(
    whole: str | None = None, findings: str = FINDINGS, sentences: tuple[str, ...] = ()
) -> Report:
    return Report(
        language=Language.ENGLISH,
        model="explaincxr-plain-tiny",
        model_sha256="0" * 64,
        prompt=join(PARTS, frozenset()) + "\n\n" if whole is None else whole,
        prompt_parts=PARTS,
        sections={
            Section.FINDINGS: findings,
            Section.INTERPRETATION: "",
            Section.RECOMMENDATIONS: "",
        },
        claims=tuple(
            Claim(section=Section.FINDINGS, sentence=sentence, status=ClaimStatus.NOT_MEASURED)
            for sentence in sentences
        ),
    )


def write_tiny(file: Path, name: str, seed: int = 0) -> None:
    """A random Llama of two layers, its weights spread so that the prompt matters."""
    import json

    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text for _, text in PARTS] * 3, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    vocabulary = Vocabulary(
        base=tuple(tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())),
        merges=tuple(" ".join(merge) for merge in merges),
        phrases=(" left lower zone", "правая средняя"),
    )
    config = LlamaConfig(
        vocab_size=vocabulary.size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.mul_(4)
    write_gguf(file, vocabulary, name, model)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    (folder / "writer").mkdir()
    write_tiny(folder / "writer" / "tiny.gguf", "explaincxr-plain-tiny")
    write_manifest(folder / "writer", name="tiny", task="report", files=["tiny.gguf"])
    return folder


@pytest.fixture(scope="module")
def explainer(weights: Path) -> GgufTextExplainer:
    settings = Settings(weights_folder=weights, context_tokens=512, threads=1)
    return explaining(settings)


def test_torch_and_llama_cpp_agree_on_a_text(weights: Path) -> None:
    file = weights / "writer" / "tiny.gguf"
    model = LanguageModel(file, context_tokens=512)
    given, text = join(PARTS, frozenset()) + "\n\n", FINDINGS
    scored = model.log_probability(given, text)
    shorter = model.prompt_ids(join(PARTS, frozenset({"label", "left_lower"})) + "\n\n")
    found = TorchCopy(file).log_probabilities([model.prompt_ids(given), shorter], scored.token_ids)
    assert scored.total < -10
    # llama.cpp keeps keys and values in half precision
    assert found[0] == pytest.approx(scored.nats, abs=0.05)
    alone = model.log_probability(join(PARTS, frozenset({"label", "left_lower"})) + "\n\n", text)
    assert found[1] == pytest.approx(alone.nats, abs=0.05)


def test_explanation_adds_up(explainer: GgufTextExplainer) -> None:
    events: list[ProgressEvent] = []
    report = written()
    found = explainer.explain_text(report, progress=events.append)
    assert found.model == "explaincxr-plain-tiny"
    change = found.shap_full - found.shap_base
    assert abs(change) > 0.1
    assert [a.key for a in found.shap] == ["right_middle", "left_lower", "label", "confidence"]
    assert found.shap[0].text == "правая средняя зона (0.42)"
    assert sum(a.value for a in found.shap) == pytest.approx(change, abs=1e-3)
    assert sum(a.value for a in found.words) == pytest.approx(change, abs=1e-3)
    assert "".join(a.text for a in found.words) == spell(report)
    assert "".join(a.text for a in found.integrated_gradients) == join(PARTS, frozenset())
    total = sum(a.value for a in found.integrated_gradients)
    assert abs(found.ig_delta) <= 0.05 * abs(total - found.ig_delta)
    assert all(a.value == 0 for a in found.integrated_gradients if not a.key)
    assert any(a.value != 0 for a in found.integrated_gradients if a.key == "left_lower")
    fractions = [event.fraction for event in events if event.fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_sentences_share_the_whole(explainer: GgufTextExplainer) -> None:
    first, second = "Opacity in the right middle zone.", "Затемнение справа."
    report = written(findings=f"{first} {second}", sentences=(first, second))
    found = explainer.explain_text(report)
    told = [one.sentence for one in found.sentences]
    assert told == [f"Findings:\n{first}", second]
    for name in ("shap", "integrated_gradients"):
        whole = [one.value for one in getattr(found, name)]
        parts = [[one.value for one in getattr(part, name)] for part in found.sentences]
        assert np.sum(parts, axis=0) == pytest.approx(whole)
    for part in found.sentences:
        change = part.shap_full - part.shap_base
        assert sum(one.value for one in part.shap) == pytest.approx(change, abs=1e-3)
        total = sum(one.value for one in part.integrated_gradients)
        assert abs(part.ig_delta) <= 0.05 * max(1.0, abs(total - part.ig_delta))
    assert sum(part.shap_full for part in found.sentences) == pytest.approx(found.shap_full)


def test_the_words_before_the_classification_account_for_it(explainer: GgufTextExplainer) -> None:
    found = explainer.explain_text(written(findings="The right middle zone. Opacity there."))
    assert found.classification is not None
    told = "".join(word.text for word in found.classification.words)
    assert told.startswith("Findings:\nThe right")
    assert "pacity" not in told
    gained = sum(word.value for word in found.classification.words)
    change = found.classification.full - found.classification.base
    assert gained == pytest.approx(change + found.classification.delta)
    assert abs(found.classification.delta) <= 0.05 * max(1.0, abs(change))
    assert explainer.explain_text(written(findings="Nothing of it.")).classification is None


def test_agreement_of_the_two_methods_by_hand() -> None:
    def attributed(*shares: tuple[float, float]) -> TextAttributions:
        return TextAttributions(
            shap=tuple(
                Attribution(key=str(key), text="", value=one) for key, (one, _) in enumerate(shares)
            ),
            shap_full=0.0,
            shap_base=0.0,
            integrated_gradients=tuple(
                Attribution(key=str(key), text="", value=value / 2)
                for key, (_, value) in enumerate(shares)
                for _ in range(2)
            ),
            ig_delta=0.0,
        )

    assert attributed((3.0, 1.5), (4.0, 2.0)).agreement == pytest.approx(1.0)
    assert attributed((1.0, 0.0), (0.0, 2.0)).agreement == pytest.approx(0.0)
    assert attributed((1.0, -1.0)).agreement == pytest.approx(-1.0)
    assert attributed((1.0, 0.0)).agreement is None


def test_other_weights_give_another_explanation(weights: Path, tmp_path: Path) -> None:
    """The sanity check of Adebayo et al. 2018: what does not ask the weights explains nothing."""
    other = tmp_path / "other.gguf"
    write_tiny(other, "explaincxr-plain-tiny", seed=7)
    found = [
        explaining(
            Settings(weights_folder=weights, report_model=file, context_tokens=512, threads=1)
        ).explain_text(written())
        for file in (weights / "writer" / "tiny.gguf", other)
    ]
    for name in ("shap", "integrated_gradients"):
        first, second = ([one.value for one in getattr(one, name)] for one in found)
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.9


def test_same_report_same_explanation(explainer: GgufTextExplainer) -> None:
    assert explainer.explain_text(written()) == explainer.explain_text(written())


def test_template_around_the_prompt_is_kept(explainer: GgufTextExplainer) -> None:
    wrapped = f"<user>{join(PARTS, frozenset())}</user>"
    found = explainer.explain_text(written(whole=wrapped))
    assert "".join(a.text for a in found.integrated_gradients) == join(PARTS, frozenset())
    assert sum(a.value for a in found.shap) == pytest.approx(
        found.shap_full - found.shap_base, abs=1e-3
    )


def test_prompt_that_lacks_its_parts_is_refused(explainer: GgufTextExplainer) -> None:
    with pytest.raises(ContractError):
        explainer.explain_text(written(whole="something else"))


def test_report_longer_than_the_context_is_refused(explainer: GgufTextExplainer) -> None:
    with pytest.raises(StepFailedError):
        explainer.explain_text(written(findings="ж" * 600))


def test_missing_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        explaining(Settings(weights_folder=tmp_path)).warm()
    settings = Settings(weights_folder=tmp_path, report_model=tmp_path / "absent.gguf")
    with pytest.raises(ReportModelMissingError):
        explaining(settings).warm()


def test_shipped_file_that_was_changed_is_not_loaded(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights / "writer", tmp_path / "writer")
    with (tmp_path / "writer" / "tiny.gguf").open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsMismatchError):
        explaining(Settings(weights_folder=tmp_path)).warm()


def test_too_large_a_writer_leaves_reading_to_the_shipped_model(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.gguf"
    write_tiny(other, "other", seed=1)
    settings = Settings(weights_folder=weights, report_model=other, context_tokens=512, threads=1)
    assert explaining(settings).explain_text(written()).model == ("other")
    monkeypatch.setattr(
        "xai.text.explainer.fits_torch", lambda file: file.name != "other.gguf" and fits_torch(file)
    )
    found = explaining(settings).explain_text(written())
    assert found.model == "explaincxr-plain-tiny"


def test_size_and_architecture_decide(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = weights / "writer" / "tiny.gguf"
    assert fits_torch(file)
    monkeypatch.setattr("xai.text.integrated_gradients.MOST_PARAMETERS", 1000)
    assert not fits_torch(file)


def test_shapley_values_of_a_game_worked_by_hand() -> None:
    worth = {"": 0.0, "a": 2.0, "b": 4.0, "ab": 10.0}

    def score(coalitions: Sequence[frozenset[str]]) -> np.ndarray:
        left = ["".join(one for one in "ab" if one not in gone) for gone in coalitions]
        return np.array([[worth[one], -1.0 * len(one)] for one in left])  # two games

    # a joins first (2) or second (10 - 4); b joins first (4) or second (10 - 2)
    found = shapley_values(score, ("a", "b"))
    assert found[:, 0] == pytest.approx((4.0, 6.0))
    assert found[:, 1] == pytest.approx((-1.0, -1.0))


def test_shapley_values_drawn_still_sum_to_the_change() -> None:
    players = tuple("abcdefgh")
    weights = np.arange(1.0, 9.0)
    played = []

    def score(coalitions: Sequence[frozenset[str]]) -> np.ndarray:
        played.extend(coalitions)
        here = np.array([[player not in gone for player in players] for gone in coalitions])
        return (here @ weights + 3.0 * (here[:, 0] & here[:, 1]))[:, None]

    values = shapley_values(score, players, most_exact=7)[:, 0]
    assert len(set(played)) == len(played) <= 66
    assert sum(values) == pytest.approx(36 + 3)
    # players without interactions get their own weight whatever is drawn
    assert values[2:] == pytest.approx(weights[2:])
    assert shapley_values(score, ()).shape == (0, 1)


def test_ten_descriptors_are_shared_out_exactly() -> None:
    players = tuple("abcdefghij")
    played = set()

    def score(coalitions: Sequence[frozenset[str]]) -> np.ndarray:
        played.update(coalitions)
        return np.array([[0.0 if gone else 1.0] for gone in coalitions])  # all or nothing

    assert shapley_values(score, players)[:, 0] == pytest.approx(np.full(10, 0.1))
    assert len(played) == 1024


def test_tokens_fold_into_words() -> None:
    text = "ab cd\n\nef gh ij"
    spans = [(0, 1), (1, 2), (2, 5), (5, 7), (7, 9), (9, 15)]
    values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert fold(text, spans, values) == (
        TextSpan(text="ab", value=3.0),
        TextSpan(text=" cd", value=4.0),
        TextSpan(text="\n\nef", value=24.0),
        TextSpan(text=" gh ij", value=32.0),
    )


def test_a_token_of_several_words_is_no_part_of_a_number() -> None:
    text = " 0.57, strong, agreement:."
    spans = fold(text, [(0, 5), (5, 25), (25, 26)], [1.0, 2.0, 4.0])
    assert [(span.text, span.value) for span in spans] == [
        (" 0.57", 1.0),
        (", strong, agreement:.", 6.0),
    ]


def test_a_change_of_key_ends_a_piece() -> None:
    spans = fold("abcd", [(0, 2), (2, 4)], [1.0, 2.0], ["x", ""])
    assert spans == (TextSpan(text="ab", value=1.0, key="x"), TextSpan(text="cd", value=2.0))


def test_a_split_character_belongs_to_its_last_token() -> None:
    data = "aж".encode()
    tokens = {0: data[:1], 1: data[1:2], 2: data[2:]}

    def text_of(ids: tuple[int, ...]) -> str:
        return b"".join(tokens[index] for index in ids).decode(errors="replace")

    spans = token_spans([0, 1, 2], text_of)
    assert spans == ((0, 1), (1, 1), (1, 2))
    assert fold("aж", spans, [1.0, 2.0, 4.0]) == (TextSpan(text="aж", value=7.0),)


def test_a_token_belongs_to_the_part_of_its_first_letter() -> None:
    parts = part_spans((("", "In:"), ("x", " right"), ("", ".")), 2)
    assert parts == (("", (2, 5)), ("x", (5, 11)), ("", (11, 12)))
    text = "> In: right."
    assert key_of((5, 11), text, parts) == "x"
    assert key_of((4, 7), text, parts) == ""
    assert key_of((0, 1), text, parts) == ""


@pytest.mark.parametrize("language", list(Language))
def test_shipped_model_explains_its_own_prompts(language: Language) -> None:
    """The product's file on a made-up case: sums hold, and the strongest zone carried the text.

    One that follows in its list may count against it: alone in the prompt it would be said first.
    """
    rng = random.Random(4)
    case = next(
        case
        for case in iter(lambda: random_case(rng, language), None)
        if len(case.descriptors.items) == 2
    )
    parts = prompt_parts(case.prediction, case.descriptors, language)
    report = Report(
        language=language,
        model="writer",
        model_sha256="0" * 64,
        prompt=prompt.join(parts) + "\n\n",
        prompt_parts=parts,
        sections=case_sections(case, rng),
        claims=(),
    )
    found = GgufTextExplainer(
        load_settings(threads=1),
        join=prompt.join,
        spell=spelled_report,
        classification=told_classification,
    ).explain_text(report)
    change = found.shap_full - found.shap_base
    shares = {a.key: a.value for a in found.shap}
    assert sum(shares.values()) == pytest.approx(change, abs=1e-3)
    strongest = case.descriptors.items[0].zone.value
    assert max(shares, key=shares.__getitem__) == strongest
    total = sum(a.value for a in found.integrated_gradients)
    assert abs(found.ig_delta) <= 0.05 * abs(total - found.ig_delta)
    assert "".join(a.text for a in found.words) == spelled_report(report)
    assert found.agreement is not None
    assert found.agreement > 0.5
    assert found.classification is not None
    gained = sum(a.value for a in found.classification.words)
    assert gained == pytest.approx(
        found.classification.full - found.classification.base, rel=0.05, abs=0.05
    )
