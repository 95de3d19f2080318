"""The routes beside Streamlit's: what they give, what they refuse."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.places import Places
from app.server.address import asset_url, media_url, upload_url
from app.server.routes import Site
from app.server.start import config_of, require_free
from app.server.uploads import forget_old, receive, safe_name, upload_path
from tests.browser.site import free_port
from vision.errors import OutputError, UsageError
from vision.font import FONT_FILE, font_bytes


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "home")


@pytest.fixture
def site(places: Places) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=Site(places).routes()), port=port, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def ask(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_font_is_served_as_it_is_shipped(site: str) -> None:
    assert ask(site + asset_url(FONT_FILE)) == (200, font_bytes())


@pytest.mark.parametrize("name", ["../main.py", "%2e%2e/main.py", "nothing.css", ".hidden"])
def test_only_shipped_assets_are_served(site: str, name: str) -> None:
    assert ask(f"{site}/yitai/assets/{name}")[0] == 404


def test_a_recording_is_served_in_ranges(site: str, places: Places) -> None:
    file = places.library / "一 take" / "recording.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(range(256)) * 40)
    status, body = ask(site + media_url(file, places.root), Range="bytes=256-259")
    assert (status, body) == (206, bytes([0, 1, 2, 3]))


def test_nothing_outside_the_data_folder_is_served(site: str, places: Places) -> None:
    secret = places.root.parent / "secret.txt"
    places.library.mkdir(parents=True)
    secret.write_text("secret")
    (places.library / "link").symlink_to(secret)
    inside = media_url(places.library / "link", places.root)
    base = inside.rsplit("/library", 1)[0]
    for path in ("library/link", "../secret.txt", "%2e%2e/secret.txt", "library/../../secret.txt", "library"):
        assert ask(f"{site}{base}/{path}")[0] == 404


def test_without_the_sites_key_there_is_nothing(site: str, places: Places) -> None:
    places.root.mkdir(parents=True)
    (places.root / "a.txt").write_text("a")
    assert ask(f"{site}/yitai/guess/media/a.txt")[0] == 404
    assert ask(f"{site}/yitai/guess/upload?name=a", "PUT", b"x")[0] == 404


def test_an_upload_lands_on_disk_byte_for_byte(site: str, places: Places) -> None:
    content = bytes(range(256)) * 20_000  # 5 MB: several pieces
    status, body = ask(f"{site}{upload_url()}?name=%E7%BB%83%E4%B9%A0.mp4", "PUT", content)
    answer = json.loads(body)
    file = upload_path(places.uploads, answer["number"])
    assert (status, answer["size"], file.name) == (200, len(content), "练习.mp4")
    assert file.read_bytes() == content


def test_a_refusing_disk_is_said_and_leaves_nothing(site: str, places: Places) -> None:
    places.root.parent.mkdir(parents=True, exist_ok=True)
    places.root.write_text("a file where the folder should be")
    status, body = ask(f"{site}{upload_url()}?name=a.mp4", "PUT", b"x")
    assert status == 507
    assert "无法写入" in json.loads(body)["zh"]


def test_a_broken_off_upload_leaves_nothing(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="no space left"):
        asyncio.run(receive(pieces(), "a.mp4", tmp_path))
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=300))
def test_a_safe_name_is_one_plain_file_name(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name
    assert safe not in ("", ".", "..")
    assert len(safe.encode()) <= 255
    assert safe.isprintable()


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [("C:\\clips\\a.mp4", "a.mp4"), ("../../etc/passwd", "passwd"), ("练习 1.MOV", "练习 1.MOV"), ("...", "upload")],
)
def test_a_name_keeps_what_people_need(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@pytest.mark.parametrize("number", ["", "..", "../library", "0123456789abcdef"])
def test_an_upload_that_is_not_there_is_said(tmp_path: Path, number: str) -> None:
    with pytest.raises(UsageError, match="upload it again"):
        upload_path(tmp_path, number)


def test_uploads_are_forgotten_after_a_day(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.mp4").write_bytes(b"x")
    forget_old(tmp_path)
    assert (tmp_path / "old").exists()
    forget_old(tmp_path, now_s=time.time() + 25 * 3600)
    assert not (tmp_path / "old").exists()


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken"):
            require_free("127.0.0.1", port)


def test_the_page_asks_nobody_outside() -> None:
    config = config_of("127.0.0.1", 8501, browser=False, certificate=None)
    assert config["browser.gatherUsageStats"] is False
    assert "http" not in json.dumps(config)
