"""The real server, asked by HTTP and websocket with and without a sign-in, with hostile ids and path tricks.

The database is the file in the data folder; both kinds are tested in ``test_access.py``.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.library.records import store_of
from app.places import Places
from app.privacy.consents import agree
from app.privacy.leaving import leave
from app.privacy.people import person_of
from app.privacy.take_out import take_out
from app.server.gate import COOKIE
from app.store import audit
from app.store.database import DATABASE_FILE, forget_stores
from tests.browser.site import free_port
from tests.store.people import KINDS, OF_NOBODY, PASSWORD, PRIVATE, ROLES, Cast, cast, recorded
from tests.store.test_access import WHO, table

SERVE = """
import os
import sys
from pathlib import Path
from app.places import Places
from app.server.address import site_key
from app.server.start import Where, serve
print(site_key(), flush=True)
os.dup2(2, 1)  # nobody reads on: a full pipe would stop the server
serve(Places(Path(sys.argv[1])), Where("127.0.0.1", int(sys.argv[2]), login=sys.argv[3] == "login" or None))
"""


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Site:
    """A running server and what its own pages know: the key in the addresses of files."""

    port: int
    key: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, who: str | None = None, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """One request, its path sent as it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["Cookie"] = f"{COOKIE}={self.cookies[who]}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body or None, headers=sent)
            got = connection.getresponse()
            return Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})
        finally:
            connection.close()

    def media(self, path: str, who: str | None = None) -> Answer:
        return self.ask(f"/yitai/{self.key}/media/{path}", who)

    def sign_in(self, who: str, password: str = PASSWORD, goal: str = "/", **headers: str) -> Answer:
        form = urlencode({"name": who, "password": password, "next": goal}).encode()
        got = self.ask("/yitai/login", None, "POST", form, Content_Type="application/x-www-form-urlencoded", **headers)
        if "set-cookie" in got.headers:
            self.cookies[who] = got.headers["set-cookie"].partition(f"{COOKIE}=")[2].partition(";")[0]
        return got


@contextmanager
def served(home: Path, how: str) -> Iterator[Site]:
    port = free_port()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "YITAI_HOME": str(home)}
    command = [sys.executable, "-c", SERVE, str(home), str(port), how]
    log = home.parent / f"log-{how}"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment, text=True)
        try:
            assert process.stdout is not None
            site = Site(port, process.stdout.readline().strip())
            until = time.monotonic() + 120.0
            while True:
                try:
                    if site.ask("/_stcore/health").status == 200:
                        break
                except OSError:
                    assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
                    assert time.monotonic() < until, "the server did not start"
                    time.sleep(0.2)
            yield site
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("served")
    made = cast(Places(folder / "home"), folder)
    recorded(made.places.root / "preferences.json", b"{}")
    recorded(made.places.root / "packs" / "T1+1.toml", b"")
    recorded(made.places.root / "batches" / "b1" / "reports" / "summary.csv", b"path")
    recorded(made.places.root / "uploads" / "ab12" / "local.mp4", b"local")
    recorded(made.seen_by("Li").uploads / "cd34" / "mine.mp4", b"mine")
    recorded(made.seen_by("Li").preferences, b"{}")
    agree(made.seen_by("Wang"), "en")
    forget_stores()
    yield made
    forget_stores()


@contextmanager
def signed_in_by_all(home: Path) -> Iterator[Site]:
    """A server that asks who it is, with everybody of the cast signed in."""
    with served(home, "login") as running:
        for who in ROLES:
            assert running.sign_in(who).status == 303
        yield running


@pytest.fixture(scope="module")
def site(everybody: Cast) -> Iterator[Site]:
    with signed_in_by_all(everybody.places.root) as running:
        yield running


def addresses(everybody: Cast, kind: str) -> list[str]:
    """Every file of a take, as the page would name it."""
    take, root = everybody.takes[kind], everybody.places.root
    assert take.recording is not None
    return [quote(path.relative_to(root).as_posix()) for path in (take.folder / "report.json", take.recording)]


@pytest.mark.parametrize("kind", KINDS)
def test_files_go_to_whom_the_document_says(site: Site, everybody: Cast, kind: str) -> None:
    said = table()
    for path in addresses(everybody, kind):
        got = {who: site.media(path, who).status for who in WHO}
        assert got == {who: 200 if "see" in said[kind, who] else 404 for who in WHO}, path
        assert site.media(path).status == 401, "without a sign-in"


