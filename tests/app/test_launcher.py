"""The launcher, without a browser."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import psutil

from app import __main__ as launcher
from app.__main__ import CONFIG_FILE, flat_config, main, port_is_free, prepare
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]


def test_tables_become_dotted_keys():
    tables = {"server": {"port": 8501}, "theme": {"sidebar": {"base": "light"}}, "top": True}
    assert flat_config(tables) == {"server.port": 8501, "theme.sidebar.base": "light", "top": True}


def test_the_configuration_keeps_radiographs_and_errors_in_the_house():
    config = flat_config(tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8")))
    assert config["server.port"] == 8501
    assert config["server.maxUploadSize"] == 200
    assert config["server.address"] == "localhost"
    assert config["browser.gatherUsageStats"] is False
    assert config["client.showErrorDetails"] == "none"
    assert config["server.fileWatcherType"] == "none"


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
