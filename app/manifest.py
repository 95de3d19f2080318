"""The manifest: a CSV that says for each recording who is in it and how the camera stood.

Columns: ``path`` and any of ``calibration, height_cm, sex, trainee, standard,
drill``; others are ignored (``truth`` is for `app.bench`). Relative paths are relative to the manifest. UTF-8
with or without a byte-order mark, or GBK as Excel in China saves it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app import remote
from vision.errors import ManifestError
from vision.types import Drill

COLUMNS = ("path", "calibration", "height_cm", "sex", "trainee", "standard", "drill")
HEIGHT_RANGE_CM = (80.0, 250.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One recording of a manifest; what the file leaves empty is None."""

    path: str  # as written
    file: Path
    calibration: Path | None = None
    height_cm: float | None = None
    sex: str | None = None
    trainee: str | None = None
    standard: str | None = None
    drill: Drill | None = None
    truth: Path | None = None
    url: str | None = None  # where it lies when that is another machine; ``file`` is then its name


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one line, with enough to say where something is wrong."""

    manifest: Path
    line: int
    values: dict[str, str]

    def error(self, column: str, zh: str, en: str) -> ManifestError:
        return ManifestError(
            f"{self.manifest}, line {self.line}, column {column}: {en}",
            f"{self.manifest} 第 {self.line} 行 {column} 列：{zh}",
        )

    def text(self, column: str) -> str | None:
        return self.values.get(column) or None

    def file(self, column: str) -> Path | None:
        text = self.text(column)
        return self.manifest.parent / text if text else None

    def standard(self) -> str | None:
        text = self.text("standard")
        return str(self.manifest.parent / text) if text and text.endswith(".toml") else text

    def height_cm(self) -> float | None:
        text = self.text("height_cm")
        if text is None:
            return None
        low, high = HEIGHT_RANGE_CM
        try:
            value = float(text)
        except ValueError:
            raise self.error("height_cm", f"应为厘米数，实为“{text}”", f"expected centimetres, got '{text}'") from None
        if not low <= value <= high:
            raise self.error(
                "height_cm",
                f"应在 {low:g} 到 {high:g} 厘米之间，实为 {text}",
                f"expected {low:g} to {high:g} cm, got {text}",
            )
        return value

    def sex(self) -> str | None:
        text = self.text("sex")
        if text is None:
            return None
        word = {"f": "f", "m": "m", "女": "f", "男": "m"}.get(text.lower())
        if word is None:
            raise self.error("sex", f"应为 f 或 m，实为“{text}”", f"expected f or m, got '{text}'")
        return word

    def drill(self) -> Drill | None:
        text = self.text("drill")
        if text is None or text == "auto":
            return None
        try:
            return Drill(text)
        except ValueError:
            words = ", ".join(["auto", *Drill])
            raise self.error(
                "drill", f"应为 {words} 之一，实为“{text}”", f"expected one of {words}, got '{text}'"
            ) from None


def read_manifest(path: Path) -> tuple[Row, ...]:
    """The rows of a manifest; ManifestError names line and column of what is wrong."""
    rows = tuple(_row(cells) for cells in _lines(path, _decoded(path)))
    if not rows:
        raise ManifestError(f"{path}: no recordings below the heading", f"{path}：表头下没有任何录像")
    return rows


def _row(cells: _Cells) -> Row:
    path = cells.text("path")
    url = path if path and remote.is_url(path) else None
    file = Path(remote.name_of(url)) if url else cells.file("path")
    if file is None:
        raise cells.error("path", "不能为空", "is empty")
    return Row(
        path=cells.values["path"],
        file=file,
        calibration=cells.file("calibration"),
        height_cm=cells.height_cm(),
        sex=cells.sex(),
        trainee=cells.text("trainee"),
        standard=cells.standard(),
        drill=cells.drill(),
        truth=cells.file("truth"),
        url=url,
    )


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ManifestError(f"{path}: cannot be read: {reason}", f"{path}：无法读取：{reason}") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ManifestError(
        f"{path}: is neither UTF-8 nor GBK text; save it as CSV UTF-8",
        f"{path}：既不是 UTF-8 也不是 GBK 文本；请另存为 CSV UTF-8",
    )


def _lines(path: Path, text: str) -> Iterator[_Cells]:
    """The filled lines below the heading."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[str] | None = None
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if heading is None:
                heading = _heading(path, reader.line_num, stripped)
                continue
            if len(stripped) > len(heading):
                raise ManifestError(
                    f"{path}, line {reader.line_num}, column {len(heading) + 1}: more cells than the heading has "
                    f"({len(stripped)} against {len(heading)}); put a path with a comma into quotes",
                    f"{path} 第 {reader.line_num} 行第 {len(heading) + 1} 列：单元格比表头多"
                    f"（{len(stripped)} 对 {len(heading)}）；含逗号的路径请加引号",
                )
            yield _Cells(path, reader.line_num, dict(zip(heading, stripped, strict=False)))
    except csv.Error as error:
        raise ManifestError(
            f"{path}, line {reader.line_num}: is not valid CSV: {error}",
            f"{path} 第 {reader.line_num} 行：不是有效的 CSV：{error}",
        ) from error
    if heading is None:
        raise ManifestError(f"{path}: is empty", f"{path}：文件为空")


def _heading(path: Path, line: int, cells: list[str]) -> list[str]:
    heading = [cell.lower() for cell in cells]
    if "path" not in heading:
        raise ManifestError(
            f"{path}, line {line}: the heading has no column 'path'; known columns: {', '.join(COLUMNS)}",
            f"{path} 第 {line} 行：表头缺少 path 列；可用的列：{'、'.join(COLUMNS)}",
        )
    for column in COLUMNS:
        if heading.count(column) > 1:
            raise ManifestError(
                f"{path}, line {line}, column {column}: stands twice in the heading",
                f"{path} 第 {line} 行 {column} 列：在表头中出现两次",
            )
    return heading
