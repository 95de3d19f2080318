"""The measures of a take over time, from its ``track.parquet``; of older takes from ``series.csv``."""

from __future__ import annotations

import csv
import math
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.library.takes import SERIES_FILE
from vision.records import RECORD_FILE, read_series
from vision.types import Series

SERIES_KEPT = 4


def take_series(folder: Path) -> Series | None:
    """The measures over time; None when there is no such file or it is damaged."""
    for path in (folder / RECORD_FILE, folder / SERIES_FILE):
        with suppress(OSError, ValueError):
            return _read(path, path.stat().st_mtime_ns)
    return None


@lru_cache(maxsize=SERIES_KEPT)
def _read(path: Path, changed_ns: int) -> Series:
    return read_series(path) if path.name == RECORD_FILE else _read_table(path)


def _read_table(path: Path) -> Series:
    """What `vision.report.tables.series_csv` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        table = np.array([[float(cell) if cell else math.nan for cell in row] for row in rows], np.float64)
    if header[:1] != ["t"] or table.ndim != 2 or table.shape[1] != len(header):
        raise ValueError(f"{path.name}: not a table of series")
    columns = dict(zip(header, table.T, strict=True))
    names = [name for name in header[1:] if f"{name}_u" in columns]
    return Series(columns["t"], {name: columns[name] for name in names}, {name: columns[f"{name}_u"] for name in names})