def test_without_a_sign_in_there_is_nothing_but_the_way_in(site: Site) -> None:
    page = site.ask("/", Accept="text/html")
    assert (page.status, page.headers["location"]) == (303, "/yitai/login?next=%2F")
    for path in ("/review", "/_stcore/host-config", "/_stcore/metrics", "/media/abc.mp4", "/static/js/index.js"):
        assert site.ask(path).status == 401, path
    assert site.ask(f"/yitai/{site.key}/upload?name=a", None, "PUT", b"x").status == 401
    assert site.ask("/_stcore/upload_file/a/b", None, "PUT", b"x").status == 401
    assert site.ask("/yitai/login").status == 200
    assert site.ask("/yitai/account", Accept="text/html").status == 303


@pytest.mark.parametrize("cookie", [None, "guess", ""])
def test_the_websocket_of_the_page_is_closed_to_who_is_not_signed_in(site: Site, cookie: str | None) -> None:
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{site.port}/_stcore/stream", additional_headers=headers).close()
    assert refused.value.response.status_code == 403


def test_the_websocket_is_open_to_who_is_and_closed_to_pages_of_other_sites(site: Site) -> None:
    headers = {"Cookie": f"{COOKIE}={site.cookies['Li']}"}
    address = f"ws://127.0.0.1:{site.port}/_stcore/stream"
    connect(address, additional_headers=headers).close()
    with pytest.raises(InvalidStatus):
        connect(address, additional_headers=headers, origin="https://evil.example").close()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        DATABASE_FILE, f"{DATABASE_FILE}-wal", f"library/../{DATABASE_FILE}", f"library/%2e%2e/{DATABASE_FILE}",
        f"%2e%2e/home/{DATABASE_FILE}", f"media/..%2f{DATABASE_FILE}", "library%5c..%5cyitai.db", "preferences.json",
        "packs/T1+1.toml", ".database.lock", "library/.incoming/x/order.json", "uploads/ab12/local.mp4", "library",
        "library/nothing/report.json", "library/%00/report.json", "media/ab/abc", "media/%00/%00",
        "people/1/preferences.json", "/etc/passwd", "%2fetc%2fpasswd", "library//etc/passwd", "x" * 5000,
    ],
)  # fmt: skip
def test_path_tricks_find_nothing_for_anybody(site: Site, path: str) -> None:
    for who in ROLES:
        assert site.media(path, who).status in (400, 403, 404), who


def test_a_link_out_of_the_library_or_into_anothers_take_leads_nowhere(site: Site, everybody: Cast) -> None:
    root = everybody.places.root
    mine, hers = everybody.takes[OF_NOBODY].folder, everybody.takes[PRIVATE].folder
    (mine / "link.json").symlink_to(hers / "report.json")
    (mine / "link.db").symlink_to(root / DATABASE_FILE)
    for name in ("link.json", "link.db"):
        assert site.media(quote((mine / name).relative_to(root).as_posix()), "Coach").status == 404
        (mine / name).unlink()


def test_what_was_sent_is_its_senders_alone(site: Site, everybody: Cast) -> None:
    root = everybody.places.root
    path = (everybody.seen_by("Li").uploads / "cd34" / "mine.mp4").relative_to(root).as_posix()
    assert {who: site.media(path, who).status for who in WHO} == {"Li": 200, "Wang": 404, "Coach": 404, "Root": 404}
    got = site.ask(f"/yitai/{site.key}/upload?name=new.mp4", "Wang", "PUT", b"hello")
    assert got.status == 200
    assert [file.read_bytes() for file in everybody.seen_by("Wang").uploads.glob("*/new.mp4")] == [b"hello"]


def test_an_upload_of_a_trainee_who_did_not_agree_is_refused_by_the_server(site: Site, everybody: Cast) -> None:
    li = everybody.seen_by("Li")

    def sent() -> Answer:
        return site.ask(f"/yitai/{site.key}/upload?name=take.mp4", "Li", "PUT", b"a recording of me")

    def kept() -> int:
        return len(list(li.uploads.glob("*/take.mp4")))

    refused = sent()
    assert refused.status == 403
    assert "agree" in json.loads(refused.body)["en"]
    assert kept() == 0
    agree(li, "zh")
    assert sent().status == 200
    assert kept() == 1
    leave(li, delete_takes=False)
    assert sent().status == 403
    assert kept() == 0
    recorded(li.uploads / "cd34" / "mine.mp4", b"mine")  # as the other tests know it


