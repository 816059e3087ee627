"""The process that is killed: it stores cases, and says so only once they are stored."""

import itertools
import sys
from dataclasses import replace
from pathlib import Path

from bench.store.made_case import made_case
from pipeline.settings import Settings
from pipeline.types import Conclusion, Language, Section
from records import Arrival, CaseContent, open_store

ACTOR = "bench"


def file_of(seed: int) -> bytes:
    """What comes in as a file."""
    return f"the file of {seed}".encode() * 500


def text_of(seed: int) -> Conclusion:
    """What is signed."""
    sections = dict.fromkeys(Section, f"Signed {seed}.")
    return Conclusion(language=Language.ENGLISH, sections=sections, edited=True)


def write_cases(folder: Path, first_seed: int) -> None:
    """Receive, save, draft, sign and remove cases until the process ends.

    Each line of its output names something that is done, and so must be there afterwards:
    `received ID SEED`, `finished ID SEED`, `signed ID SEED`, `removed ID SEED`.
    """
    store = open_store(Settings(store_folder=folder))
    _say("opened")
    for seed in itertools.count(first_seed):
        result = made_case(seed)
        arrival = Arrival(origin="bench", data=file_of(seed), source=str(seed))
        case = store.receive(arrival, actor=ACTOR)
        _say("received", case, seed)
        partial = CaseContent(result=replace(result, report=None))
        store.save(case, partial, finished=False, actor=ACTOR)
        store.save(case, CaseContent(result=result), finished=True, actor=ACTOR)
        _say("finished", case, seed)
        store.conclusions.save_draft(case, text_of(seed), actor=ACTOR)
        if seed % 3 == 0:
            store.conclusions.sign(case, text_of(seed), signer="Bench", actor=ACTOR)
            _say("signed", case, seed)
        if seed % 7 == 0:
            store.retention.remove(case, actor=ACTOR)
            _say("removed", case, seed)


def _say(*words: object) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    write_cases(Path(sys.argv[1]), int(sys.argv[2]))
