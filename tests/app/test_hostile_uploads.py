"""Files that somebody hostile or mistaken sends to the real server: none leaves its place, none fills the disk."""

from __future__ import annotations

import gzip
import http.client
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.places import Places
from app.server.uploads import upload_path
from tests.store.test_served import Site, served
from vision.errors import MediaError
from vision.video import probe

LIMIT_GB = "0.002"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "home"


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YITAI_UPLOAD_GB", LIMIT_GB)
        with served(home, "open") as running:
            yield running


def send(site: Site, name: str, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
    got = site.ask(f"/yitai/{site.key}/upload?name={name}", None, "PUT", body, **headers)
    return got.status, json.loads(got.body) if got.body.startswith(b"{") else {}


def below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and "yitai.db" not in path.name}


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.mp4", "..%2f..%2fevil.mp4", "%2e%2e%2fevil.mp4", "..%5c..%5cevil.mp4", "/etc/passwd",
        "%2fetc%2fcron.d%2fx", "a%00b.mp4", "%0d%0aSet-Cookie:x=1", ".part", ".bashrc", "", "%20", "." * 300,
        "x" * 4000 + ".mp4", "%ff%fe.mp4", "CON", quote("\u202egpm.exe"), quote("<img src=x onerror=alert(1)>.mp4"),
        quote("=HYPERLINK(1).mp4"), quote("练习 😀.mp4"),
    ],
)  # fmt: skip
def test_whatever_its_name_a_file_lands_in_a_folder_of_its_own(site: Site, home: Path, name: str) -> None:
    around = below(home.parent)
    status, answer = send(site, name, b"content")
    assert status == 200
    file = upload_path(Places(home).uploads, str(answer["number"]))
    assert file.read_bytes() == b"content"
    assert file.parent.parent == Places(home).uploads
    assert below(home.parent) - around == {file}
    assert file.name.isprintable()
    assert not set(file.name) & set('<>:"|?*/\\')


def test_a_file_beyond_the_limit_is_refused_before_and_while_it_comes(site: Site, home: Path) -> None:
    before = below(home)
    status, answer = send(site, "large.mp4", bytes(2_000_001))
    assert status == 413
    assert "larger than 0.002 GB" in str(answer["en"])
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:  # in pieces, without saying how much comes
        pieces = (bytes(100_000) for _ in range(40))
        connection.request("PUT", f"/yitai/{site.key}/upload?name=a.mp4", body=pieces, encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server closed while we were still sending
    finally:
        connection.close()
    assert below(home) == before
    assert not [path for path in (home / "uploads").iterdir() if not any(path.iterdir())]


def test_a_body_that_is_packed_is_kept_packed(site: Site, home: Path) -> None:
    """A bomb of zeros stays as small as it was sent: nobody unpacks it."""
    bomb = gzip.compress(bytes(50_000_000))
    status, answer = send(site, "bomb.mp4", bomb, Content_Encoding="gzip")
    assert (status, answer["size"]) == (200, len(bomb))
    assert upload_path(Places(home).uploads, str(answer["number"])).stat().st_size == len(bomb)


def test_other_methods_and_lengths_that_lie_are_turned_away(site: Site, home: Path) -> None:
    path = f"/yitai/{site.key}/upload?name=a.mp4"
    before = below(home)
    for method in ("GET", "POST", "DELETE"):
        assert b"number" not in site.ask(path, None, method, b"x" if method == "POST" else b"").body[:20]
    for length in ("-1", "many", "99999999999999999999"):
        assert site.ask(path, None, "PUT", b"", Content_Length=length).status in (400, 413)
    assert below(home) == before


def png(width: int, height: int) -> bytes:
    """A picture that says how large it is, and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


STREAM = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
HEAD = struct.pack(">I", 24) + b"ftypisom" + bytes(12) + struct.pack(">I", 1 << 30) + b"moov"
ANOTHER = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
KINDS: dict[str, tuple[str, bytes]] = {
    "nothing": ("a.mp4", b""),
    "text": ("a.mp4", b"hello\n" * 500),
    "a page": ("a.mp4", b"<html><script>alert(1)</script></html>" * 50),
    "a drawing": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a playlist of a file": ("a.mp4", ANOTHER.format("file:///etc/passwd").encode()),
    "a playlist of a server": ("a.mp4", ANOTHER.format("http://127.0.0.1:9/x.mp4").encode()),
    "a playlist with a tail": ("a.mp4", ANOTHER.format("file:///etc/passwd").encode() + b"\n#\x00\xff" * 300),
    "a list of files": ("a.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n" + b"#\x00\xff\n" * 300),
    "a stream's address": ("a.mp4", STREAM),
    "a program": ("a.mp4", b"MZ" + bytes(3000)),
    "another program": ("a.mp4", b"\x7fELF" + bytes(3000)),
    "an archive": ("a.mp4", b"PK\x03\x04" + bytes(3000)),
    "a document": ("a.mp4", b"%PDF-1.7\n" + bytes(3000)),
    "a picture beyond measure": ("a.png", png(60_000, 60_000)),
    "a head without a body": ("a.mp4", HEAD),
    "noise": ("a.mp4", bytes(range(256)) * 40),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_recording_is_refused_in_one_line(site: Site, home: Path, kind: str) -> None:
    name, content = KINDS[kind]
    status, answer = send(site, name, content)
    assert status == 200, "what it is shows when it is opened"
    file = upload_path(Places(home).uploads, str(answer["number"]))
    with pytest.raises(MediaError) as refused:
        probe(file)
    for line in (refused.value.zh, refused.value.en):
        assert line
        assert "\n" not in line
        assert "passwd" not in line
