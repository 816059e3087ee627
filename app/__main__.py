"""The launcher: `python -m app [--port N] [--no-browser]`.

Nothing heavy is imported at the top, for worker processes import this module as they start.
"""

import argparse
import os
import signal
import socket
import ssl
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.server.login import Login
    from app.state.keeper import Keeper
    from pipeline.errors import ExplainCxrError
    from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CONFIG_FILE = ROOT / "streamlit_config.toml"
SCRIPT = Path(__file__).with_name("main.py")
IMPORT_DELAY_S, WARM_DELAY_S = 0.4, 3.0
Option = str | int | float | bool | list[str]


def flat_config(tables: Mapping[str, object], prefix: str = "") -> dict[str, Option]:
    """Flatten TOML tables to Streamlit's dotted keys.

    Args:
        tables: What the TOML file holds, such as `{"server": {"port": 8501}}`.
        prefix: Put before each key.

    Returns:
        Such as `{"server.port": 8501}`.

    Raises:
        ValueError: A value is of a kind that no option has, such as a date.
    """
    flat: dict[str, Option] = {}
    for key, value in tables.items():
        if isinstance(value, Mapping):
            flat |= flat_config(value, f"{prefix}{key}.")
        elif isinstance(value, str | int | float | bool | list):
            flat[prefix + key] = value
        else:
            raise ValueError(f"{prefix}{key} is neither text, number, truth value nor list")
    return flat


def port_is_free(address: str, port: int) -> bool:
    """Whether a server can listen there."""
    for family, _, _, _, target in socket.getaddrinfo(address, port, type=socket.SOCK_STREAM):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(target)
            except OSError:
                return False
    return True


