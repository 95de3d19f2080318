"""A drop folder: recordings that appear in it are scored as they come, until somebody stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.batch.summary import SummaryRow
from app.inputs import Defaults, Inputs, gather, media_in

REST_S = 5.0  # a file whose size and time have not changed for this long is taken to be complete
LOOK_EVERY_S = 1.0

Stamp = tuple[int, int]  # size, time of the last change (ns)


@dataclass(slots=True)
class DropFolder:
    """What was seen in a folder. ``named``: the report folder that each recording has from an earlier run."""

    folder: Path
    defaults: Defaults
    rest_s: float = REST_S
    clock: Callable[[], float] = time.monotonic
    named: dict[str, str] = field(default_factory=dict)
    _seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)
    _taken: dict[str, Stamp] = field(default_factory=dict)

    def ready(self) -> Inputs:
        """Recordings that rest and are new, or have changed since they were taken."""
        found = [path for path in self._rested() if self._taken.get(path) != self._seen[path][0]]
        for path in found:
            self._taken[path] = self._seen[path][0]
        tasks = gather(found, None, self.defaults).tasks if found else ()
        return Inputs(tuple(replace(task, folder=self._folder(task.path, task.folder)) for task in tasks))

    def _rested(self) -> Iterator[str]:
        now_s = self.clock()
        for path in media_in(self.folder):
            try:
                status = Path(path).stat()
            except OSError:  # taken away while we looked
                continue
            stamp = (status.st_size, status.st_mtime_ns)
            if path not in self._seen or self._seen[path][0] != stamp:
                self._seen[path] = (stamp, now_s)
            elif now_s - self._seen[path][1] >= self.rest_s and status.st_size > 0:
                yield path

    def _folder(self, path: str, wanted: str) -> str:
        """The recording's report folder, the same for as long as the reports are kept."""
        if path not in self.named:
            used = {name.casefold() for name in self.named.values()}
            name, count = wanted, 1
            while name.casefold() in used:
                count += 1
                name = f"{wanted}-{count}"
            self.named[path] = name
        return self.named[path]


def named_by(rows: list[SummaryRow]) -> dict[str, str]:
    """The report folder of each recording of a summary."""
    return {row.path: row.report.rsplit("/", 1)[0] for row in rows if row.report and "/" in row.report}
