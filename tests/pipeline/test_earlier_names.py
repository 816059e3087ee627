"""Commands and options under their earlier names."""

import pytest

from bench.__main__ import main as bench
from pipeline.command_line.earlier_names import renamed
from pipeline.command_line.main import main as pipeline
from training.__main__ import EARLIER_COMMANDS, EARLIER_OPTIONS
from training.__main__ import main as training


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["evaluate", "--pack", "DIR"], ["evaluate", "--dataset", "DIR"]),
        (["evaluate", "--pack=DIR"], ["evaluate", "--dataset=DIR"]),
        (["train", "cross_pack"], ["train", "cross_dataset"]),
        (["trust_thresholds", "--films", "9"], ["quality_thresholds", "--radiographs", "9"]),
        (["classify", "cross_pack"], ["classify", "cross_pack"]),  # a file of that name
        ([], []),
    ],
)
def test_an_earlier_name_is_todays(typed: list[str], meant: list[str]) -> None:
    assert renamed(typed, EARLIER_COMMANDS, EARLIER_OPTIONS) == meant


@pytest.mark.parametrize(
    ("main", "earlier", "today"),
    [
        (pipeline, ["stages"], "python -m pipeline layers"),
        (bench, ["signs", "--films", "3"], "python -m bench measurements"),
        (training, ["trust_thresholds"], "python -m training quality_thresholds"),
    ],
)
def test_every_program_takes_its_earlier_commands(main, earlier, today, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*earlier, "--help"])
    assert ended.value.code == 0
    assert today in " ".join(capsys.readouterr().out.split())
