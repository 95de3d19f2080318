"""Asks the browser for its camera before the live view starts: whether there is one, and how large its picture is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.components import renderer
from app.texts import pick

TROUBLES = ("insecure", "no_camera", "denied", "busy", "failed")


@dataclass(frozen=True, slots=True)
class BrowserCamera:
    """What the browser says: a picture size in pixels, or one of `TROUBLES`."""

    size_wh: tuple[int, int] | None
    trouble: str | None = None
    detail: str = ""  # the browser's own word for it


def camera_check(key: str, language: str, constraints: Mapping[str, Any]) -> BrowserCamera | None:
    """Show that the camera is being asked for; None until the browser has answered.

    ``constraints``: of ``getUserMedia``, the same as the stream will use, so that the size is the stream's.
    """
    words = {
        "asking": pick(language, "正在打开摄像头……", "Opening the camera…"),
        "allow": pick(
            language,
            "若浏览器询问，请选“允许”。画面只用来评测，不会传到互联网。",
            "If the browser asks, choose 'Allow'. The picture is only measured; it goes nowhere else.",
        ),
    }
    result = renderer("camera_check")(
        key=key,
        data={"constraints": dict(constraints), "words": words},
        default={"camera": None},
        on_camera_change=_heard,
    )
    return parse_camera(result.get("camera"))


def _heard() -> None:
    """The page reads the value itself."""


def parse_camera(answer: object) -> BrowserCamera | None:
    """The browser's answer; None while there is none, ``failed`` for one of another form."""
    if answer is None:
        return None
    if not isinstance(answer, Mapping):
        return BrowserCamera(None, "failed")
    width, height, trouble = answer.get("width"), answer.get("height"), answer.get("trouble")
    if isinstance(width, int) and isinstance(height, int) and min(width, height) > 0 and not trouble:
        return BrowserCamera((width, height))
    return BrowserCamera(None, trouble if trouble in TROUBLES else "failed", str(answer.get("detail") or ""))
