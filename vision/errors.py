"""The exception tree: broken input only. A value that cannot be known is not an error but a `Reason`.

Every message stands alone: what was expected, what came, what to do. It is
carried in Chinese and English, because it reaches the user as it is.
"""

from __future__ import annotations


class YitaiError(Exception):
    """Base of all errors a user can cause; ``str(error)`` is the English line.

    Attributes: ``zh`` and ``en``, one clear line each.
    """

    def __init__(self, en: str, zh: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh if zh is not None else en

    def text(self, language: str) -> str:
        """The line in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    def __reduce__(self) -> tuple[type[YitaiError], tuple[str, str]]:
        return (type(self), (self.en, self.zh))


class MediaError(YitaiError):
    """A video or picture cannot be read (missing, empty, not a video, truncated before the first frame)."""


class PackError(YitaiError):
    """A standard pack is broken; the message names file, line and key."""


class RoutineError(PackError):
    """A routine file is broken; the message names file and line."""


class ManifestError(YitaiError):
    """A manifest is broken; the message names file, line and column."""


class UsageError(YitaiError):
    """Options that do not fit together or do not exist."""


class OutputError(YitaiError):
    """A result cannot be written (no space, no permission)."""


class NoPersonError(YitaiError):
    """Nobody can be seen in a recording, so nothing can be measured."""
