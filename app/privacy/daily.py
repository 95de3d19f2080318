"""What the running page does by itself: at its start it finishes erasures and removes practices; it purges daily."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.files import remove
from app.places import PEOPLE, Places
from app.privacy.erase import finish_begun
from app.privacy.purge import purge
from vision.errors import YitaiError

EVERY_S = 24 * 3600.0
_LOG = logging.getLogger(__name__)


def forget_practices(places: Places) -> int:
    """Remove every practice: at the start of the server no session is left that could keep one. How many."""
    found = [
        path
        for area in (places.practice, *(places.root / PEOPLE).glob("*/practice"))
        for path in (sorted(area.iterdir()) if area.is_dir() else ())
    ]
    for path in found:
        remove(path)
    return len(found)


def finish_erasures(places: Places) -> int:
    """Finish what an end without warning broke off; what cannot be finished now is tried at the next start."""
    try:
        done = finish_begun(places)
    except YitaiError as error:
        _LOG.warning("an erasure is not finished: %s", error.en)
        return 0
    if done:
        _LOG.warning("finished erasures that had been broken off: %s", ", ".join(one.id for one in done))
    return len(done)


@contextmanager
def purging(places: Places, every_s: float = EVERY_S) -> Iterator[None]:
    """Purge now and then once a day, in a thread, while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(places, every_s, ended), name="purging", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _run(places: Places, every_s: float, ended: threading.Event) -> None:
    while True:
        try:
            gone = purge(places)
        except YitaiError as error:  # the disk or the database; tomorrow is another day
            _LOG.warning("purge: %s", error.en)
        else:
            if gone:
                _LOG.info("purged %d", len(gone))
        if ended.wait(every_s):
            return
