"""Who finds what on the pages of the real server: every page, part, button and file, own, another's and nobody's.

What `docs/accounts.md` says is asked of a running server by its websocket, as each account, and with hostile requests:
forged numbers, buttons that were never shown, pages that are out of date, another's cookie and session.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.routing import Route
from streamlit.web.server.starlette import starlette_routes, starlette_websocket

from app.library.desk import share, unshare
from app.library.layer import LAYER_FILE, read_layer
from app.library.records import store_of
from app.places import Places
from app.privacy.consents import agree, consent_of
from app.privacy.handler import Handler, handler_of, set_handler
from app.privacy.people import person_of
from app.privacy.periods import Kind, periods
from app.privacy.take_out import take_out
from app.server.gate import OPEN_TO_ALL
from app.server.login import Login
from app.server.routes import Site as SitesOwn
from app.store.database import forget_stores
from app.store.people import groups, trainees
from app.store.viewers import NotAllowedError
from app.trends.groups import add_group
from tests.store.pages import Drawn, Window, window
from tests.store.people import KINDS, OF_LI, PRIVATE, ROLES, TO_ONE, TO_TRAINERS, Cast, cast, recorded, taken
from tests.store.test_access import WHO, table
from tests.store.test_progress_access import said
from tests.store.test_served import Site, signed_in_by_all

GONE = "This take is not in the library any more."
REFUSED = "your account is not allowed to do this"
VIEWS = ("watch", "compare", "rejudge", "files")
WANGS = "Wang's own"
LIS = {PRIVATE, TO_TRAINERS, TO_ONE, OF_LI}
TRAINERS_PAGES = {"batch", "calibrate"}
PAGES = {"practise", "review", "progress", "standards", "setup"} | TRAINERS_PAGES


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """The cast, with a file of every kind that the data folder knows."""
    folder = tmp_path_factory.mktemp("pages")
    made = cast(Places(folder / "home"), folder)
    made.takes[WANGS] = taken(made.seen_by("Wang"), folder, WANGS)
    add_group(store_of(made.places), made.viewers["Coach"], "Class 1")
    root = made.places.root
    recorded(root / "batches" / "b1" / "reports" / "summary.csv", b"path")
    recorded(root / "cameras" / "hall.json", b"{}")
    for who in WHO:
        here = made.seen_by(who)
        agree(here, "en")
        recorded(here.uploads / "ab12" / "sent.mp4", who.encode())
        recorded(here.practice / "cd34" / "report" / "report.json", b"{}")
        recorded(here.neutrals / "own.json", b"{}")
        recorded(here.preferences, b"{}")
        take_out(here, person_of(store_of(here), here.viewer), here.exports / "ef56" / f"{who}.zip", "en")
    forget_stores()
    yield made
    forget_stores()


@pytest.fixture(scope="module")
def site(everybody: Cast) -> Iterator[Site]:
    with signed_in_by_all(everybody.places.root) as running:
        yield running


@pytest.fixture
def windows(site: Site) -> Iterator[dict[str, Window]]:
    """A window for everybody."""
    with ExitStack() as stack:
        yield {who: stack.enter_context(window(site.port, site.cookies[who])) for who in WHO}


def may_see(everybody: Cast, who: str) -> set[str]:
    told = table()
    return {kind for kind in KINDS if "see" in told[kind, who]} | ({WANGS} if who in ("Wang", "Root") else set())


def number(everybody: Cast, name: str) -> int:
    return next(person.id for person in trainees(store_of(everybody.places)) if person.name == name)


def told_no(drawn: Drawn) -> bool:
    return any(one.startswith("alert") and REFUSED in one for one in drawn.elements)


def test_pages_open_for_whom_the_document_says(windows: dict[str, Window]) -> None:
    document = said("the class")  # the row below it, batches and calibration, is for the same people
    for who, page in ((who, page) for who in WHO for page in sorted(PAGES)):
        drawn = windows[who].open(page)
        refused = page in TRAINERS_PAGES and document[who] == "-"
        assert drawn.not_found is refused, (who, page)
        assert not drawn.failed, (who, page)
        assert drawn.pages == (PAGES - TRAINERS_PAGES if document[who] == "-" else PAGES), who
        assert (page.title() in drawn.headings) is not refused, (who, page, drawn.headings)
    for address in ("batch?batch=b1", "batch/b1", "../batch", "app/views/batch.py"):
        drawn = windows["Li"].open(address)
        assert drawn.not_found, address
        assert "Batch" not in drawn.headings, address


@pytest.mark.parametrize("view", VIEWS)
def test_a_takes_views_open_for_whom_the_document_says(windows: dict[str, Window], everybody: Cast, view: str) -> None:
    for who in WHO:
        for kind, take in everybody.takes.items():
            drawn = windows[who].open("review", f"take={take.id}&view={view}")
            seen = kind in may_see(everybody, who)
            assert not drawn.failed, (who, kind)
            assert drawn.headings[0].endswith(kind if seen else "Review"), (who, kind)
            assert (GONE in drawn.text) is not seen, (who, kind)
            if view == "files":
                assert bool([one for one in drawn.widgets if one.startswith("review-export")]) is seen


def test_forged_takes_are_answered_as_if_they_were_not_there(windows: dict[str, Window]) -> None:
    forged = ("9999", "", ".", "..", "../library", "%00", "\0", "a/b", "x" * 5000, "' OR 1=1 --", "*")
    for who, name in ((who, name) for who in ("Wang", "Root") for name in forged):
        drawn = windows[who].open("review", f"take={quote(name)}")
        assert not drawn.failed, (who, name)
        assert drawn.headings[0] == "Review", (who, name)
        drawn = windows[who].send({"review-takes": {"ask": {"kind": "open", "take": name}}})
        assert not drawn.failed, (who, name)
        assert drawn.headings[0] == "Review", (who, name)


def test_the_library_lists_and_finds_what_may_be_seen(windows: dict[str, Window], everybody: Cast) -> None:
    for who in WHO:
        for search in ("", "private", "Li", "trainer", "own", "stand"):
            windows[who].open("review")
            drawn = windows[who].send({"review-takes": {"ask": {"kind": "find", "text": search}}})
            shown = {kind for kind, take in everybody.takes.items() if take.id in drawn.text}
            assert shown <= may_see(everybody, who), (who, search)
            if not search:
                assert shown == may_see(everybody, who), who


def test_every_download_of_a_take_holds_it_and_needs_a_sign_in(
    site: Site, windows: dict[str, Window], everybody: Cast
) -> None:
    for who in WHO:
        for kind in may_see(everybody, who):
            drawn = windows[who].open("review", f"take={everybody.takes[kind].id}&view=files")
            files = {key: one for key, one in drawn.widgets.items() if one.file}
            assert {"review-file-html", "review-export-json", "review-export-vtt"} <= files.keys()
            for key in ("review-export-json", "review-export-csv", "review-export-vtt"):
                address = windows[who].file_of(files[key])
                got = site.ask(address, who)
                assert got.status == 200, (who, kind, key)
                assert got.body, (who, kind, key)
                assert site.ask(address).status == 401
                assert site.ask(address, None, Cookie="yitai_session=guess").status == 401


def test_a_file_is_made_only_while_the_take_may_be_seen(
    site: Site, windows: dict[str, Window], everybody: Cast
) -> None:
    li, take = everybody.seen_by("Li"), everybody.takes[TO_TRAINERS]
    drawn = windows["Coach"].open("review", f"take={take.id}&view=files")
    files = [one for one in drawn.widgets.values() if one.file]
    unshare(li, take)
    try:
        assert {windows["Coach"].file_of(one) for one in files} == {""}
        pressed = windows["Coach"].send({"review-veil": True})
        assert pressed.headings[0] == "Review"
        assert GONE in pressed.text
    finally:
        share(li, take)


def test_what_a_trainee_or_a_trainer_takes_away_of_somebody_is_what_they_may_see(
    site: Site, windows: dict[str, Window], everybody: Cast
) -> None:
    for who in WHO:
        for whose in ("Li", "Wang"):
            windows[who].open("review")
            drawn = windows[who].send({"w-review-whose": whose})
            assert "review-download-zip" in drawn.widgets, (who, whose, drawn.headings)
            address = windows[who].file_of(drawn.widgets["review-download-zip"])
            with zipfile.ZipFile(io.BytesIO(site.ask(address, who).body)) as archive:
                texts = [archive.read(one).decode("utf-8", "replace") for one in archive.namelist() if ".json" in one]
            found = {kind for kind, take in everybody.takes.items() if any(take.id in text for text in texts)}
            assert found, (who, whose)
            assert found <= may_see(everybody, who), (who, whose)
            if who in ("Li", "Wang"):
                assert found <= (LIS if who == "Li" else {WANGS}), (who, whose)


def test_progress_shows_whom_the_document_says(windows: dict[str, Window], everybody: Cast) -> None:
    document = said("courses")
    shown = {"Li": LIS, "Wang": {WANGS}}
    for who in WHO:
        for whose in ("Li", "Wang"):
            drawn = windows[who].open("progress", f"part=person&person={number(everybody, whose)}")
            assert not drawn.failed, (who, whose)
            seen = {kind for kind, take in everybody.takes.items() if take.id in drawn.text}
            own_only = document[who] == "own"
            there = shown[who if own_only else whose] & may_see(everybody, who)
            if there:
                assert seen == there, (who, whose)
            else:  # nobody of whom there is a take to be seen: the first person of the list is shown instead
                assert seen <= may_see(everybody, who), (who, whose)
                assert "There is nobody of this number in the records." in drawn.text


def test_forged_people_show_nobody_elses_progress(windows: dict[str, Window], everybody: Cast) -> None:
    forged = ("0", "-1", "99999", "1 OR 1=1", "\uff11", "x" * 3000)
    for who, part, name in product(("Wang", "Coach"), ("person", "change"), forged):
        drawn = windows[who].open("progress", f"part={part}&person={quote(name)}")
        assert not drawn.failed, (who, part, name)
        seen = {kind for kind, take in everybody.takes.items() if take.id in drawn.text}
        assert seen <= (may_see(everybody, "Coach") if who == "Coach" else {WANGS}), (who, part, name)


def test_class_agreement_and_groups_are_for_whom_the_document_says(windows: dict[str, Window]) -> None:
    marks = {"class": "w-progress-class-drill", "agreement": "", "groups": "FormSubmitter:progress-new-group-Add"}
    document = said("the class")
    for who in WHO:
        for part, mark in marks.items():
            drawn = windows[who].open("progress", f"part={part}")
            assert not drawn.failed, (who, part)
            own = "progress-courses" in drawn.widgets
            assert own is (document[who] == "-"), (who, part)
            assert not mark or (mark in drawn.widgets) is (document[who] != "-"), (who, part)
            if who == "Wang":
                assert "Li" not in [one.strip('" ') for one in drawn.text.split(">")], part


def test_buttons_that_were_never_shown_do_nothing(windows: dict[str, Window], everybody: Cast) -> None:
    """What a trainer's page has, sent by a trainee under the same names."""
    store, coach, li = store_of(everybody.places), windows["Coach"], windows["Li"]
    before = (groups(store), periods(store))
    coach.open("progress", "part=groups")
    li.open("progress", "part=groups")
    li.known |= {key: one for key, one in coach.known.items() if key.startswith(("FormSubmitter", "progress"))}
    li.send({"None": "Sneaked", "FormSubmitter:progress-new-group-Add": True})
    root = windows["Root"]
    root.open("setup")
    for who in ("Li", "Coach"):
        mine = windows[who]
        mine.open("setup")
        assert "privacy-period-takes" not in mine.known
        mine.known |= {key: one for key, one in root.known.items() if key.startswith("privacy-period")}
        mine.send({"privacy-period-takes": 1.0})
    assert (groups(store), periods(store)) == before
    root.send({"privacy-period-takes": 90.0})
    assert periods(store)[Kind.TAKES] == 90


