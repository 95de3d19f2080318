"""Kills the program at random moments, again and again, and looks at what is left.

A worker uploads, records, scores, takes in, writes notes and removes, in
several threads at once, in a data folder that grows from round to round. Of
everything that the program has confirmed to it, it writes a line into a ledger.
Then ``kill -9`` meets the worker and all its processes, and three things must hold:

* before anything is repaired, nothing half-written is visible;
* after the repair of a start, everything confirmed is there, and what was removed is not;
* a second repair finds nothing to do.

    python tools/kill_rounds.py --rounds 200 --real 20

With ``--real N`` every N-th round scores a sample clip with the real pipeline;
the others write reports of a made-up one, so that many moments can be tried.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
from sqlalchemy import text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import engine  # noqa: E402
from app.engine import Choices  # noqa: E402
from app.files import part_folder, replace_folder  # noqa: E402
from app.inputs import Task  # noqa: E402
from app.library.desk import write_note  # noqa: E402
from app.library.intake import INCOMING, TASK_FOLDER, interrupted, order, sample_tasks, shipped_samples, take_in  # noqa: E402
from app.library.layer import Entry, Kind, read_layer  # noqa: E402
from app.library.records import store_of  # noqa: E402
from app.library.repair import Repaired, repair  # noqa: E402
from app.library.takes import Take, list_takes, remove_take  # noqa: E402
from app.live.recording import Recorder  # noqa: E402
from app.places import Places  # noqa: E402
from app.practice.takes import Order, keep, take_folder, take_of  # noqa: E402
from app.privacy.consents import agree  # noqa: E402
from app.server.uploads import receive, upload_path  # noqa: E402
from app.store.database import forget_stores  # noqa: E402
from app.store.media import names, sound  # noqa: E402
from tests.report.conftest import example_report  # noqa: E402
from vision.report import write_reports  # noqa: E402
from vision.types import Drill, Subject  # noqa: E402

FRAMES = 12
SIZE_WH = (160, 120)
MOST_TAKES = 10
CHOICES = Choices(formats=frozenset({"json", "csv"}), video=False, language="zh")


class Ledger:
    """What was confirmed, one JSON line each, on the disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, *line: object) -> None:
        """One line, whole: the kernel has it even if this process ends now."""
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps(line) + "\n").encode())
        os.close(handle)

    def lines(self) -> Iterator[list[str]]:
        """All lines so far."""
        if self._path.exists():
            yield from (json.loads(line) for line in self._path.read_text("utf-8").splitlines())


