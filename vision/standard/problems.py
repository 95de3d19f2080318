"""Problems of a pack file, each with its line, and typed reading of a TOML table that collects them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vision.standard.toml_lines import LineMap


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a pack file; ``en`` and ``zh`` say what, without the place."""

    file: str
    line: int
    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.en}"

    def text(self, language: str) -> str:
        """The whole line, place included, in ``zh`` or ``en``."""
        return f"{self.file}:{self.line}: {self.zh if language == 'zh' else self.en}"


@dataclass(slots=True)
class Problems:
    """Collects the problems of one file."""

    file: Path
    lines: LineMap
    found: list[Problem] = field(default_factory=list)

    def add(self, path: tuple[str | int, ...], en: str, zh: str) -> None:
        """Add a problem at the line of ``path``."""
        self.found.append(Problem(str(self.file), self.lines.line(*path), en, zh))


class Table:
    """Reads one TOML table key by key; what is wrong goes to `problems`, and `finish` reports keys nobody read."""

    def __init__(
        self,
        values: Mapping[str, object],
        path: tuple[str | int, ...],
        kind: tuple[str, str],
        problems: Problems,
    ) -> None:
        self.path = path
        self._values = values
        self._known: set[str] = set()
        self._problems = problems
        self._kind = kind
        self.name = ""

    def problem(self, key: str | None, en: str, zh: str) -> None:
        """Add a problem of this table, at ``key``'s line or at the table's own."""
        name = f" '{self.name}'" if self.name else ""
        where = (*self.path, key) if key is not None else self.path
        self._problems.add(where, f"{self._kind[1]}{name}: {en}", f"{self._kind[0]}{name}：{zh}")

    def has(self, key: str) -> bool:
        """Whether the file gives ``key``."""
        self._known.add(key)
        return key in self._values

    def text(self, key: str, default: str | None = "") -> str:
        """A string; required when ``default`` is None."""
        value = self._get(key, required=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._wrong(key, "a text", "文字", value)
            return default or ""
        return value

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number, or ``default`` when it is absent."""
        value = self._get(key, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._wrong(key, "a finite number", "有限的数字", value)
            return default
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        value = self._get(key, required=False)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(key, "true or false", "true 或 false", value)
        return False

    def texts(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(key, required)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong(key, 'a list of texts, like ["a", "b"]', '文字列表，如 ["a", "b"]', value)
            return ()
        return tuple(value)

    def choice(self, key: str, choices: Iterable[str], default: str | None = "") -> str:
        """One of ``choices``; required when ``default`` is None."""
        value = self.text(key, default)
        options = tuple(choices)
        if value in options or value == default or not isinstance(self._values.get(key), str):
            return value
        if value or default is not None:
            self.not_one_of(key, value, options)
        return default or ""

    def not_one_of(self, key: str, value: str, options: Iterable[str]) -> None:
        """Say that ``value`` is not among ``options``, with the nearest one."""
        names = tuple(options)
        hint_en, hint_zh = _near(value, names)
        shown = ", ".join(names) if len(names) <= 8 else ""
        en = f"; expected one of: {shown}" if shown else ""
        zh = f"；可用：{shown}" if shown else ""
        message_en = f"{key} '{value}' is not known{hint_en}{en}"
        self.problem(key, message_en, f"{key} 的值 '{value}' 未知{hint_zh}{zh}")

    def tables(self, key: str) -> list[tuple[tuple[str | int, ...], Mapping[str, object]]]:
        """An array of tables, each with its path."""
        value = self._get(key, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(key, f"tables that start with [[{key}]]", f"以 [[{key}]] 开头的表", value)
            return []
        return [((*self.path, key, index), item) for index, item in enumerate(value)]

    def finish(self) -> None:
        """Report every key that is not known."""
        for key in self._values:
            if key not in self._known:
                hint_en, hint_zh = _near(key, self._known)
                self.problem(key, f"key '{key}' is not known{hint_en}", f"未知的键 '{key}'{hint_zh}")

    def _get(self, key: str, required: bool) -> object | None:
        self._known.add(key)
        value = self._values.get(key)
        if value is None and required:
            self.problem(None, f"key '{key}' is missing", f"缺少键 '{key}'")
        return value

    def _wrong(self, key: str, en: str, zh: str, value: object) -> None:
        self.problem(key, f"'{key}' must be {en}, not {value!r}", f"'{key}' 必须是{zh}，而不是 {value!r}")


def _near(word: str, known: Iterable[str]) -> tuple[str, str]:
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return (f" (did you mean '{match[0]}'?)", f"（是否想写 '{match[0]}'?）") if match else ("", "")
