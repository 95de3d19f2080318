"""Errors of the calibration package: a broken camera file, in both languages."""

from __future__ import annotations


class CameraError(Exception):
    """A camera file cannot be used; ``en`` and ``zh`` are one clear line each."""

    def __init__(self, en: str, zh: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh if zh is not None else en

    def text(self, language: str) -> str:
        """The line in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    def __reduce__(self) -> tuple[type[CameraError], tuple[str, str]]:
        return (type(self), (self.en, self.zh))
