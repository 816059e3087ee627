"""Kills a process that writes to the store, again and again, and looks for what it had stored."""

import random
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench.store.made_case import made_case
from bench.store.writer import file_of, text_of
from pipeline.settings import ROOT, Settings
from records import CaseContent, CaseMissingError, StoreError, open_store
from records.audit.verification import verify
from records.contents.case_codec import encode_case
from records.store import Store

LONGEST_S = 2.0
"""Longest life of a process, counted from its start or from when it has opened the store."""
IN_WRITING = 4
"""Of five kills, how many are counted from when the store is open."""
SEEDS_EACH = 100_000
NAMES = ("received", "finished", "signed", "removed")
Deeds = dict[str, set[tuple[str, int]]]
"""What a process said to have done: by deed, the cases with their seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kills:
    """What the kills left.

    Attributes:
        kills: How many processes were killed.
        while_made: Of them before their store was open.
        cases: Cases that had been said to be stored.
        signatures: Conclusions that had been said to be signed.
        lost: Cases, files or signatures that had been said to be stored and are not there as they
            were, stores that do not open, and findings of `python -m records verify`.
    """

    kills: int
    while_made: int
    cases: int
    signatures: int
    lost: int


def measure_kills(folder: Path, kills: int, seed: int = 0) -> Kills:
    """Kill writers with SIGKILL at random moments.

    Args:
        folder: Where the stores lie; every tenth kill begins a new one, so that some come
            while it is made.
        kills: How many.
        seed: Of the moments.
    """
    moments = random.Random(seed)
    said: Deeds = defaultdict(set)
    while_made = lost = 0
    settings = Settings(store_folder=folder)
    for number in range(kills):
        settings = Settings(store_folder=folder / f"store{(number + 1) // 10}")
        deeds = _killed(
            settings.store_folder,
            number * SEEDS_EACH,
            moments.uniform(0, LONGEST_S),
            is_opened_first=number % 5 < IN_WRITING,
        )
        while_made += "opened" not in deeds
        of_this: Deeds = {
            name: {(case, int(seed)) for case, seed in deeds.get(name, ())} for name in NAMES
        }
        for name in NAMES:
            said[name] |= of_this[name]
        lost += _lost(settings, of_this)
    return Kills(
        kills=kills,
        while_made=while_made,
        cases=len(said["finished"]),
        signatures=len(said["signed"]),
        lost=lost,
    )


def _killed(
    folder: Path, first_seed: int, life_s: float, *, is_opened_first: bool
) -> dict[str, list[list[str]]]:
    """Start a writer, kill it, and return what it had said to have done."""
    opened = ""
    command = [sys.executable, "-m", "bench.store.writer", str(folder), str(first_seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if is_opened_first and process.stdout is not None:
            opened = process.stdout.readline()
        time.sleep(life_s)
        process.kill()
        output, _ = process.communicate()
    done: dict[str, list[list[str]]] = defaultdict(list)
    for line in (opened + output).splitlines(keepends=True):
        if line.endswith("\n"):
            name, *rest = line.split()
            done[name].append(rest)
    return done


def _lost(settings: Settings, deeds: Deeds) -> int:
    """How much of what one process had said to have done is not there, or not as it was."""
    try:
        with open_store(settings) as store:
            removed = {case for case, _ in deeds["removed"]}
            checks = [
                *(not _is_received(store, *one) for one in deeds["received"]),
                *(not _is_finished(store, *one) for one in deeds["finished"]),
                *(not _is_signed(store, *one) for one in deeds["signed"] if one[0] not in removed),
                *(not _is_removed(store, case) for case in removed),
            ]
            return sum(checks) + len(verify(store.core).findings)
    except StoreError:
        return 1


def _is_received(store: Store, case: str, seed: int) -> bool:
    try:
        line = store.line(case)
    except CaseMissingError:
        return _is_removed(store, case)
    return line.finished or store.upload(case) == file_of(seed)


def _is_finished(store: Store, case: str, seed: int) -> bool:
    try:
        found = store.load(case)
    except CaseMissingError:
        return _is_removed(store, case)
    given = CaseContent(result=made_case(seed))
    return encode_case(found).sha256 == encode_case(given).sha256


def _is_signed(store: Store, case: str, seed: int) -> bool:
    try:
        versions = store.conclusions.versions(case)
    except CaseMissingError:
        return _is_removed(store, case)
    return [one.sections for one in versions] == [text_of(seed).sections]


def _is_removed(store: Store, case: str) -> bool:
    """A case that is gone has its removal in the audit."""
    actions = [entry.action for entry in store.audit(case)]
    try:
        store.line(case)
    except CaseMissingError:
        return bool(actions) and actions[-1] == "case_removed"
    return False
