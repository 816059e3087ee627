"""What a bigger GGUF model would do, by one that recites: thoughts, instructions, rambling."""

import hashlib
from pathlib import Path

import numpy as np

from pipeline.language_model.gguf_model import LanguageModel
from pipeline.settings import Settings
from pipeline.types import (
    ClaimStatus,
    Descriptor,
    Descriptors,
    Grade,
    Language,
    Prediction,
    Report,
    Section,
    Zone,
)
from report.models.catalogue import CatalogueModel
from report.models.fetch import Hubs, fetch
from report.writing.writer import ReportWriter
from tests.report.models.hub_stub import HubStub, serving
from tests.report.writing.reciting import TURN, write_reciting

PREDICTION = Prediction(
    labels=("normal", "bacterial_pneumonia"),
    probabilities=(0.05, 0.95),
    normal_label="normal",
    threshold_prob=0.5,
    terms={},
)
DESCRIPTORS = Descriptors(
    fused_image=np.zeros((1, 1), np.float32),
    items=(
        Descriptor(
            zone=Zone.RIGHT_MIDDLE,
            intensity=0.72,
            share=1.0,
            agreement=0.8,
            memberships={grade: float(grade is Grade.STRONG) for grade in Grade},
        ),
    ),
)
THOUGHTS = "<think>\nThe right middle zone is strong.\n"
REPORT = (
    "**Findings:**\n",
    "The strongest region lies in the right middle zone: intensity 0.72, strong.",
    "\n\n**Interpretation:**\n",
    "The model's classification is bacterial pneumonia, with confidence 0.95.",
    "\n\n**Recommendations:**\n",
    "A lateral view is advisable.",
)
SWAPPED = REPORT[1].replace("right middle", "left middle")


def written(file: Path, *, tokens: int = 60) -> Report:
    writer = ReportWriter(Settings(report_model=file, report_tokens=tokens, threads=1))
    return writer.write(PREDICTION, DESCRIPTORS, language=Language.ENGLISH, seed=0)


def test_thoughts_are_kept_apart_and_a_right_report_stands(tmp_path: Path) -> None:
    report = written(write_reciting(tmp_path / "m.gguf", [THOUGHTS, "</think>", *REPORT]))
    assert report.model == "reciting"
    assert report.prompt.startswith("<|system|>")
    assert report.prompt.endswith(TURN)
    assert report.thoughts == "The right middle zone is strong."
    assert report.sections[Section.FINDINGS] == REPORT[1]
    assert report.sections[Section.RECOMMENDATIONS] == REPORT[5]
    assert (report.attempts, report.truncated) == (1, False)
    assert not any(claim.replaced for claim in report.claims)


def test_a_side_it_swaps_is_asked_for_again_and_then_struck(tmp_path: Path) -> None:
    script = [REPORT[0], SWAPPED, *REPORT[2:]]
    report = written(write_reciting(tmp_path / "m.gguf", script))
    assert report.attempts == 2
    assert SWAPPED not in report.text
    assert [claim.removed for claim in report.claims] == [True, False, False, False]
    assert [claim.replaced for claim in report.standing] == [True, False, False]
    assert all(claim.status is not ClaimStatus.CONTRADICTED for claim in report.standing)


def test_one_that_rambles_is_cut_at_a_whole_sentence_and_said_to_be(tmp_path: Path) -> None:
    script = [*REPORT, " Follow-up is advisable.", " Then", " it", " goes", " on"]
    report = written(write_reciting(tmp_path / "m.gguf", script, for_ever=True), tokens=9)
    assert report.truncated
    assert report.sections[Section.RECOMMENDATIONS] == (
        "A lateral view is advisable. Follow-up is advisable."
    )


def test_one_that_only_thinks_leaves_a_plain_report(tmp_path: Path) -> None:
    script = ["<think>\nHm.", " Let", " me", " see."]
    report = written(write_reciting(tmp_path / "m.gguf", script, for_ever=True), tokens=12)
    assert report.truncated
    assert report.thoughts.startswith("Hm. Let me see.")
    assert all(report.sections[section] for section in Section)
    assert all(claim.replaced for claim in report.claims)


def test_fetched_from_a_hub_it_writes(tmp_path: Path) -> None:
    content = write_reciting(tmp_path / "m.gguf", REPORT).read_bytes()
    entry = CatalogueModel(
        name="reciting",
        repo="someone/Reciting-GGUF",
        file="reciting.gguf",
        size_gb=0.001,
        memory_gb=0.2,
        licence="MIT",
        languages=("en",),
        reasoning=False,
        note="",
    )
    with serving(
        HubStub(
            repo=entry.repo, file=entry.file, commits={"a" * 40: content}, cut_after=9000, cuts=1
        )
    ) as hub:
        file = fetch(entry, tmp_path / "models", hubs=Hubs(endpoint=hub.url))
    assert LanguageModel(file, context_tokens=512).sha256 == hashlib.sha256(content).hexdigest()
    assert written(file).sections[Section.FINDINGS] == REPORT[1]
