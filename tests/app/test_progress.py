"""What a run tells: the same facts to people and to programs."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from app.batch.summary import SummaryRow
from app.progress import Tally, show

ROW = SummaryRow("a.mp4", "scored", verdict="pass", score=90.0, frames=300, seconds=10.0)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_pace_and_time_left_come_from_what_was_done_in_this_run() -> None:
    clock = Clock()
    tally = Tally(10, clock)
    assert tally.seconds_left is None
    for index in range(4):
        tally.ended(index, ROW, resumed=True)
    clock.now_s += 20
    tally.ended(4, ROW, resumed=False)
    tally.progressed(5, 1.0)
    tally.progressed(6, 7.0)  # nobody is more than done
    assert tally.completed == 7
    assert tally.seconds_left == 20.0  # three in 20 s, three to go
    assert tally.frames_per_s == 15.0
    tally.ended(5, replace(ROW, status="failed", frames=None), resumed=False)
    assert tally.as_json() == {
        "done": 6,
        "total": 10,
        "failed": 1,
        "resumed": 4,
        "frames": 300,
        "frames_per_s": 15.0,
        "seconds": 20.0,
        "seconds_left": 20.0,
    }


def test_programs_get_one_object_a_line() -> None:
    text = io.StringIO()
    console = Console(file=text, width=40, highlight=False, markup=False)
    with show(console, 2, "en", quiet=False, style="json") as shown:
        shown.started(0, "a.mp4")
        shown.done(0, ROW, False)
        shown.done(1, SummaryRow("[b].mp4", "failed", error="[b].mp4: is empty, and a line longer than 40"), False)
    lines = [json.loads(line) for line in text.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["progress", "done", "done", "end"]
    assert (lines[1]["path"], lines[1]["verdict"], lines[1]["score"]) == ("a.mp4", "pass", 90.0)
    assert lines[2]["error"] == "[b].mp4: is empty, and a line longer than 40"
    assert (lines[3]["done"], lines[3]["failed"], lines[3]["frames"]) == (2, 1, 300)


def test_people_read_failures_even_when_quiet() -> None:
    text = io.StringIO()
    with show(Console(file=text, width=200), 2, "en", quiet=True) as shown:
        shown.done(0, ROW, False)
        shown.done(1, SummaryRow("b.mp4", "failed", error="b.mp4: is empty"), False)
    assert text.getvalue() == "yitai: b.mp4: is empty\n"