def test_administrators_set_who_is_responsible_and_everybody_is_told(
    windows: dict[str, Window], everybody: Cast
) -> None:
    here = everybody.places
    root = windows["Root"]
    assert "does not yet say who is responsible" in root.open("setup").text
    for who in ("Li", "Coach"):
        windows[who].open("setup")
        windows[who].known |= {key: one for key, one in root.known.items() if key.startswith("privacy-handler")}
        windows[who].send({"privacy-handler-name": "Me", "privacy-handler-contact": "here"})
        with pytest.raises(NotAllowedError):
            set_handler(everybody.seen_by(who), Handler("Me", "here"))
    assert handler_of(here) == Handler()
    root.send({"privacy-handler-name": "  Training   <b>department</b>", "privacy-handler-contact": "+86 10 5555"})
    assert handler_of(here) == Handler("Training <b>department</b>", "+86 10 5555")
    told = windows["Wang"].open("setup").text
    assert "<dt>Who is responsible</dt><dd>Training &lt;b&gt;department&lt;/b&gt;, +86 10 5555</dd>" in told
    agree(everybody.seen_by("Wang"), "zh")
    given = consent_of(store_of(here), everybody.viewers["Wang"])
    assert given is not None
    assert given.wording.startswith("由谁负责: Training <b>department</b>，+86 10 5555\n")


