"""How long every page takes with many records: from the press on a link to the page's content on the screen.

Fills a data folder with made-up assessments (``tools/records_home.py``; once, it can be used again), starts the page on
it and drives it in Debian's Chromium, round after round; the first round warms the server and is not counted.

    python tools/records_bench.py --home /tmp/records --report docs/records-speed.md
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Page
from sqlalchemy import func, select

from app.bench.machine import describe
from app.library.records import store_of
from app.places import Places
from app.store.database import forget_stores
from app.store.schema import CheckRow, Note, Outcome, Recording, Trainee
from tests.browser.site import DESKTOP, chromium, running_page, settled
from tests.consenting import consented
from tools.records_home import Wanted, fill

ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "sample_media" / "d01_stand_v45.mp4"
WANTED_S = 1.0
PATIENT_MS = 120_000

# Presses what `press` finds, and waits, frame by frame, until `there` is on the screen and painted. Seconds.
TIMED = """async ([press, there, gone]) => {
  const all = root => [...root.querySelectorAll("*")];
  const roots = root => [root, ...all(root).flatMap(e => e.shadowRoot ? roots(e.shadowRoot) : [])];
  const find = selector => roots(document).flatMap(root => [...root.querySelectorAll(selector)]);
  const seen = selector => find(selector).some(e => e.getBoundingClientRect().width * e.getBoundingClientRect().height);
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const goal = find(press)[0];
  const start = performance.now();
  goal.click();
  while (!seen(there) || (gone && seen(gone))) {
    if (performance.now() - start > 60000) return null;
    await frame();
  }
  await frame(); await frame();
  return (performance.now() - start) / 1000;
}"""


@dataclass(frozen=True)
class Step:
    """A press and what it leads to: selectors of what is pressed, what must be there, what must be gone."""

    name: str
    press: str
    there: str
    gone: str = ""


@dataclass
class Times:
    """Seconds of one step: until the content is drawn, until the page's script has come to its end, of processors.

    The last is what the server computed meanwhile; other programs do not change it much.
    """

    drawn: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)


def link(module: str) -> str:
    """The page's link in the navigation."""
    return f".st-key-to-{module} a, .st-key-to-{module}-here a"


def part(number: int) -> str:
    """A part of the progress page, by its place among the segments."""
    return f".st-key-progress-part button:nth-of-type({number + 1})"


STEPS = (
    Step("Review, the list", link("review"), ".library .card"),
    Step("Review of a take", ".library .open", "video.shown"),
    Step("Progress of the class", link("progress"), ".map tbody tr:nth-child(20)"),
    Step("Progress of one", ".map tbody tr:nth-child(3) [data-pick^=person]", ".courses svg.course"),
    Step("Progress, before and after", part(2), "table.compared tbody tr"),
    Step("Progress, trainers and program", part(3), "table.agreement tbody tr"),
    Step("Progress, groups", part(4), ".st-key-progress-groups"),
    Step("Batch", link("batch"), ".st-key-batch-start"),
    Step("Standards", link("standards"), ".clauses .clause"),
    Step("Calibrate", link("calibrate"), ".st-key-way-person"),
    Step("Setup", link("setup"), ".st-key-setup-general"),
    Step("Practise", link("practise"), ".card[data-drill=stand]"),
)


def server_at(url: str) -> psutil.Process:
    """The process that listens there."""
    port = int(url.rpartition(":")[2])
    for one in psutil.net_connections("tcp"):
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
            return psutil.Process(one.pid)
    raise SystemExit(f"nothing listens at {url}")


def computed_s(server: psutil.Process) -> float:
    """Seconds of processor time that a process has used."""
    times = server.cpu_times()
    return float(times.user + times.system)


def drive(page: Page, url: str, rounds: int, say: Callable[[str], None]) -> dict[str, Times]:
    """Every step, round after round."""
    server = server_at(url)
    page.goto(f"{url}/practise?lang=en")
    page.wait_for_selector(".card[data-drill=stand]")
    settled(page)
    found = {step.name: Times() for step in STEPS}
    for number in range(rounds + 1):
        for step in STEPS:
            began, before = time.monotonic(), computed_s(server)
            drawn = page.evaluate(TIMED, [step.press, step.there, step.gone])
            if drawn is None:
                raise SystemExit(f"{step.name}: nothing came")
            settled(page, PATIENT_MS)
            rest = time.monotonic() - began
            if number:
                found[step.name].drawn.append(drawn)
                found[step.name].rest.append(rest)
                found[step.name].server.append(computed_s(server) - before)
            else:
                say(f"{step.name}: {drawn:.2f} s the first time")
            page.wait_for_timeout(300)
    return found


def counted(home: Path) -> dict[str, int]:
    """How much is in the records."""
    with store_of(Places(home)).reading() as session:
        rows = {
            "assessments": Recording, "trainees": Trainee, "checks": CheckRow, "outcomes": Outcome, "notes": Note,
        }  # fmt: skip
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in rows.items()}


def page_of(found: dict[str, Times], counts: dict[str, int], rounds: int, load: float) -> str:
    """The document."""
    rows = "\n".join(
        f"| {name} | {statistics.median(times.drawn):.2f} | {max(times.drawn):.2f} "
        f"| {statistics.median(times.rest):.2f} | {statistics.median(times.server):.2f} |"
        for name, times in found.items()
    )
    slow = [name for name, times in found.items() if statistics.median(times.drawn) >= WANTED_S]
    told = "Every page is drawn in less than a second." if not slow else f"Slower than a second: {', '.join(slow)}."
    many = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    return f"""# The page with many records, measured

Written by `make records-bench`; do not edit by hand.

Machine: {describe()}.
Server and browser share it; load average at the start {load:.1f} (above the number of processors, other programs
slowed the page down).

In the records (SQLite): {many}. Made up, seeded, by `tools/records_home.py`.

| page | drawn, median (s) | drawn, slowest (s) | at rest, median (s) | of it computing (s) |
|---|--:|--:|--:|--:|
{rows}

{told}

From the press on a link to the frame in which the page's content is on the screen ("drawn"), and until the server has
nothing more to send ("at rest"); {rounds} rounds through all pages after one that warms the server. At rest is looked
at from outside the browser and is up to a tenth of a second late. "Computing" is the processor time of the server
alone, to the hundredth of a second; other programs lengthen the other columns and hardly this one.
"""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=None, help="kept and used again; else a temporary folder")
    parser.add_argument("--takes", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--report", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder) / "home"
        if not (home / "library").is_dir():
            for number in fill(Places(home), RECORDING, Wanted(arguments.takes, arguments.people)):
                if number % 1000 == 0:
                    print(f"{number} takes", flush=True)
        consented(home)
        counts, load = counted(home), os.getloadavg()[0]
        forget_stores()
        with running_page(home, Path(folder) / "log") as url, chromium() as browser:
            page = browser.new_context(viewport=DESKTOP, locale="en-US").new_page()
            page.set_default_timeout(PATIENT_MS)
            found = drive(page, url, arguments.rounds, print)
    text = page_of(found, counts, arguments.rounds, load)
    print(text)
    if arguments.report is not None:
        arguments.report.write_text(text, encoding="utf-8")
        print(json.dumps({name: times.drawn for name, times in found.items()}))


if __name__ == "__main__":
    main()
