"""The webcam's live picture; takes stills at the camera's full size and leaves them on the server's disk.

The picture is mirrored for the eye only: stills are as the camera sees the room.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.components import renderer
from app.server.address import upload_url
from app.texts import pick
from calibration.camera import Camera
from calibration.draw import calibration_lines
from vision.types import FloatArray

GUIDES = ("person", "sheet", "board", "seat", "none")
SIZE_WH = (1920, 1080)  # asked for; the camera gives what it has
WAITS_S = (3, 5, 10, 15)


@dataclass(frozen=True, slots=True)
class Stop:
    """What is to be taken: ``count`` stills over ``span_s`` seconds, after a count-down with the hint."""

    id: str
    title: str
    hint: str
    count: int
    span_s: float
    during: str = ""  # said while stills are taken


@dataclass(frozen=True, slots=True)
class Still:
    """One JPEG on the server (see `app.server.uploads.upload_path`) and when it was taken within its burst."""

    number: str
    time_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """The stills of one stop; ``id`` is new for every burst."""

    id: str
    stop: str
    stills: tuple[Still, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What came from the browser: bursts since the component is on the page, and why there is no picture."""

    bursts: tuple[Burst, ...]
    trouble: str | None


def camera_picture(
    key: str,
    language: str,
    stops: Sequence[Stop] = (),
    *,
    taken: Collection[str] = (),
    guide: str = "none",
    wait_s: int = 5,
    spoken: bool = False,
    mirror: bool = True,
    lines: Sequence[dict[str, Any]] = (),
) -> Seen:
    """Show it. ``taken``: stops that are there already; ``lines``: drawn over the picture, see `overlay_lines`."""
    result = renderer("camera_picture")(
        key=key,
        data={
            "url": upload_url(),
            "language": language,
            "words": _words(language, len(stops)),
            "stops": [asdict(stop) for stop in stops],
            "taken": list(taken),
            "forget": True,
            "guide": guide,
            "size": list(SIZE_WH),
            "wait_s": wait_s,
            "wait_choices": sorted({*WAITS_S, wait_s}),
            "spoken": spoken,
            "mirror": mirror,
            "lines": list(lines),
        },
        default={"bursts": [], "trouble": None},
        on_bursts_change=lambda: None,
        on_trouble_change=lambda: None,
    )
    trouble = result.get("trouble")
    return Seen(parse_bursts(result.get("bursts")), trouble if isinstance(trouble, str) else None)


def parse_bursts(entries: object) -> tuple[Burst, ...]:
    """What the browser says it has sent; entries of another form are left out."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return ()
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or not {"id", "stop", "stills"} <= entry.keys():
            continue
        stills = tuple(
            Still(str(one["number"]), float(one["t"]))
            for one in entry["stills"]
            if isinstance(one, dict) and {"number", "t"} <= one.keys()
        )
        if stills:
            found.append(Burst(str(entry["id"]), str(entry["stop"]), stills))
    return tuple(found)


def overlay_lines(camera: Camera, spots_m: FloatArray | None = None) -> list[dict[str, Any]]:
    """The floor grid, poles and seat as shares of the picture's width and height, cut where they leave it."""
    width, height = camera.image_size
    found = []
    for line in calibration_lines(camera, spots_m):
        piece: list[list[float]] = []
        for x, y in line.points_px / (width, height):
            if -0.2 <= x <= 1.2 and -0.2 <= y <= 1.2:
                piece.append([round(float(x), 4), round(float(y), 4)])
                continue
            if len(piece) > 1:
                found.append({"kind": line.kind, "points": piece})
            piece = []
        if len(piece) > 1:
            found.append({"kind": line.kind, "points": piece})
    return found


def _words(language: str, stops: int) -> dict[str, str]:
    def say(zh: str, en: str) -> str:
        return pick(language, zh, en)

    return {
        **_troubles(language),
        "off": say("打开摄像头，看看画面", "Turn the camera on to see the picture"),
        "on": say("打开摄像头", "Turn the camera on"),
        "again": say("再试一次", "Try again"),
        "private": say(
            "画面只在本机处理，不会发到网上", "The pictures stay with this program; nothing goes to the internet"
        ),
        "asking": say("请在浏览器弹出的提示中允许使用摄像头", "Allow the camera in the browser's question"),
        "start": say("开始拍摄", "Start") if stops < 2 else say("全部依次拍摄（免手动）", "Take them all, hands-free"),
        "stop": say("停止", "Stop"),
        "retake_all": say("全部重拍", "Take all again") if stops > 1 else say("重拍", "Take again"),
        "retake": say("重拍", "Again"),
        "take": say("拍摄", "Take"),
        "wait": say("倒计时", "Count-down"),
        "seconds": say("秒", "s"),
        "device": say("摄像头", "Camera"),
        "still": say("保持不动", "Hold still"),
        "sending": say("正在传送", "Sending"),
        "failed": say("传送失败，请检查网络后重拍", "Sending failed; check the network and take it again"),
        "head": say("头顶", "top of the head"),
        "feet": say("鞋底", "soles of the shoes"),
    }


def _troubles(language: str) -> dict[str, str]:
    """Why there is no picture, and what to do."""

    def say(zh: str, en: str) -> str:
        return pick(language, zh, en)

    return {
        "insecure": say(
            "浏览器只在本机地址（localhost）或 https 下开放摄像头。可改用下面的上传",
            "The browser gives a camera only on this computer (localhost) or over https. Upload pictures instead",
        ),
        "blocked": say(
            "摄像头被浏览器阻止。请点地址栏左侧的图标，允许使用摄像头，再试一次；也可以上传照片或录像",
            "The browser blocks the camera. Click the icon left of the address, allow the camera and try again, "
            "or upload pictures",
        ),
        "missing": say(
            "没有找到摄像头。请接好后再试；也可以上传照片或录像",
            "No camera was found. Plug it in and try again, or upload pictures",
        ),
        "busy": say(
            "摄像头正被其他程序占用。请关闭会议软件等程序后再试；也可以上传照片或录像",
            "Another program uses the camera. Close it (a meeting, another window) and try again, or upload pictures",
        ),
        "unknown": say(
            "摄像头打不开。请拔插后再试；也可以上传照片或录像",
            "The camera cannot be opened. Plug it in again and retry, or upload pictures",
        ),
    }