def served(address: str, patience_s: float = 30.0) -> bool:
    """Wait until the server answers; `False` after `patience_s`."""
    directly = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),  # whatever http_proxy
        urllib.request.HTTPSHandler(context=_own_certificate()),
    )
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            with directly.open(f"{address}/_stcore/health", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _own_certificate() -> ssl.SSLContext:
    """Take whatever certificate this computer's own page has; its names are for others."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def prepare(address: str, *, browser: bool) -> None:
    """Open the browser once the page is served, then load what the page and its work need.

    Our own modules are imported while the browser reads Streamlit's files, and the models are
    loaded once the page has had time to be drawn: either one sooner would delay it.
    """
    if served(address) and browser:
        webbrowser.open(address)
    time.sleep(IMPORT_DELAY_S)
    from app import page, service  # noqa: F401

    if not measurements_fit():
        os._exit(1)  # from a thread; no worker has been started that would have to be ended
    workers = service.workers()
    time.sleep(WARM_DELAY_S)
    workers.warm()
    open_store(service.keeper())


def open_store(keeper: "Keeper") -> None:
    """Open the case store and say where a key was made; from now on cases leave in time."""
    from pipeline.errors import ExplainCxrError

    keeper.begin()
    try:
        key = keeper.store().key
    except ExplainCxrError as error:
        say(error)
        return
    if key.made:
        print(
            f"Cases are stored encrypted. Their key was made in {key.file}: keep a copy elsewhere, "
            "without it no stored case can be read.",
            flush=True,
        )


def named_settings(file: Path | None) -> "Settings | None":
    """The settings, whose file is handed on to the page; `None` where nobody named any.

    Raises:
        SettingsError: They do not fit.
    """
    if file is None and not any(name.startswith("EXPLAINCXR_") for name in os.environ):
        return None  # the defaults do; the page opens sooner without this import

    from pipeline.settings import FILE_VARIABLE, load_settings

    if file is not None:
        os.environ[FILE_VARIABLE] = str(file.resolve())
    return load_settings()


def reached(config: dict[str, Option], settings: "Settings | None") -> None:
    """Write to Streamlit's configuration where the page is served, and under which names.

    Raises:
        LoginNeededError: Others would be served without a login.
    """
    from app.server.reach import EVERYWHERE, check_reach

    hosts = config.get("server.allowedHosts", [])
    names = [*hosts] if isinstance(hosts, list) else [str(hosts)]
    if settings is not None:
        address = settings.page_address or str(config.get("server.address", "localhost"))
        named = () if address in EVERYWHERE else (address,)
        config["server.address"] = address
        config["server.allowedHosts"] = names = [*names, *named, *settings.page_names]
    address = str(config.get("server.address", "localhost"))
    check_reach(address, names, login=settings is not None and settings.login != "off")


def measurements_fit() -> bool:
    """Check that each measurement has its words; if one lacks any, say which."""
    from pipeline.build import check_measurements
    from pipeline.errors import ExplainCxrError

    try:
        check_measurements()
    except ExplainCxrError as error:
        say(error)
        return False
    return True


def say(error: "ExplainCxrError") -> None:
    """Print an error's sentence for whoever started the page."""
    from pipeline.types import Language
    from pipeline.words import message

    print(message(error.code, Language.ENGLISH, **error.parameters), file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until interrupted.

    Returns:
        0 when interrupted, 1 if the port is taken or the configuration or settings do not fit.
    """
    try:
        config = flat_config(tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        print(f"{CONFIG_FILE.name} cannot be read: {error}", file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="python -m app", description="Serve the page.")
    parser.add_argument("--port", type=int, default=config.get("server.port", 8501))
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="as docs/settings.example.toml"
    )
    options = parser.parse_args(arguments)
    from pipeline.errors import ExplainCxrError

    try:
        settings = named_settings(options.settings)
        reached(config, settings)
        login = None if settings is None else _login(settings)
    except ExplainCxrError as error:
        say(error)
        return 1
    config["server.port"] = options.port
    host = str(config.get("server.address", "localhost"))
    if not port_is_free(host, options.port):
        print(
            f"Port {options.port} is taken by another program. "
            f"Name another one: python -m app --port {options.port + 1}",
            file=sys.stderr,
        )
        return 1
    scheme = "https" if config.get("server.sslCertFile") else "http"
    address = f"{scheme}://{_named(host)}:{options.port}"
    print(f"ExplainCXR is at {address} (stop it with Ctrl+C)", flush=True)
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    threading.Thread(
        target=prepare,
        args=(address,),
        kwargs={"browser": not options.no_browser},
        name="prepare",
        daemon=True,
    ).start()

    _serve(config, login)
    return 0


def _login(settings: "Settings") -> "Login | None":
    """What the server needs of the login that the settings ask for; `None` if they ask for none.

    Raises:
        ExplainCxrError: A library for it is missing, or the provider's file does not fit.
    """
    if settings.login == "off":
        return None
    from app.server.login import login_of

    return login_of(settings)


def _named(host: str) -> str:
    """The name under which this computer reaches a server that listens there."""
    from app.server.reach import EVERYWHERE

    return "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host


def _serve(config: Mapping[str, Option], login: "Login | None") -> None:
    """Run the server until it is interrupted."""
    import streamlit
    from starlette.middleware import Middleware

    from app.server.guard import Guard
    from app.server.visits import forgetting, keep_uploads_in_memory

    keep_uploads_in_memory(int(str(config.get("server.maxUploadSize", 200))))
    hosts = config.get("server.allowedHosts", [])
    guard = Middleware(Guard, hosts=hosts if isinstance(hosts, list) else [str(hosts)])
    page = streamlit.App(
        SCRIPT,
        middleware=[guard, *(() if login is None else login.middleware)],
        routes=() if login is None else login.routes,
        secrets=None if login is None else login.secrets,
        lifespan=forgetting,
    )
    # The server hands the signal on when it has stopped; by itself it would end the process there
    # and then, with the workers and their memory left for others to clear away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    page.run(config=config)


if __name__ == "__main__":
    sys.exit(main())
