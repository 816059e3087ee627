"""The shipped writer says the same of the same case, in this process and in another."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.language_model.gguf_model import shipped_file
from pipeline.settings import Settings
from pipeline.types import Language
from training.writer.cases import random_case

ROOT = Path(__file__).resolve().parents[3]
SAME = """
import sys
from tests.report.writing.test_reproducible import written
sys.stdout.buffer.write(written(sys.argv[1], [4]).encode())
"""


def written(language: str, seeds: list[int]) -> str:
    """The reports of some drawn cases, one after the other; the last one's words and checks."""
    from pipeline.language_model.gguf_model import LanguageModel
    from report.writing.writer import ReportWriter

    writer = ReportWriter(
        Settings(threads=1), LanguageModel(shipped_file(Settings().weights_folder))
    )
    reports = []
    for seed in seeds:
        case = random_case(random.Random(seed), Language(language))
        reports.append(
            writer.write(case.prediction, case.descriptors, language=case.language, seed=0)
        )
    return repr(reports[-1])


@pytest.mark.parametrize("language", list(Language))
def test_same_case_same_report_whatever_was_written_before(language: Language) -> None:
    alone = written(language, [4])
    assert written(language, [7, 11, 4]) == alone
    done = subprocess.run(
        [sys.executable, "-c", SAME, language], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout.decode() == alone