def main() -> int:
    """Rounds until the first that fails; 1 then."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--real", type=int, default=0, metavar="N", help="every N-th round scores a real clip")
    parser.add_argument("--longest", type=float, default=1.5, metavar="S", help="of a round, after it has begun")
    parser.add_argument("--seed", type=int, default=None)
    wanted = parser.parse_args()
    seed = wanted.seed if wanted.seed is not None else secrets.randbelow(1 << 32)
    chance, folder = random.Random(seed), Path(tempfile.mkdtemp(prefix="yitai-kill-"))
    print(f"{wanted.rounds} rounds, seed {seed}")
    places, ledger = Places(folder / "home"), Ledger(folder / "ledger")
    agree(places, "en")
    forget_stores()
    seen = Seen()
    for number in range(1, wanted.rounds + 1):
        real = wanted.real > 0 and number % wanted.real == 0
        kill_one(places, ledger, chance.uniform(0.0, wanted.longest * (8 if real else 1)), real)
        wrong = look(places, ledger, seen)
        if wrong:
            print(f"round {number}: " + "; ".join(wrong) + f"\nleft as it is in {folder}")
            return 1
    seen.tell(ledger)
    shutil.rmtree(folder)
    return 0


@dataclass(slots=True)
class Seen:
    """What the rounds met."""

    repaired: Counter[str] = field(default_factory=Counter)
    begun_again: int = 0

    def tell(self, ledger: Ledger) -> None:
        """Print it."""
        confirmed = Counter(kind for kind, *_ in ledger.lines())
        print("confirmed: " + ", ".join(f"{count} {kind}" for kind, count in sorted(confirmed.items())))
        print("put right: " + (", ".join(f"{count} {kind}" for kind, count in self.repaired.items()) or "nothing"))
        print(f"orders found interrupted: {self.begun_again}")
        print("nothing confirmed was lost, nothing half-written was seen")


def kill_one(places: Places, ledger: Ledger, after_s: float, real: bool) -> None:
    """Start a worker and end it ``after_s`` seconds after its first step."""
    forget_stores()
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(begun)
        try:
            work(places, ledger, lambda: os.write(tell, b"."), real)
        finally:
            _end()  # a worker never ends by itself
    os.close(tell)
    os.read(begun, 1)
    time.sleep(after_s)
    os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(begun)
    if not os.WIFSIGNALED(status):
        raise SystemExit("the worker failed by itself: its words stand above")


def work(places: Places, ledger: Ledger, begun: Callable[[], object], real: bool) -> None:
    """Everything at once, until killed."""
    repair(places)
    chance = random.Random()
    steps: list[Callable[[], None]] = [
        lambda: upload(places, ledger, chance),
        lambda: practise(places, ledger, chance),
        lambda: score(places, ledger, real),
        lambda: write(places, ledger, chance),
        lambda: throw_away(places, ledger, chance),
    ]
    begun()
    threads = [threading.Thread(target=_again_and_again, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _again_and_again(step: Callable[[], None]) -> None:
    try:
        while True:
            step()
            time.sleep(0.005)
    finally:
        _end()


def _end() -> None:
    """End the worker with its last words: `os._exit` asks nobody to print them."""
    os.write(sys.stderr.fileno(), traceback.format_exc().encode())
    os._exit(9)


def content(chance: random.Random) -> bytes:
    """Bytes that begin with the SHA-256 of the rest."""
    rest = chance.randbytes(chance.randrange(1, 600_000))
    return hashlib.sha256(rest).hexdigest().encode() + rest


def whole(file: Path) -> bool:
    """Whether a file is what `content` made, to its end, or a recording with all the pictures that it says it has."""
    with file.open("rb") as stream:
        begins = stream.read(8)
    if begins[4:] == b"ftyp":
        with closing(av.open(str(file))) as container:
            return sum(1 for _ in container.decode(video=0)) == container.streams.video[0].frames > 0
    data = file.read_bytes()
    return hashlib.sha256(data[64:]).hexdigest().encode() == data[:64]


def upload(places: Places, ledger: Ledger, chance: random.Random) -> None:
    """Send a file and order a report of it."""
    data = content(chance)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65_536):
            yield data[start : start + 65_536]

    if len(list(places.uploads.glob("*"))) > 6:
        return
    number, _ = asyncio.run(receive(pieces(), "clip.mp4", places.uploads))
    ledger.add("uploads", hashlib.sha256(data).hexdigest())
    file = upload_path(places.uploads, number)
    order(places, Task(file.name, file, TASK_FOLDER, Subject("Li"), "telecom", None, None), "Li", "upload", CHOICES)


def practise(places: Places, ledger: Ledger, chance: random.Random) -> None:
    """Record a practice and keep it."""
    folder = take_folder(places)
    recorder = Recorder(folder / "recording.mp4", SIZE_WH)
    picture = np.frombuffer(chance.randbytes(SIZE_WH[0] * SIZE_WH[1] * 3), np.uint8).reshape(SIZE_WH[1], SIZE_WH[0], 3)
    for number in range(FRAMES):
        recorder.add(np.roll(picture, number, axis=0), number / 25.0)
    recorder.finish()
    recorder.wait(60.0)
    if recorder.finished is None:
        raise RuntimeError(f"nothing was recorded: {recorder.error}")
    ledger.add("recordings", hashlib.sha256(recorder.finished.read_bytes()).hexdigest())
    take = take_of(recorder.finished, Order("telecom", Drill.BOW, Subject("Li")), places)
    report_into(take.report_folder)
    kept = keep(take, places)
    confirm(ledger, kept)


def report_into(final: Path) -> None:
    """A report folder, as the engine makes one: it grows beside and takes its name."""
    part = part_folder(final)
    part.mkdir(parents=True, exist_ok=True)
    write_reports(replace(example_report(), subject=Subject("Li")), None, (), part, {"json", "html"})
    replace_folder(part, final)


def score(places: Places, ledger: Ledger, real: bool) -> None:
    """Score what was ordered, take in what is scored."""
    for folder in sorted((places.library / INCOMING).glob("*")) if (places.library / INCOMING).is_dir() else ():
        final = folder / "scored" / TASK_FOLDER
        if (folder / "order.json").is_file() and not final.is_dir():
            report_into(final)
    if real:
        score_a_clip(places)
    for take in take_in(places):
        confirm(ledger, take)


def score_a_clip(places: Places) -> None:
    """A shipped sample through the real pipeline."""
    samples = shipped_samples()
    if samples is None:
        return
    task = random.choice(sample_tasks(samples, "telecom"))
    placed = order(places, task, task.file.stem, "sample", CHOICES)
    part = part_folder(placed.out / TASK_FOLDER)
    engine.score(task, replace(CHOICES, sample_fps=2.0), part, lambda share: None)
    replace_folder(part, placed.out / TASK_FOLDER)


def confirm(ledger: Ledger, take: Take) -> None:
    """A take was taken in."""
    if take.recording is not None:
        ledger.add("takes", take.id, take.recording.stem)


def write(places: Places, ledger: Ledger, chance: random.Random) -> None:
    """Comment on a take."""
    takes = list_takes(places)
    if not takes:
        return
    take, words = chance.choice(takes), secrets.token_hex(8)
    ledger_of_notes = Entry(Kind.COMMENT, "Wang", text=words, time_s=1.0)
    try:
        write_note(places, take, ledger_of_notes)
    except Exception:
        if any(one.id == take.id for one in list_takes(places)):
            raise
        return
    ledger.add("notes", take.id, words)


def throw_away(places: Places, ledger: Ledger, chance: random.Random) -> None:
    """Remove a take when there are many."""
    takes = list_takes(places)
    if len(takes) <= MOST_TAKES:
        return
    take = chance.choice(takes)
    ledger.add("removals asked for", take.id, "" if take.recording is None else take.recording.stem)
    remove_take(places, take.id)
    ledger.add("removals", take.id)


def look(places: Places, ledger: Ledger, seen: Seen) -> list[str]:
    """What is wrong, before and after the repair of a start."""
    wrong = [f"before the repair: {one}" for one in half_written(places, ledger)]
    done = repair(places)
    seen.repaired.update({name: count for name in Repaired.__slots__ if (count := getattr(done, name))})
    wrong += half_written(places, ledger) + lost(places, ledger) + left_over(places)
    again = repair(places)
    if again != Repaired():
        wrong.append(f"the second repair found {again}")
    seen.begun_again += len(interrupted(places, set()))
    if not wrong:
        forget_practices(places, ledger)
    return wrong


def forget_practices(places: Places, ledger: Ledger) -> None:
    """What was recorded and not kept goes after a day; here after a round, or the rounds would grow slower."""
    for folder in places.practice.iterdir() if places.practice.is_dir() else ():
        for file in folder.glob("*.mp4"):
            ledger.add("removals asked for", "", hashlib.sha256(file.read_bytes()).hexdigest())
        shutil.rmtree(folder)


def half_written(places: Places, ledger: Ledger) -> list[str]:
    """What can be seen and is not whole."""
    wrong = []
    gone = {line[1] for line in ledger.lines() if line[0] == "removals"}
    for take in list_takes(places):
        if take.id in gone:
            wrong.append(f"{take.id} was removed and is there")
        if take.problem is not None or take.report is None:
            wrong.append(f"{take.id}: {take.problem}")
        if take.recording is None or not whole(take.recording):
            wrong.append(f"{take.id}: its recording is not whole")
    for area in (places.uploads, places.practice):
        for folder in area.iterdir() if area.is_dir() else ():
            files = [path for path in folder.glob("*.mp4") if not path.name.startswith(".")]
            wrong += [f"{file} is not whole" for file in files if not whole(file)]
    return wrong


def lost(places: Places, ledger: Ledger) -> list[str]:
    """What was confirmed and is not there."""
    takes = {take.id: take for take in list_takes(places)}
    asked = [line for line in ledger.lines() if line[0] == "removals asked for"]
    may_be_gone, contents_gone = {line[1] for line in asked}, {line[2] for line in asked}
    there = {name[:64] for name in names(places.root) if sound(places.root, name)}
    there |= {hashlib.sha256(file.read_bytes()).hexdigest() for file in _waiting(places)}
    wrong = []
    for kind, what, *more in ledger.lines():
        if kind in ("uploads", "recordings") and what not in there and what not in contents_gone:
            wrong.append(f"one of the {kind} is lost: {what}")
        elif kind == "takes" and what not in takes and what not in may_be_gone:
            wrong.append(f"take {what} is lost")
        elif kind == "notes" and what in takes:
            words = {entry.text for _, entry in read_layer(takes[what].folder).comments}
            if more[0] not in words:
                wrong.append(f"a note on {what} is lost")
    return wrong


def _waiting(places: Places) -> Iterator[Path]:
    for area in (places.uploads, places.practice):
        yield from (path for path in area.glob("*/*.mp4") if not path.name.startswith("."))


def left_over(places: Places) -> list[str]:
    """Halves, recordings that nobody has, an unsound database, notes that the records do not know."""
    wrong = [f"{path} is left" for path in places.root.rglob(".*part")]
    store = store_of(places)
    used = {take.recording.name for take in list_takes(places) if take.recording is not None}
    wrong += [f"media {name} belongs to nobody" for name in names(places.root) if name not in used]
    with store.reading() as session:
        if store.sqlite and session.execute(text("PRAGMA integrity_check")).scalar() != "ok":
            wrong.append("the database is not sound")
        rows = dict(session.execute(text("SELECT recording_id, count(*) FROM notes GROUP BY 1")).tuples().all())
    for take in list_takes(places):
        if rows.get(take.id, 0) != len(read_layer(take.folder).entries):
            wrong.append(f"the records do not hold all notes on {take.id}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
