"""What of a take the browser can show, with the times of its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from app.library.takes import ANNOTATED_FILE, Take
from app.presenter.review_player import Footage
from app.views.reviewing.chosen import address
from vision.errors import MediaError
from vision.video import FrameTimes, frame_times


def footage_of(take: Take) -> Footage:
    """The addresses of recording and annotated video, and their clock."""
    annotated = take.folder / ANNOTATED_FILE
    times = next(
        (found for path in (take.recording, annotated) if path and path.is_file() and (found := _times(path))),
        FrameTimes(np.zeros(1)),
    )
    return Footage(address(take.recording), address(annotated), times.times_s, times.offset_s, take.still)


def _times(path: Path) -> FrameTimes | None:
    try:
        return _read_times(str(path), path.stat().st_mtime_ns)
    except (OSError, MediaError):
        return None


@st.cache_data(show_spinner=False, max_entries=32)
def _read_times(path: str, changed_ns: int) -> FrameTimes:
    return frame_times(path)