def test_camera_files_and_house_versions_are_changed_by_trainers_alone(
    windows: dict[str, Window], everybody: Cast
) -> None:
    camera, packs = everybody.places.cameras / "hall.json", everybody.places.packs
    for who in ("Li", "Coach"):
        mine = windows[who]
        mine.open("standards")
        mine.send({"w-standards-mode": ["Edit tolerances"]})
        low = next(key for key in mine.known if key.endswith("-low"))
        mine.send({low: 1.0})
        assert "edit-save" in mine.known, who
        pressed = mine.send({low: 1.0, "w-edit-author": who, "w-edit-reason": "why not", "edit-save": True})
        assert told_no(pressed) is (who == "Li"), who
        assert bool(list(packs.glob("*.toml"))) is (who == "Coach")
        drawn = mine.open("setup")
        assert ("Data" in drawn.headings) is (who == "Coach")
    assert camera.is_file()


def test_notes_come_to_pass_where_the_document_says(windows: dict[str, Window], everybody: Cast) -> None:
    told = table()
    for who in WHO:
        mine = windows[who]
        for kind in KINDS:
            take = everybody.takes[kind]
            mine.open("review", f"take={take.id}")
            before = len(read_layer(take.folder).entries)
            mine.send({"review-player": {"ask": {"take": take.id, "kind": "comment", "time_s": 1.0}}})
            if "review-words" in mine.known:
                mine.send({"review-words": f"by {who}", "review-keep": True})
            assert (len(read_layer(take.folder).entries) > before) is ("comment" in told[kind, who]), (who, kind)
            before = len(read_layer(take.folder).entries)
            ask = {"take": take.id, "kind": "tick", "rule": "nails", "tick": "ok"}
            pressed = mine.send({"review-player": {"ask": ask}})
            assert (len(read_layer(take.folder).entries) > before) is ("review" in told[kind, who]), (who, kind)
            if "see" in told[kind, who]:
                assert told_no(pressed) is ("review" not in told[kind, who]), (who, kind)
    for kind in KINDS:
        wrote = {entry.who for entry in read_layer(everybody.takes[kind].folder).entries}
        assert wrote == {who for who in WHO if "comment" in told[kind, who]}, kind


