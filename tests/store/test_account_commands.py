"""``yitai account`` from the command line, and what serving to others asks for before it begins."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from app.cli import main
from app.library.records import store_of
from app.library.repair import serving
from app.places import Places
from app.server.gate import is_this_computer
from app.server.start import Where, prepare
from app.store.accounts import accounts
from app.store.database import forget_stores
from app.store.viewers import NotAllowedError, Role, Viewer, require_trainer
from tests.store.people import PASSWORD
from vision.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YITAI_HOME", str(tmp_path))
    monkeypatch.delenv("YITAI_DATABASE_URL", raising=False)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    try:
        return main(["account", *arguments, "--language", "en"])
    finally:
        forget_stores()


def test_an_administrator_is_made_listed_and_given_another_password(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = run(monkeypatch, "add", "Root", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    assert made == 0
    assert run(monkeypatch, "list") == 0
    assert "Root  admin  password" in capsys.readouterr().out
    assert run(monkeypatch, "password", "Root", "--password-stdin", typed="another horse 43\n") == 0
    assert run(monkeypatch, "log") == 0
    out = capsys.readouterr().out
    assert re.search(r"this computer  password set  Root", out)
    assert "horse" not in out
    assert b"horse" not in (home / "yitai.db").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("add", "Root", "--role", "admin"), "no terminal\n"),
        (("add", "Root", "--role", "admin", "--password-stdin"), "short\n"),
        (("add", " ", "--role", "admin", "--password-stdin"), f"{PASSWORD}\n"),
        (("add", "Root", "--role", "king", "--password-stdin"), f"{PASSWORD}\n"),
        (("password", "Nobody", "--password-stdin"), f"{PASSWORD}\n"),
        (("delete", "Nobody"), ""),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_is_one_line_and_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], typed: str
) -> None:
    assert run(monkeypatch, *arguments, typed=typed) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_others_are_not_served_before_somebody_can_administer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="account add"):
        prepare(Places(home), Where("0.0.0.0"))
    with pytest.raises(UsageError, match="account add"):
        prepare(Places(home), Where("127.0.0.1", login=True))
    with pytest.raises(UsageError, match="only this computer"):
        prepare(Places(home), Where("192.168.1.5", login=False))
    run(monkeypatch, "add", "Root", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    prepare(Places(home), Where("0.0.0.0"))
    prepare(Places(home), Where("127.0.0.1"))


def test_deleting_an_account_takes_its_own_folder_along(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "add", "Li", "--role", "trainee", "--password-stdin", typed=f"{PASSWORD}\n")
    number = accounts(store_of(Places(home)))[0].id
    own = Places(home, Viewer(number, "Li", Role.TRAINEE)).uploads / "ab" / "clip.mp4"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"x")
    assert run(monkeypatch, "delete", "Li") == 0
    assert not own.exists()


def test_one_server_at_a_time_repairs(home: Path) -> None:
    with serving(Places(home)) as first, serving(Places(home)) as second:
        assert (first, second) == (True, False)
    with serving(Places(home)) as again:
        assert again


@pytest.mark.parametrize(
    ("host", "ours"),
    [("localhost:8501", True), ("127.0.0.1", True), ("127.5.5.5:1", True), ("[::1]:8501", True), ("LOCALHOST", True),
     ("evil.example:8501", False), ("127.0.0.1.evil.example", False), ("192.168.1.2:8501", False), ("", False),
     ("[::2]", False), ("localhost.evil.example", False), ("[", False)],
)  # fmt: skip
def test_only_this_computers_own_names_are_this_computer(host: str, ours: bool) -> None:
    assert is_this_computer(Headers({"host": host})) is ours
    assert not is_this_computer(Headers({"host": host, "x-forwarded-for": "10.0.0.1"}))


def test_a_trainee_is_no_trainer() -> None:
    with pytest.raises(NotAllowedError):
        require_trainer(Viewer(1, "Li", Role.TRAINEE, 1))
    require_trainer(Viewer(2, "Coach", Role.TRAINER))


def test_pages_ask_for_the_places_of_who_looks_and_never_make_their_own() -> None:
    files = [path for path in (ROOT / "app" / "views").rglob("*.py") if path.name != "context.py"]
    assert [path.name for path in files if re.search(r"\bPlaces\(|\bLOCAL\b", path.read_text("utf-8"))] == []
