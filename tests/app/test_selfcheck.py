"""``yitai app --check``: every line tries the thing itself, and says what to do where it fails."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.cli import main
from app.selfcheck import (
    Finding,
    Outcome,
    Serving,
    check_camera,
    check_folder,
    check_https,
    check_model,
    check_port,
    check_space,
    check_turn,
    check_webrtc,
    findings,
    is_loopback,
)
from app.settings import IceServer


def lacks_nothing(finding: Finding) -> bool:
    """A line in both languages."""
    return bool(finding.zh and finding.en)


def test_two_ends_in_this_process_connect() -> None:
    assert check_webrtc().outcome is Outcome.GOOD


@pytest.mark.model
def test_the_network_sees_the_person_in_the_shipped_picture() -> None:
    assert check_model() == Finding(Outcome.GOOD, "姿态模型可以运行", "the pose network runs")


def test_no_camera_here_is_no_fault_of_the_server() -> None:
    finding = check_camera()
    assert finding.outcome in (Outcome.GOOD, Outcome.NOTE)
    assert lacks_nothing(finding)


def test_without_a_turn_server_one_network_is_enough() -> None:
    assert check_turn(None).outcome is Outcome.GOOD


def test_a_turn_server_that_does_not_answer_is_named_with_what_to_check() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{held.getsockname()[1]}?transport=tcp"
        finding = check_turn(IceServer(url, "user", "secret"))
    assert finding.outcome is Outcome.BAD
    assert url in finding.en
    assert "YITAI_TURN_USER" in finding.zh
    assert "secret" not in finding.en + finding.zh


def test_a_turn_url_that_is_none_is_no_crash() -> None:
    assert check_turn(IceServer("http://example.org")).outcome is Outcome.BAD


@pytest.mark.parametrize(("address", "alone"), [
    ("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("192.168.1.20", False),
    ("training-room", False),
])  # fmt: skip
def test_others_need_https_for_the_camera(address: str, alone: bool) -> None:
    assert is_loopback(address) is alone
    finding = check_https(address, None)
    assert (finding.outcome is Outcome.GOOD) is alone
    assert alone or "--cert" in finding.en


def test_a_broken_certificate_is_said_before_the_server_starts(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    certificate.write_text("no certificate")
    key.write_text("no key")
    assert check_https("0.0.0.0", (certificate, key)).outcome is Outcome.BAD
    assert check_https("127.0.0.1", (tmp_path / "missing.pem", key)).outcome is Outcome.BAD


def test_the_data_folder_is_made_and_written_to(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "new" / "home").outcome is Outcome.GOOD
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    finding = check_folder(blocked / "home")
    assert finding.outcome is Outcome.BAD
    assert "--home" in finding.en


def test_free_space_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert "GB" in check_space(tmp_path / "not" / "yet").en


def test_a_taken_port_is_said_with_another_one() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        finding = check_port("127.0.0.1", port)
    assert finding.outcome is Outcome.BAD
    assert str(port + 1) in finding.en
    assert check_port("127.0.0.1", port).outcome is Outcome.GOOD


@pytest.mark.model
def test_every_finding_is_a_line_and_trouble_is_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YITAI_TURN_URL", raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["app", "--check", "--port", str(port), "--home", str(tmp_path / "home")]
    assert main([*arguments, "--address", "127.0.0.1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    serving = Serving("127.0.0.1", port, None, tmp_path, None)
    assert len(lines) == len(list(findings(serving)))
    assert all(line[0] in "✓–" for line in lines)
    assert main([*arguments, "--address", "0.0.0.0"]) == 1
    assert any(line.startswith("✗") for line in capsys.readouterr().out.splitlines())