def test_what_was_made_to_be_taken_away_is_its_owners_alone(site: Site, everybody: Cast) -> None:
    root, li = everybody.places.root, everybody.seen_by("Li")
    goal = li.exports / "ab12" / "Li.zip"
    take_out(li, person_of(store_of(li), li.viewer), goal, "zh")
    path = goal.relative_to(root).as_posix()
    assert {who: site.media(path, who).status for who in WHO} == {"Li": 200, "Wang": 404, "Coach": 404, "Root": 404}


def test_batches_are_the_trainers(site: Site) -> None:
    path = "batches/b1/reports/summary.csv"
    assert {who: site.media(path, who).status for who in WHO} == {"Li": 404, "Wang": 404, "Coach": 200, "Root": 200}


@pytest.mark.parametrize("key", ["guess", "..", "%2e%2e", "x" * 400])
def test_without_the_sites_key_a_sign_in_is_not_enough(site: Site, everybody: Cast, key: str) -> None:
    path = addresses(everybody, OF_NOBODY)[0]
    assert site.ask(f"/yitai/{key}/media/{path}", "Root").status in (400, 404)


def test_what_users_sent_is_never_run_as_a_part_of_the_page(site: Site, everybody: Cast) -> None:
    page = recorded(everybody.seen_by("Li").uploads / "ef56" / "evil.html", b"<script>alert(document.cookie)</script>")
    got = site.media(page.relative_to(everybody.places.root).as_posix(), "Li")
    assert got.status == 200
    assert got.headers["content-security-policy"].startswith("sandbox")
    assert "allow-same-origin" not in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


def test_seeing_anothers_take_over_the_network_is_in_the_log(site: Site, everybody: Cast) -> None:
    take = everybody.takes[OF_NOBODY]
    site.media(addresses(everybody, OF_NOBODY)[0], "Root")
    lines = audit.entries(store_of(everybody.places), subject=take.id)
    assert "Root" in {line.account for line in lines if line.action == "see another's"}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    given = site.sign_in("Coach").headers["set-cookie"].lower()
    assert "httponly" in given
    assert "samesite=lax" in given


def test_a_sign_in_sent_by_another_site_is_refused(site: Site) -> None:
    assert site.sign_in("Coach", Origin="https://evil.example").status == 403


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_after_signing_in_nobody_is_sent_to_another_site(site: Site, goal: str) -> None:
    assert urlsplit(site.sign_in("Coach", goal=goal).headers["location"]) == urlsplit("/")
    assert site.sign_in("Coach", goal="/review?take=a").headers["location"] == "/review?take=a"


def test_hostile_names_stand_as_text_on_the_form(site: Site) -> None:
    got = site.sign_in('"><script>alert(1)</script>', "guess guess")
    assert got.status == 401
    assert b"<script>" not in got.body
    assert b"&lt;script&gt;" in got.body
    assert site.ask("/yitai/login", None, "POST", b"x" * 100_000).status == 401


def test_guessing_over_the_network_is_stopped(site: Site) -> None:
    said = [site.sign_in("Mallory", "guess guess").body for _ in range(7)]
    assert b"too many" not in said[0]
    assert b"too many" in said[-1]


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    site.sign_in("Wang")
    cookie = site.cookies["Wang"]
    assert site.ask("/yitai/logout", "Wang", "POST").status == 303
    assert site.ask("/_stcore/host-config", "Wang").status == 401
    site.sign_in("Wang")
    assert site.cookies["Wang"] != cookie


def test_on_ones_own_computer_no_login_is_needed_and_nobody_else_comes_in(everybody: Cast) -> None:
    with served(everybody.places.root, "open") as site:
        path = addresses(everybody, PRIVATE)[0]
        assert site.media(path).status == 200
        assert site.media(DATABASE_FILE).status == 404
        assert site.ask("/", Host=f"localhost:{site.port}").status == 200
        for tricked in ({"Host": "evil.example"}, {"X_Forwarded_For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}):
            assert site.ask("/", **tricked).status == 403, tricked
        with pytest.raises(InvalidStatus):
            connect(f"ws://127.0.0.1:{site.port}/_stcore/stream", additional_headers={"X-Forwarded-For": "9"}).close()
