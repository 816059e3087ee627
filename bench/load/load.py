"""Requests to the service, many at a time, while one of its workers is killed again and again."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median

from bench.load.started import Started, started
from bench.speed.radiographs import phantoms
from pipeline.errors import ExplainCxrError, InputError
from pipeline.settings import Settings
from service.client import Client
from service.errors import ServiceAnswerError, ServiceUnreachableError

SIDE_BY_SIDE = 8
RADIOGRAPHS = 6
DONE = "done"
PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMetrics:
    """What became of the requests.

    Attributes:
        requests: How many radiographs were posted.
        done: How many have a result.
        errors: How many ended in an error that is said, by its code.
        lost: How many have neither.
        kills: How many workers were killed meanwhile.
        every_s: Seconds between two kills.
        median_s: From the upload to the answer, median.
        total_s: All of it.
    """

    requests: int
    done: int
    errors: dict[str, int]
    lost: int
    kills: int
    every_s: float
    median_s: float
    total_s: float

    @property
    def failed(self) -> bool:
        """Whether a request was lost, or a file was blamed for our failure."""
        return self.lost > 0

    def table(self) -> str:
        """For people."""
        errors = ", ".join(f"{code} {count}" for code, count in sorted(self.errors.items()))
        return "\n".join(
            (
                f"{self.requests} requests, {SIDE_BY_SIDE} at a time, a worker killed every "
                f"{self.every_s:g} s ({self.kills} kills): {self.done} results, "
                f"{sum(self.errors.values())} errors ({errors or 'none'})",
                f"lost: {self.lost} (target 0: {'NO' if self.lost else 'yes'})",
                f"from the upload to the answer {self.median_s:.1f} s (median), "
                f"all of them {self.total_s:.0f} s",
            )
        )

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_load(
    settings: Settings, requests: int, every_s: float, command: Sequence[str] | None = None
) -> LoadMetrics:
    """Post radiographs to a service of its own and kill a worker of it now and then.

    Args:
        settings: How the service runs.
        requests: How many radiographs to post.
        every_s: Seconds between two kills.
        command: Another program in place of `python -m service`, which takes `--port`.
    """
    files = phantoms(RADIOGRAPHS)
    begun = time.perf_counter()
    with started(settings, command) as service:
        ended, kills = threading.Event(), Counter[str]()
        killer = threading.Thread(target=_kill, args=(service, every_s, ended, kills), daemon=True)
        killer.start()
        with Client(service.address, patience_s=PATIENCE_SECONDS) as client:

            def ask(number: int) -> tuple[str, float]:
                return _asked(client, files[number % len(files)])

            with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                outcomes = list(pool.map(ask, range(requests)))
        ended.set()
        killer.join()
    counted = Counter(outcome for outcome, _ in outcomes)
    done, lost = counted.pop(DONE, 0), counted.pop("", 0)
    return LoadMetrics(
        requests=requests,
        done=done,
        errors=dict(counted),
        lost=lost,
        kills=kills.total(),
        every_s=every_s,
        median_s=median(seconds for _, seconds in outcomes),
        total_s=time.perf_counter() - begun,
    )


def _asked(client: Client, file: bytes) -> tuple[str, float]:
    """What became of a request (`done`, an error's code, or nothing), and after how long.

    A good file that is said to be a bad one has no answer either.
    """
    begun = time.perf_counter()
    try:
        analysis = client.analyse(file)
        client.delete(analysis.id)
        outcome = DONE if analysis.result is not None else ""
    except (ServiceUnreachableError, ServiceAnswerError, InputError):
        outcome = ""
    except ExplainCxrError as error:
        outcome = error.code
    return outcome, time.perf_counter() - begun


def _kill(service: Started, every_s: float, ended: threading.Event, kills: "Counter[str]") -> None:
    chance = random.Random(0)
    while not ended.wait(every_s):
        workers = service.workers()
        if workers:
            chance.choice(workers).kill()
            kills["worker"] += 1
