"""Two ways through the whole product, watched from inside, with all that came out of them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.promises.burned_in import can_be_read
from bench.promises.planted import PlantedFile
from bench.promises.search import as_read, contents_of, found_in, stored_contents
from bench.promises.served import served
from bench.promises.visit import Visit
from bench.promises.watched import Watch
from pipeline.settings import ROOT, Settings
from pipeline.types import Language
from pipeline.words import words_of
from records import CaseQuery, open_store

KEPT_SECONDS = 2
FORGOTTEN_SECONDS = 40.0
ANALYSIS_SECONDS = 600.0
TABS = ("viewer", "report", "text_explanation", "download")
SHARED_MEMORY = Path("/dev/shm")
Content = tuple[str, bytes]
"""What it is, and what it holds."""


class PromisesError(Exception):
    """The product did not run, so nothing can be said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way through the product: what it wrote outside, spoke to, kept and gave away.

    Attributes:
        files: What was put in.
        outside: Hosts beyond this computer that were spoken to or looked up.
        written: Files outside the output and cache folders.
        contents: Everything that came out or stayed: files, logs, the opened store.
        shown: What stood on the page, which the visitor who chose the file saw.
        alive: Radiographs, cases and maps that were alive at the end, by class.
        readable: Burned-in texts that can still be read.
    """

    files: Sequence[PlantedFile]
    outside: Sequence[str]
    written: Sequence[str]
    contents: Sequence[Content]
    shown: Sequence[Content] = ()
    alive: Mapping[str, int] = field(default_factory=dict)
    readable: Sequence[str] = ()


def identified(way: Way) -> list[str]:
    """The planted identifiers that came out anywhere: where planted, and where found."""
    planted = {name: where for file in way.files for name, where in file.identifiers.items()}
    named = {name: where for file in way.files for name, where in file.in_name.items()}
    found = found_in(iter(way.shown), planted)
    return [*found, *found_in(iter(way.contents), planted | named), *way.readable]


def by_command_line(files: Sequence[PlantedFile]) -> Way:
    """Analyse files by `python -m pipeline analyse`, with every map; hand the first on."""
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(folder=Path(folder))
        environment, sources = watch.environment(), watch.folder / "sources"
        sources.mkdir()
        for file in files:
            (sources / file.name).write_bytes(file.data)
        shared = _shared()
        said = [
            _said(environment, "pipeline", "analyse", sources, "--out", watch.out, "--methods",
                  "layer_cam"),
        ]  # fmt: skip
        if not (watch.out / "summary.csv").is_file():
            raise PromisesError(said[0].decode(errors="replace"))
        case, handed_on = watch.out / Path(files[0].name).stem, watch.out / "handed_on"
        for command in ("export", "fhir"):
            said.append(_said(environment, "exchange", command, case, "--to", handed_on))
        return Way(
            files=files,
            outside=watch.outside_connections(),
            written=watch.files_outside(),
            contents=[
                *(("what was printed", text) for text in said),
                *_left_behind(watch),
                *_shared_since(shared),
            ],
        )


def by_page(file: PlantedFile) -> Way:
    """Visit the page with a radiograph, open its tabs, fetch its files, and leave."""
    words = words_of(Language.ENGLISH).of("page")
    shown: list[Content] = []
    contents: list[Content] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        watch, shared = Watch(folder=Path(folder)), _shared()
        page = stack.enter_context(served(watch, kept_seconds=KEPT_SECONDS))
        with Visit(page.address) as visit:
            visit.upload(file.name, file.data)
            visit.wait_until(lambda: visit.has("tabs_en_result"), ANALYSIS_SECONDS)
            visit.wait_until(lambda: not visit.has_button("cancel_"), ANALYSIS_SECONDS)
            for tab in TABS:
                visit.choose("tabs_en_result", words(f"tab.{tab}"))
                shown.append((f"the tab {tab}", "\n".join(visit.texts).encode()))
                for path in visit.media:
                    content = visit.get(path)
                    contents += [(path, content), (f"{path} (as read)", as_read(path, content))]
            contents += _shared_since(shared)
        alive = _alive_at_the_end(watch, page.process_id)
        stack.close()
        contents.append(("the page's log", (watch.folder / "said.txt").read_bytes()))
        contents += _left_behind(watch)
        stored, readable = _stored(watch, file)
        return Way(
            files=[file],
            outside=watch.outside_connections(),
            written=watch.files_outside(),
            contents=[*contents, *stored],
            shown=shown,
            alive=alive,
            readable=readable,
        )


def _said(environment: Mapping[str, str], room: str, *arguments: str | Path) -> bytes:
    """What a command of ours printed."""
    command = [sys.executable, "-m", room, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    return done.stdout + done.stderr


def _left_behind(watch: Watch) -> Iterator[Content]:
    """All files that the watched program left: results, store, caches, temporary ones."""
    for name in ("out", "home", "cache", "tmp"):
        yield from contents_of(watch.folder / name)


def _shared() -> set[Path]:
    """What lies in shared memory, where the system shows it."""
    return set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.is_dir() else set()


def _shared_since(known: set[Path]) -> list[Content]:
    """What has come there since, as far as it is ours."""
    return [
        (f"shared memory {file.name}", file.name.encode() + file.read_bytes())
        for file in _shared() - known
        if file.is_file() and file.stat().st_uid == os.getuid()
    ]


def _stored(watch: Watch, file: PlantedFile) -> tuple[list[Content], list[str]]:
    """What the page's case store holds, opened; and the burned-in text, if it is left."""
    with open_store(Settings(store_folder=watch.out / "store")) as store:
        lines = store.worklist.page(CaseQuery()).lines
        if len(lines) != 1:
            raise PromisesError("the radiograph is not in the store")
        radiograph = store.load(lines[0].id).result.radiograph
        is_left = file.ink is not None and can_be_read(radiograph, file.ink)
        readable = ["a name in the pixels in the stored case"] if is_left else []
        return list(stored_contents(store)), readable


def _alive_at_the_end(watch: Watch, process_id: int) -> Mapping[str, int]:
    """What is alive once the time of a closed page's visit is over."""
    until = time.monotonic() + FORGOTTEN_SECONDS
    while any((alive := watch.alive(process_id)).values()) and time.monotonic() < until:
        time.sleep(1)
    return alive
