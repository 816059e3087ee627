"""The launcher, without a browser."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

from app.__main__ import CONFIG_FILE, flat_config, main, port_is_free

ROOT = Path(__file__).parents[2]


def test_tables_become_dotted_keys():
    tables = {"server": {"port": 8501}, "theme": {"sidebar": {"base": "light"}}, "top": True}
    assert flat_config(tables) == {"server.port": 8501, "theme.sidebar.base": "light", "top": True}


def test_the_configuration_keeps_films_and_errors_in_the_house():
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
        "import sys; import app.page, app.service, pipeline.workers, pipeline.build; "
        "heavy = {'tensorflow', 'torch', 'openvino', 'llama_cpp', 'keras', 'transformers', 'shap', "
        "'lime', 'matplotlib'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