def test_what_only_reviewers_do_is_offered_to_them_alone(windows: dict[str, Window], everybody: Cast) -> None:
    told = table()
    for who in WHO:
        for kind in KINDS:
            take = everybody.takes[kind]
            reviews = "review" in told[kind, who]
            for view, key in (("watch", "review-sign"), ("rejudge", "review-keep-again"), ("compare", "review-model-")):
                drawn = windows[who].open("review", f"take={take.id}&view={view}")
                offered = any(one.startswith(key) for one in drawn.widgets)
                assert offered is reviews, (who, kind, view)


def test_a_page_that_is_out_of_date_signs_nothing(windows: dict[str, Window], everybody: Cast) -> None:
    li, take, coach = everybody.seen_by("Li"), everybody.takes[TO_TRAINERS], windows["Coach"]
    coach.open("review", f"take={take.id}")
    coach.send({"review-sign": True})
    assert "review-keep" in coach.known
    unshare(li, take)
    try:
        before = (take.folder / LAYER_FILE).read_bytes() if (take.folder / LAYER_FILE).is_file() else b""
        pressed = coach.send({"review-keep": True})
        assert any(one.startswith("alert") for one in pressed.elements)
        assert read_layer(take.folder).signed is None
        after = (take.folder / LAYER_FILE).read_bytes() if (take.folder / LAYER_FILE).is_file() else b""
        assert after == before
    finally:
        share(li, take)


