"""What to change now, in large letters; read aloud by the browser if wished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from app.components import renderer
from app.presenter.practise_live import CueLine
from app.texts import pick

VOICE = {"zh": "zh-CN", "en": "en-US"}
SAME_AGAIN_S = 6.0  # a cue is not spoken again before


def cues(key: str, language: str, found: Sequence[CueLine], *, aloud: bool) -> None:
    """Show the cues, and speak the first that was not just spoken."""
    words = {
        "no_voice": pick(
            language,
            "此浏览器没有中文语音，提示只显示文字。",
            "This browser has no English voice; cues are shown only.",
        )
    }
    renderer("cues")(
        key=key,
        data={
            "cues": [asdict(cue) for cue in found],
            "aloud": aloud,
            "voice": VOICE[language],
            "again_s": SAME_AGAIN_S,
            "words": words,
        },
    )
