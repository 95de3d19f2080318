"""Networks that were made once, kept for the next recording.

Loading a network takes 50 to 100 ms, as long as looking at ten frames with it. Only what remembers nothing of the
pictures it saw may be kept, so that a recording's numbers never depend on what was watched before it.
"""

from __future__ import annotations

import atexit
import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar


class Closable(Protocol):
    """Something that holds a network."""

    def close(self) -> None:
        """Free it."""


Kept = TypeVar("Kept", bound=Closable)


class Shelf:
    """What lies idle, by process and key: networks have threads, which a forked process does not inherit.

    Lending is safe between threads: an idle network is taken by one of them.
    """

    def __init__(self) -> None:
        self._idle: defaultdict[tuple[int, Hashable], list[Any]] = defaultdict(list)

    @contextmanager
    def lent(self, key: Hashable, make: Callable[[], Kept]) -> Iterator[Kept]:
        """An idle one, or a new one; after an error in the block it is not trusted any more."""
        idle = self._idle[os.getpid(), key]
        try:
            one: Kept = idle.pop()
        except IndexError:
            one = make()
        try:
            yield one
        except BaseException:
            one.close()
            raise
        idle.append(one)

    def clear(self) -> None:
        """Free everything that lies idle in this process."""
        for (process, _key), idle in list(self._idle.items()):
            while idle and process == os.getpid():
                idle.pop().close()


SHELF = Shelf()
atexit.register(SHELF.clear)
