"""Others are served with a login or not at all."""

import pytest

from app.__main__ import main, reached
from app.server.reach import check_reach, is_this_computer
from pipeline.errors import LoginNeededError
from pipeline.settings import Settings

OURS = ["localhost", "127.0.0.1", "::1"]


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("LOCALHOST:8501", True),
        ("127.0.0.1:8501", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]:8501", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("cxr.clinic.example", False),
        ("localhost.evil.example", False),
        ("*.localhost", False),
    ],
)
def test_this_computer_is_known_from_others(host, ours):
    assert is_this_computer(host) is ours


@pytest.mark.parametrize(
    ("address", "names"),
    [("0.0.0.0", OURS), ("::", OURS), ("10.0.0.7", OURS), ("localhost", ["*.clinic.example"])],
)
def test_others_are_not_served_without_a_login(address, names):
    with pytest.raises(LoginNeededError):
        check_reach(address, names, login=False)
    check_reach(address, names, login=True)


def test_this_computer_needs_none():
    check_reach("localhost", OURS, login=False)


def test_streamlit_gets_address_and_names():
    config = {"server.address": "localhost", "server.allowedHosts": list(OURS)}
    settings = Settings(page_address="10.0.0.7", page_names=("cxr.example",), login="local")
    reached(config, settings)
    assert config["server.address"] == "10.0.0.7"
    assert config["server.allowedHosts"] == [*OURS, "10.0.0.7", "cxr.example"]
    reached(config, Settings(page_address="0.0.0.0", login="local"))
    assert "0.0.0.0" not in config["server.allowedHosts"]


def test_the_page_does_not_start_and_says_why(monkeypatch, capsys):
    monkeypatch.setenv("EXPLAINCXR_PAGE_ADDRESS", "0.0.0.0")
    assert main(["--no-browser"]) == 1
    said = capsys.readouterr().err
    assert "to other computers (0.0.0.0) without a login" in said
    assert said.count("\n") == 1


def test_what_was_written_into_the_page_s_own_configuration_is_refused_alike(
    tmp_path, monkeypatch, capsys
):
    file = tmp_path / "streamlit_config.toml"
    file.write_text('[server]\naddress = "0.0.0.0"\nallowedHosts = ["localhost"]\n', "utf-8")
    monkeypatch.setattr("app.__main__.CONFIG_FILE", file)
    assert main(["--no-browser"]) == 1
    assert "(0.0.0.0)" in capsys.readouterr().err
