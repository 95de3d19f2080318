"""What the live view says: guidance, hold timer, speed, and why there is no picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.live.state import Arrow, LiveState, Speed, Stage
from app.texts import pick
from vision.palette import VERDICT_SYMBOL

MOST_CUES = 3
USUAL_WH = (640, 480)
GROOMING_WIDE_PX = 1280  # hair and badge want more pixels than a posture


class Trouble(StrEnum):
    """Why the live view cannot run."""

    INSECURE = "insecure"
    NO_CAMERA = "no_camera"
    DENIED = "denied"
    BUSY = "busy"
    FAILED = "failed"
    CONNECTION = "connection"
    LOST = "lost"
    FORMAT = "format"  # the camera file is for another aspect ratio


CONNECT_S = 30.0  # after that without a picture the connection counts as blocked; slow machines need 20

TROUBLE_TEXT: dict[Trouble, tuple[str, str, str, str]] = {
    Trouble.INSECURE: (
        "这个地址没有加密，浏览器不开放摄像头",
        "This address is not encrypted, so the browser keeps the camera closed",
        "在运行仪态的电脑上打开 http://localhost，或请管理员用 yitai app --cert 和 --key 启用 HTTPS。",
        "Open http://localhost on the computer that runs Yitai, or have HTTPS switched on: yitai app --cert and --key.",
    ),
    Trouble.NO_CAMERA: (
        "没有找到摄像头",
        "No camera was found",
        "接好摄像头后点“重试”。",
        "Plug a camera in, then choose 'Try again'.",
    ),
    Trouble.DENIED: (
        "浏览器没有获准使用摄像头",
        "The browser may not use the camera",
        "点地址栏旁的摄像头或锁形图标，改为“允许”，再点“重试”。",
        "Click the camera or lock sign beside the address, choose 'Allow', then 'Try again'.",
    ),
    Trouble.BUSY: (
        "摄像头正被其他程序占用",
        "Another program is using the camera",
        "关闭视频会议等程序后点“重试”。",
        "Close video calls and the like, then choose 'Try again'.",
    ),
    Trouble.FAILED: (
        "浏览器打不开摄像头",
        "The browser cannot open the camera",
        "换一个浏览器或摄像头试试。",
        "Try another browser or camera.",
    ),
    Trouble.CONNECTION: (
        f"{CONNECT_S:.0f} 秒内没有连上画面",
        f"No picture arrived within {CONNECT_S:.0f} seconds",
        "网络可能挡住了 WebRTC。请管理员运行 yitai app --check，并设置 TURN 服务器（YITAI_TURN_URL）。",
        "The network may block WebRTC. Have yitai app --check run, and a TURN server set (YITAI_TURN_URL).",
    ),
    Trouble.LOST: (
        "画面断了",
        "The picture has stopped",
        "检查摄像头的连线和网络，再点“重试”。",
        "Check the camera's cable and the network, then choose 'Try again'.",
    ),
    Trouble.FORMAT: (
        "相机文件与摄像头的画面比例不同",
        "The camera file is for another picture format",
        "换用正确的相机文件，或重新标定；也可以暂时不用相机文件（误差会变大）。",
        "Choose the right camera file or calibrate again; or go on without it, with wider uncertainty.",
    ),
}


@dataclass(frozen=True, slots=True)
class Guidance:
    """One thing in large letters. ``share`` 0..1 fills a bar or a ring; None: neither."""

    title: str
    text: str = ""
    arrow: Arrow = Arrow.NONE
    share: float | None = None
    count: str = ""  # in the ring: seconds held, or 3, 2, 1
    good: bool = False


@dataclass(frozen=True, slots=True)
class CueLine:
    """Something to show, to speak, or both. ``id`` tells lines apart whatever their numbers."""

    id: str
    text: str
    verdict: str
    symbol: str
    shown: bool = True


def cue_lines(state: LiveState, language: str) -> tuple[CueLine, ...]:
    """The cues worst first; before the practice the hint, spoken only, because it stands there in large letters."""
    if state.frames == 0 or state.stage is Stage.DONE:
        return ()
    if state.stage is Stage.COUNTDOWN:
        return (CueLine(f"count.{state.counting}", str(state.counting or ""), "pass", "", shown=False),)
    hint = _hint(state, language)
    spoken = (CueLine(f"hint.{state.hint.code}", hint, "pass", "", shown=False),) if state.hint and hint else ()
    if state.stage is not Stage.PRACTISING or state.turns:  # who shows their back must hear what comes next
        return spoken
    return tuple(
        CueLine(cue.rule, pick(language, cue.zh, cue.en), str(cue.verdict), VERDICT_SYMBOL[cue.verdict])
        for cue in state.cues[:MOST_CUES]
    )


def constraints(size_wh: tuple[int, int] | None, wide_px: int = USUAL_WH[0]) -> dict[str, Any]:
    """What the browser's camera is asked for (``getUserMedia``): the format of the camera file, about 640 wide.

    ``resizeMode`` none keeps the browser from cutting another format to measure, which a camera file would not know.
    """
    width, height = size_wh or USUAL_WH
    scale = wide_px / max(width, height)
    wanted = {"width": {"ideal": round(width * scale)}, "height": {"ideal": round(height * scale)}}
    return {"video": {**wanted, "frameRate": {"ideal": 30}, "resizeMode": "none"}, "audio": False}


def trouble_text(trouble: Trouble, language: str) -> tuple[str, str]:
    """What is wrong and what to do about it."""
    zh, en, do_zh, do_en = TROUBLE_TEXT[trouble]
    return pick(language, zh, en), pick(language, do_zh, do_en)


def guidance(state: LiveState, language: str, *, connected: bool = True) -> Guidance:
    """What to do now. ``connected``: pictures come in."""
    if not connected:
        return Guidance(
            pick(language, "正在连接画面……", "Connecting…"), pick(language, "通常几秒钟", "This takes a few seconds")
        )
    match state.stage:
        case Stage.PLACING:
            return _placing(state, language)
        case Stage.NEUTRAL:
            return Guidance(
                _hint(state, language) or pick(language, "自然站直，不要动", "Stand upright and still"),
                pick(language, "正在记录本人的自然站姿", "Taking your own upright posture"),
                share=state.share,
                arrow=_arrow(state),
            )
        case Stage.COUNTDOWN:
            return Guidance(
                pick(language, "准备", "Get ready"), count=str(state.counting or ""), share=state.share, good=True
            )
        case Stage.PRACTISING:
            return _practising(state, language)
        case Stage.DONE:
            return Guidance(
                pick(language, "完成", "Done"),
                pick(language, "正在保存录像……", "Saving the recording…"),
                Arrow.GOOD,
                good=True,
            )


def _placing(state: LiveState, language: str) -> Guidance:
    hint = _hint(state, language)
    ready = state.hint is not None and state.hint.ready
    if ready and not state.armed:
        text = pick(language, "点“开始”，或按 S 键", "Choose 'Start', or press S")
    elif state.armed:
        text = pick(language, "站好后自动开始", "It starts by itself once you stand well")
    else:
        text = pick(language, "可以先点“开始”再走到位置", "You may choose 'Start' first and then take your place")
    return Guidance(hint or pick(language, "请站到镜头前", "Step before the camera"), text, _arrow(state), good=ready)


def _turns(state: LiveState, language: str) -> Guidance:
    """The grooming station: which sides are done."""
    names = [f"{'✓' if turn.done else '○'} {pick(language, turn.zh, turn.en)}" for turn in state.turns]
    done = sum(turn.done for turn in state.turns)
    return Guidance(
        _hint(state, language),
        "  ".join(names),
        _arrow(state),
        share=state.share,
        count=f"{done}/{len(state.turns)}",
        good=state.hint is not None and state.hint.arrow is Arrow.GOOD,
    )


def _practising(state: LiveState, language: str) -> Guidance:
    if state.turns:
        return _turns(state, language)
    held, of = f"{state.held_s:.1f}", f"{state.hold_of_s:g}"
    return Guidance(
        _hint(state, language) or pick(language, "做动作并保持", "Do the drill and hold it"),
        pick(language, f"已保持 {held} 秒，共需 {of} 秒", f"held {held} s of {of} s"),
        _arrow(state),
        share=min(1.0, state.held_s / state.hold_of_s) if state.hold_of_s > 0 else state.share,
        count=held,
        good=state.reached,
    )


def _hint(state: LiveState, language: str) -> str:
    return "" if state.hint is None else pick(language, state.hint.zh, state.hint.en)


def _arrow(state: LiveState) -> Arrow:
    return Arrow.NONE if state.hint is None else state.hint.arrow


def speed_text(speed: Speed, language: str) -> str:
    """Delay and frame rate; "" before there is anything to tell."""
    if speed.fps is None:
        return ""
    rate = pick(language, f"{speed.fps:.0f} 帧/秒", f"{speed.fps:.0f} frames/s")
    if speed.delay_ms is None:
        return rate
    return pick(language, f"延迟 {speed.delay_ms:.0f} 毫秒 · {rate}", f"delay {speed.delay_ms:.0f} ms · {rate}")
