"""A real PostgreSQL for the tests, started without root's rights where Debian's is installed."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PROGRAMS = FOUND[-1].parent if FOUND else None
START_S = 60


class Server:
    """A server on a socket in a folder of its own; nothing of it is on the network."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path has to be short
        self._numbers = itertools.count()
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to be root
            owner = next(one for one in ("postgres", "nobody") if _has(one))
            self._user = {"user": owner, "extra_groups": []}
            shutil.chown(self.folder, owner)
        self._run("initdb", "--auth=trust", "--username=tests", "--no-sync", "--encoding=UTF8")
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "--wait", f"--timeout={START_S}", f"--log={log}", "-o", options, "start"
        )

    def stop(self) -> None:
        """As if the power went: nothing is written that is not written already."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def database(self) -> str:
        """The address of a new, empty schema, which is made far sooner than a database."""
        name = f"cases{next(self._numbers)}"
        self._query(f"CREATE SCHEMA {name}")
        own = f"options=-csearch_path%3D{name}"
        return f"postgresql://tests@/postgres?host={self.folder}&{own}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _query(self, query: str) -> None:
        import psycopg

        with psycopg.connect(
            f"host={self.folder} user=tests dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(query)  # type: ignore[call-overload]

    def _run(self, program: str, *arguments: str) -> None:
        assert PROGRAMS is not None
        data = f"--pgdata={self.folder / 'data'}"
        done = subprocess.run(
            [PROGRAMS / program, data, *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            check=False,
            **self._user,
        )
        assert done.returncode == 0, f"{program}: {done.stderr!r}"


def _has(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