def test_sharing_is_offered_to_whose_take_it_is_and_changes_nothing_for_others(
    windows: dict[str, Window], everybody: Cast
) -> None:
    take = everybody.takes[PRIVATE]
    key = f"review-share-{take.id}-False"
    for who in WHO:
        drawn = windows[who].open("review", f"take={take.id}&view=files")
        assert (key in drawn.widgets) is (who == "Li"), who
    shown = windows["Li"].known[key]
    for who in ("Wang", "Coach", "Root"):
        windows[who].known[key] = shown
        windows[who].send({key: True})
        assert windows["Coach"].open("review", f"take={take.id}").headings[0] == "Review", who
    windows["Li"].send({key: True})
    assert windows["Coach"].open("review", f"take={take.id}").headings[0] == PRIVATE
    unshare(everybody.seen_by("Li"), take)


def test_a_window_that_another_signs_into_shows_nothing_of_the_first(site: Site, everybody: Cast) -> None:
    with window(site.port, site.cookies["Li"]) as lis:
        lis.open("setup")
        assert "Li.zip" in lis.send({"privacy-take-out": True}).text
        lis.open("review", f"take={everybody.takes[PRIVATE].id}")
        session = lis.session
    with window(site.port, site.cookies["Wang"], session) as wangs:
        for page in sorted(PAGES):
            drawn = wangs.open(page, f"take={everybody.takes[PRIVATE].id}")
            assert "Li.zip" not in drawn.text, page
            assert everybody.takes[PRIVATE].id not in drawn.text, page
        assert "Wang.zip" not in drawn.text


def test_who_signed_out_is_shown_nothing_in_a_window_that_is_still_open(site: Site, everybody: Cast) -> None:
    site.sign_in("Wang")
    with window(site.port, site.cookies["Wang"]) as open_still:
        assert open_still.open("review").headings[0] == "Review"
        assert site.ask("/yitai/logout", "Wang", "POST").status == 303
        for page in sorted(PAGES):
            drawn = open_still.open(page)
            assert drawn.headings == [], page
            assert everybody.takes[WANGS].id not in drawn.text, page
    site.sign_in("Wang")


