"""The launcher, without a browser."""

import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app import __main__ as launcher
from app.__main__ import CONFIG_FILE, flat_config, main, port_is_free, prepare
from bench.promises.served import served as watched_page
from bench.promises.watched import Watch
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]


def test_tables_become_dotted_keys():
    tables = {"server": {"port": 8501}, "theme": {"sidebar": {"base": "light"}}, "top": True}
    assert flat_config(tables) == {"server.port": 8501, "theme.sidebar.base": "light", "top": True}


def test_lists_are_kept_and_what_no_option_can_be_is_refused():
    tables = tomllib.loads('[server]\nallowedHosts = ["localhost"]\n')
    assert flat_config(tables) == {"server.allowedHosts": ["localhost"]}
    with pytest.raises(ValueError, match=r"server\.since"):
        flat_config(tomllib.loads("[server]\nsince = 2026-11-27\n"))


def test_a_proxy_is_not_asked_for_our_own_page(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy, health_server() as address:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        begun = time.monotonic()
        assert launcher.served(address, patience_s=5)
        assert time.monotonic() - begun < 1
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()


def test_served_to_others_it_asks_the_network_for_nothing(tmp_path):
    watch = Watch(folder=tmp_path)
    others = {"EXPLAINCXR_LOGIN": "local", "EXPLAINCXR_PAGE_ADDRESS": "0.0.0.0"}
    with watched_page(watch, **others) as page:
        assert launcher.served(page.address)
    asked = [item for item in watch.outside_connections() if "0.0.0.0" not in item]
    assert asked == []


def test_a_page_that_is_served_by_tls_is_found_whatever_its_certificate_says(tmp_path):
    certificate = tmp_path / "page.pem"
    certificate.write_bytes(self_signed("cxr.clinic.example"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with health_server(context) as address:
        assert launcher.served(address, patience_s=5)


def self_signed(name):
    """A key and its certificate, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.sign(
        key, SHA256()
    ).public_bytes(Encoding.PEM)


@contextmanager
def health_server(tls=None):
    """A server that says it is well."""

    class Well(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            return

    with HTTPServer(("127.0.0.1", 0), Well) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_configuration_keeps_radiographs_and_errors_in_the_house():
    config = flat_config(tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8")))
    assert config["server.port"] == 8501
    assert config["server.maxUploadSize"] == 200
    assert config["server.address"] == "localhost"
    assert config["browser.gatherUsageStats"] is False
    assert config["client.showErrorDetails"] == "none"
    assert config["server.fileWatcherType"] == "none"
    assert config["server.allowedHosts"] == ["localhost", "127.0.0.1", "::1"]


def test_streamlit_knows_every_key():
    from streamlit import config as streamlit_config

    for key in flat_config(tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))):
        assert key in streamlit_config._config_options_template, key


def test_a_busy_port_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
        assert main(["--port", str(port), "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"Port {port} is taken by another program. "
        f"Name another one: python -m app --port {port + 1}\n"
    )


def test_the_page_process_imports_nothing_heavy():
    code = (
        "import sys; import app.page, app.service, pipeline.workers.workers, pipeline.build; "
        "heavy = {'tensorflow', 'torch', 'openvino', 'llama_cpp', 'keras', 'transformers', 'shap', "
        "'lime', 'matplotlib'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_models_are_loaded_though_nobody_opens_the_page(monkeypatch):
    done = []
    fake = SimpleNamespace(warm=lambda: done.append("warm"))
    monkeypatch.setattr(launcher, "served", lambda address: True)
    monkeypatch.setattr(launcher, "IMPORT_DELAY_S", 0)
    monkeypatch.setattr(launcher, "WARM_DELAY_S", 0)
    monkeypatch.setattr(launcher.webbrowser, "open", done.append)
    monkeypatch.setattr("app.service.workers", lambda: fake)
    prepare("http://localhost:1", browser=True)
    prepare("http://localhost:1", browser=False)
    assert done == ["http://localhost:1", "warm", "warm"]


def test_a_page_that_is_ended_takes_its_workers_along():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app", "--port", str(port), "--no-browser"]
    page = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert launcher.served(f"http://localhost:{port}")
        process = psutil.Process(page.pid)
        workers = wait_for(lambda: spawned(process), "the page's workers")
        page.terminate()
        _, said = page.communicate(timeout=30)
    finally:
        page.kill()
    assert page.returncode == 0
    assert "leaked" not in said  # as the tracker of semaphores and shared memory would say
    assert not psutil.wait_procs(workers, timeout=10)[1]


def spawned(page: psutil.Process) -> list[psutil.Process]:
    return [one for one in page.children() if "multiprocessing.spawn" in " ".join(one.cmdline())]
