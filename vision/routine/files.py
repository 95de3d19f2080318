"""Reading a routine file (``yitai.routine/1``, TOML); what is wrong is told with file, line and key."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from vision.errors import RoutineError
from vision.routine.model import KINDS, SCHEMA, Routine, Step
from vision.standard.text_files import read_utf8
from vision.standard.toml_lines import LineMap
from vision.types import Drill, Side

MOST_TIMES = 20
_TOP = ("schema", "name_zh", "name_en", "step")
_STEP = ("drill", "count", "side", "optional")


def load_routine(path: str | Path) -> Routine:
    """The routine of a file; RoutineError with one clear line when it is none."""
    return parse_routine(read_text(path), str(path))


def read_text(path: str | Path) -> str:
    """The text of a routine file; RoutineError when it cannot be read."""
    return read_utf8(path, RoutineError, "流程文件", "routine")


def parse_routine(text: str, name: str) -> Routine:
    """The routine in a text; ``name`` is told in errors."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RoutineError(f"{name}: not a TOML file: {error}", f"{name}：不是 TOML 文件：{error}") from error
    return _Reader(name, LineMap(text)).routine(document, hashlib.sha256(text.encode("utf-8")).hexdigest())


class _Reader:
    """Turns a document into a routine; every complaint names file and line."""

    def __init__(self, name: str, lines: LineMap) -> None:
        self._name = name
        self._lines = lines

    def routine(self, document: dict[str, Any], sha256: str) -> Routine:
        """The whole document."""
        if document.get("schema") != SCHEMA:
            self._fail(("schema",), f"schema should be '{SCHEMA}'", f"schema 应为 '{SCHEMA}'")
        self._known(document, _TOP, ())
        names = [document.get(key, "") for key in ("name_zh", "name_en")]
        for key, value in zip(("name_zh", "name_en"), names, strict=True):
            if not isinstance(value, str):
                self._fail((key,), f"{key} should be text", f"{key} 应为文字")
        steps = document.get("step")
        if not isinstance(steps, list) or not steps:
            self._fail(("step",), "at least one [[step]] is needed", "至少需要一个 [[step]]")
            raise AssertionError
        return Routine(tuple(self._step(entry, k) for k, entry in enumerate(steps)), names[0], names[1], sha256)

    def _step(self, entry: Any, number: int) -> Step:
        path = ("step", number)
        if not isinstance(entry, dict):
            self._fail(path, "write steps as [[step]] tables", "步骤应写成 [[step]]")
        self._known(entry, _STEP, path)
        kind = entry.get("drill")
        if kind not in KINDS:
            known = ", ".join(KINDS)
            self._fail((*path, "drill"), f"drill '{kind}' is none of {known}", f"drill '{kind}' 不在 {known} 之中")
        count = entry.get("count", 1)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_TIMES:
            self._fail((*path, "count"), f"count should be 1 to {MOST_TIMES}", f"count 应为 1 到 {MOST_TIMES}")
        optional = entry.get("optional", False)
        if not isinstance(optional, bool):
            self._fail((*path, "optional"), "optional should be true or false", "optional 应为 true 或 false")
        return Step(str(kind), count, self._side(entry, kind, path), optional)

    def _side(self, entry: dict[str, Any], kind: Any, path: tuple[str | int, ...]) -> Side | None:
        side = entry.get("side")
        if side is None:
            return None
        if kind != Drill.GUIDE:
            self._fail((*path, "side"), "only guide has a side", "只有 guide 有 side")
        if side not in tuple(Side):
            self._fail((*path, "side"), f"side '{side}' is neither left nor right", f"side '{side}' 应为 left 或 right")
        return Side(side)

    def _known(self, table: dict[str, Any], keys: tuple[str, ...], path: tuple[str | int, ...]) -> None:
        for key in table:
            if key not in keys:
                known = ", ".join(keys)
                self._fail((*path, key), f"unknown key '{key}'; known: {known}", f"未知的键 '{key}'；可用：{known}")

    def _fail(self, path: tuple[str | int, ...], en: str, zh: str) -> None:
        line = self._lines.line(*path)
        raise RoutineError(f"{self._name}, line {line}: {en}", f"{self._name} 第 {line} 行：{zh}")
