"""Everything the player of the review page is given, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.library.layer import Layer
from app.presenter.review_charts import charts
from app.presenter.review_events import Pair, end_of, event_text
from app.presenter.review_rows import comments, manual, segments
from app.texts import pick, verdict_word
from vision.palette import VERDICT_SYMBOL
from vision.report.model import Report
from vision.types import FloatArray, Series, Verdict

EVEN_S = 0.002  # frames this near to even spacing are told by their rate alone


@dataclass(frozen=True, slots=True)
class Footage:
    """What can be shown of a take: addresses, frame times (N,) in seconds, and where the recording's clock begins."""

    recording: str | None
    annotated: str | None
    times_s: FloatArray
    offset_s: float = 0.0
    still: bool = False


def footage(source: Footage, report: Report) -> dict[str, Any]:
    """The pictures and their clock: an even rate, or each frame's milliseconds."""
    times = source.times_s
    count = len(times)
    rate = (count - 1) / float(times[-1]) if count > 1 and times[-1] > 0 else 25.0
    even = bool(np.all(np.abs(times - np.arange(count) / rate) < EVEN_S))
    return {
        "recording": source.recording,
        "annotated": source.annotated,
        "still": source.still,
        "offset": round(source.offset_s, 4),
        "fps": round(rate, 6),
        "count": count,
        "times": None if even else [round(time_s * 1000, 1) for time_s in times.tolist()],
        "duration": end_of(report),
        "size": list(report.source.size_wh),
    }


def player_data(
    take_id: str,
    report: Report,
    layer: Layer,
    series: Series | None,
    source: Footage,
    language: str,
    *,
    reviews: bool = True,
) -> dict[str, Any]:
    """The `data` of the player component; who does not review may comment, and change nothing."""
    return {
        "id": take_id,
        "footage": footage(source, report),
        "segments": segments(report, layer, language),
        "manual": manual(report, layer, language),
        "comments": comments(layer, language),
        "charts": charts(report, series, language),
        "locked": layer.signed is not None,
        "fixed": layer.signed is not None or not reviews,
        "verdicts": verdict_words(language),
        "words": words(language),
    }


def compare_data(pair: Pair, sides: tuple[dict[str, Any], dict[str, Any]], event: int, language: str) -> dict[str, Any]:
    """The `data` of the side-by-side component: two sides (``title`` and ``footage``), aligned on an event."""
    return {
        "sides": list(sides),
        "events": [
            {"name": str(name), "text": event_text(name, language), "times": [first, second]}
            for name, first, second in pair.events
        ],
        "chosen": event,
        "words": words(language),
    }


def verdict_words(language: str) -> dict[str, dict[str, str]]:
    """Symbol and word of every verdict."""
    return {
        verdict.value: {"symbol": VERDICT_SYMBOL[verdict], "text": verdict_word(language, verdict)}
        for verdict in Verdict
    }


def words(language: str) -> dict[str, str]:
    """The player's own words."""
    return {key: pick(language, zh, en) for key, (zh, en) in WORDS.items()}


WORDS: dict[str, tuple[str, str]] = {
    "play": ("播放（空格）", "Play (space)"),
    "pause": ("暂停（空格）", "Pause (space)"),
    "back": ("上一帧（,）", "Frame back (,)"),
    "forward": ("下一帧（.）", "Frame forward (.)"),
    "speed": ("速度（1–3）", "Speed (1–3)"),
    "marks": ("标注（O）", "Marks (O)"),
    "full": ("全屏（F）", "Full screen (F)"),
    "comment": ("评语", "Comment"),
    "comment_here": ("给这一刻写评语（C）", "Comment at this moment (C)"),
    "frame": ("第 {k} 帧", "frame {k}"),
    "seek": ("时间轴", "Timeline"),
    "hold": ("保持", "hold"),
    "chart": ("曲线", "Course"),
    "whole": ("全程", "whole take"),
    "drill": ("本动作", "this drill"),
    "no_chart": ("没有可画的曲线", "There is no course to draw"),
    "checks": ("检查项", "Checks"),
    "manual": ("目测项", "By eye"),
    "comments": ("评语", "Comments"),
    "no_checks": ("录像中没有找到要评的动作。", "No drill was found in this recording."),
    "no_manual": ("没有需要目测的条款。", "No clause needs a look by eye."),
    "no_comments": (
        "还没有评语。停在要说的画面，再点“评语”。",
        "No comments yet. Stop at a moment, then press Comment.",
    ),
    "manual_hint": ("镜头无法判断这些条款，请看录像后勾选。", "The camera cannot decide these. Watch, then tick."),
    "manual_fixed": (
        "镜头无法判断这些条款，由教练看录像后勾选。",
        "The camera cannot decide these. A trainer watches and ticks them.",
    ),
    "ok": ("合格", "OK"),
    "not_ok": ("不合格", "Not OK"),
    "not_seen": ("没看到", "Not seen"),
    "judged": ("已判定", "Judged"),
    "informative": ("仅供参考，不计分", "For information, not counted"),
    "unmeasured": ("未测得", "Not measured"),
    "alternative": ("以下任一种即可", "any one of these will do"),
    "idle": ("未采用", "not the form chosen"),
    "asked": ("要求", "asked"),
    "figure": ("原文数值", "the document's figure"),
    "jump": ("跳到这一刻", "Jump to this moment"),
    "override": ("改判", "Override"),
    "withdraw": ("撤销改判", "Take back"),
    "was": ("程序判定：", "the program's verdict: "),
    "remove": ("删除", "Remove"),
    "unplayable": (
        "浏览器无法播放原始录像，显示的是标注视频。",
        "The browser cannot play the recording itself; the annotated video is shown.",
    ),
    "no_video": ("没有可播放的画面。", "There is nothing to play."),
    "score": ("分", "points"),
    "align": ("对齐于", "Aligned at"),
    "shift": ("微调右侧", "Shift the right one"),
    "aligned": ("对齐点", "aligned"),
    "keys": (
        "空格 播放 · , . 逐帧 · ← → 1 秒 · 1 2 3 速度 · O 标注",
        "space play · , . frame · ← → 1 s · 1 2 3 speed · O marks",
    ),
}
