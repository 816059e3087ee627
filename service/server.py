"""The service as a process: its port, its workers, and how it ends."""

import ipaddress
import logging
import signal
import socket
import sys
import threading

import uvicorn

from pipeline.build import build_models, check_measurements, classifier_labels
from pipeline.protocols import Role
from pipeline.settings import Settings
from pipeline.workers.process import Build
from pipeline.workers.workers import Workers
from service.analyses import Analyses
from service.errors import ServiceNeedsKeysError, ServicePortError
from service.keys import Keys
from service.web.access import Access
from service.web.app import make_app
from service.web.metrics import Metrics
from service.web.parts import Parts

LAST_SECONDS = 8  # for answers under way, of the ten that a container has after SIGTERM
BACKLOG = 128
KEEP_ALIVE_SECONDS = 75  # longer than clients and proxies keep a connection that they may use


def serve(settings: Settings, build: Build = build_models) -> None:
    """Answer until interrupted.

    Args:
        settings: Where, to whom, within which limits.
        build: Makes the models.

    Raises:
        ServiceNeedsKeysError: Others could reach the address, and there are no keys.
        KeysInvalidError: The file of keys does not fit.
        ServicePortError: Nothing can listen there.
        MeasurementWordsError: A measurement lacks words in a language.
    """
    check_measurements()
    keys = None if settings.service_keys_file is None else Keys(settings.service_keys_file)
    if keys is None and not is_loopback(settings.service_address):
        raise ServiceNeedsKeysError(address=settings.service_address)
    listening = bound(settings.service_address, settings.service_port)
    workers, metrics = Workers(settings, build), Metrics()
    warm = threading.Thread(target=workers.warm, args=(_roles(settings),), daemon=True)
    analyses = Analyses(workers, settings, on_end=metrics.ended)
    metrics.watch(analyses, lambda: {str(role): n for role, n in workers.restarts.items()})
    parts = Parts(
        settings=settings,
        labels=classifier_labels(settings),
        analyses=analyses,
        access=Access(keys),
        metrics=metrics,
        standing=lambda: _standing(workers, warm),
        is_stopping=lambda: server.should_exit,
    )
    server = http_server(parts)
    # uvicorn hands the signal on when it has stopped; by itself it would end the process there.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host, port = listening.getsockname()[:2]
    print(
        f"ExplainCXR's service is at http://{_shown(host)}:{port} (stop it with Ctrl+C)", flush=True
    )
    try:
        warm.start()
        server.run([listening])
    finally:
        analyses.close()
        workers.close()


def http_server(parts: Parts) -> uvicorn.Server:
    """The server around the app; it logs nothing by itself, for it would quote what is sent."""
    config = uvicorn.Config(
        make_app(parts),
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
    )
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).disabled = True
    return uvicorn.Server(config)


def is_loopback(address: str) -> bool:
    """Whether only this computer reaches an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def bound(address: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ServicePortError: It cannot.
    """
    try:
        family, _, _, _, target = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(target)
            made.listen(BACKLOG)
        except OSError:
            made.close()
            raise
    except OSError as error:
        raise ServicePortError(address=address, port=port) from error
    return made


def _standing(workers: Workers, warm: threading.Thread) -> str:
    if warm.ident is None or warm.is_alive():
        return "starting"
    errors = list(workers.warm_errors.values())
    return errors[0].code if errors else "ok"


def _roles(settings: Settings) -> tuple[Role, ...]:
    return tuple(role for role in Role if settings.write_report or role is not Role.WRITER)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
