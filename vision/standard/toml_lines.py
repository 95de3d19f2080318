"""Where a key of a TOML document stands: `tomllib` tells only the values.

A small scanner over the source lines: enough for packs (tables, arrays of
tables, ``key = value`` lines, strings and arrays over several lines). What it
cannot place falls back to the line of the table that holds it.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_ARRAY_TABLE = re.compile(r"^\s*\[\[\s*([^\]]+?)\s*\]\]")
_TABLE = re.compile(r"^\s*\[\s*([^\]\[]+?)\s*\]")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=\s*(.*)$""")
_TRIPLE = ('"""', "'''")


class LineMap:
    """Line numbers (from 1) by path, as in ``("clause", 2, "rule", 0, "high")``."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._scan(text.splitlines())

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest table above it that has one."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 1

    def _scan(self, lines: list[str]) -> None:
        table: Path = ()
        number = 0
        while number < len(lines):
            line, start = lines[number], number + 1
            number += 1
            if header := _ARRAY_TABLE.match(line):
                table = self._enter(_parts(header.group(1)), start)
            elif header := _TABLE.match(line):
                table = self._resolve(_parts(header.group(1)))
                self._lines.setdefault(table, start)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_parts(key.group(1))), start)
                number = _end_of_value(lines, number, key.group(2))

    def _enter(self, parts: tuple[str, ...], line: int) -> Path:
        array = (*self._resolve(parts[:-1]), parts[-1])
        index = self._counts.get(array, 0)
        self._counts[array] = index + 1
        self._lines.setdefault(array, line)
        self._lines[(*array, index)] = line
        return (*array, index)

    def _resolve(self, parts: tuple[str, ...]) -> Path:
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))


def _end_of_value(lines: list[str], number: int, value: str) -> int:
    """Index of the first line after a value that starts with ``value`` on line ``number`` (from 1)."""
    for quote in _TRIPLE:
        if value.startswith(quote):
            if quote in value[3:]:
                return number
            while number < len(lines) and quote not in lines[number]:
                number += 1
            return number + 1
    depth = _depth(value)
    while depth > 0 and number < len(lines):
        depth += _depth(lines[number])
        number += 1
    return number


def _depth(line: str) -> int:
    """Opened minus closed brackets outside strings and comments."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', "", line).split("#", 1)[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
