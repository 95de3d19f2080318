"""Text files that people write (packs, routines): read whole as UTF-8, or refused in one line."""

from __future__ import annotations

from pathlib import Path

from vision.errors import YitaiError


def read_utf8(path: str | Path, error_type: type[YitaiError], what_zh: str, what_en: str) -> str:
    """The text of a file, without a byte order mark; an ``error_type`` that names ``what`` when there is none."""
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
        raise error_type(f"{path}: the {what_en} cannot be read: {why}", f"{path}：无法读取{what_zh}：{why}") from error
    except UnicodeDecodeError as error:
        raise error_type(
            f"{path}: the {what_en} is not UTF-8 text (byte {error.start}); save it as UTF-8",
            f"{path}：{what_zh}不是 UTF-8 文本（第 {error.start} 字节），请另存为 UTF-8",
        ) from error