def test_every_file_of_the_data_folder_goes_to_whom_the_document_says(site: Site, everybody: Cast) -> None:
    root = everybody.places.root
    of_folder = {take.folder: kind for kind, take in everybody.takes.items()}
    of_media = {take.recording: kind for kind, take in everybody.takes.items()}
    accounts = {str(viewer.account): who for who, viewer in everybody.viewers.items()}
    files = sorted(path for path in root.rglob("*") if path.is_file())
    assert len(files) > 40
    for path in files:
        parts = path.relative_to(root).parts
        kind = of_media.get(path) or next((of_folder[one] for one in path.parents if one in of_folder), None)
        if any(part.startswith(".") for part in parts):
            wanted: set[str] = set()
        elif kind is not None:
            wanted = {who for who in WHO if kind in may_see(everybody, who)}
        elif parts[0] == "batches":
            wanted = {who for who in WHO if ROLES[who] != "trainee"}
        elif parts[0] == "people" and parts[2] in ("uploads", "practice", "exports"):
            wanted = {accounts[parts[1]]}
        else:
            wanted = set()
        address = quote(path.relative_to(root).as_posix())
        got = {who for who in WHO if site.media(address, who).status == 200}
        assert got == wanted, address
        assert site.media(address).status == 401


def test_a_trainer_who_signs_in_names_no_folder_of_the_server(windows: dict[str, Window]) -> None:
    drawn = windows["Coach"].open("batch")
    assert "batch-start" in drawn.widgets
    assert "w-batch-source" not in drawn.widgets
    windows["Coach"].send({"w-batch-source": ["Folder on the server"]})
    assert "w-batch-server" not in windows["Coach"].known


def routes_of_the_server() -> list[str]:
    """The path of every route, ours and Streamlit's, with something in its gaps."""
    ours = [route.path for route in (*SitesOwn(Places(Path("nowhere")), login=True).routes(), *login_routes())]
    names = ("ROUTE_", "_ROUTE_")
    modules = (starlette_routes, starlette_websocket)
    theirs = [value for one in modules for name, value in vars(one).items() if name.startswith(names)]
    pages = [*sorted(PAGES), "", "static/js/index.js", "favicon.png"]
    found = [f"/{path.lstrip('/')}" for path in (*ours, *theirs, *pages)]
    return [re.sub(r"{[^}]*}", "abc", path) for path in found if isinstance(path, str)]


def login_routes() -> list[Route]:
    return Login(lambda: store_of(Places(Path("nowhere"))), lambda: None).routes()


@pytest.mark.parametrize("cookie", [None, "", "guess", "x" * 4000, "signed out"])
def test_every_route_is_closed_to_who_is_not_signed_in(site: Site, cookie: str | None) -> None:
    if cookie == "signed out":
        site.sign_in("Wang")
        cookie = site.cookies["Wang"]
        site.ask("/yitai/logout", "Wang", "POST")
        site.sign_in("Wang")
    sent = {} if cookie is None else {"Cookie": f"yitai_session={cookie}"}
    paths = routes_of_the_server()
    assert len(paths) > 20
    for path, method in product(paths, ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")):
        got = site.ask(path, None, method, b"", **sent)
        if path.startswith(OPEN_TO_ALL):
            assert got.status in (200, 204, 303, 401, 404, 405), (path, method)
        else:
            assert got.status == 401, (path, method)
            assert got.body in (b"sign in first\n", b""), (path, method)


def test_takes_are_removed_by_whom_the_document_says(windows: dict[str, Window], everybody: Cast) -> None:
    told = table()
    for kind in KINDS:
        take = everybody.takes[kind]
        refused = [who for who in WHO if "remove" not in told[kind, who]]
        for who in refused:
            mine = windows[who]
            mine.open("review", f"take={take.id}&view=files")
            mine.send({"review-remove-take": True})  # on the take's own page, where it is shown
            mine.open("review")
            mine.send({"review-takes": {"ask": {"kind": "remove", "take": take.id}}})
            mine.send({"review-remove": True})
            assert take.folder.is_dir(), (who, kind)
        may = next(who for who in WHO if "remove" in told[kind, who])
        windows[may].open("review")
        windows[may].send({"review-takes": {"ask": {"kind": "remove", "take": take.id}}})
        windows[may].send({"review-remove": True})
        assert not take.folder.exists(), (may, kind)
