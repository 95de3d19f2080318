"""What every view needs: the language, the places, the preferences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from app.places import Places
from app.preferences import Preferences, load_preferences, save_preferences
from app.server.gate import COOKIE
from app.server.serving import viewer_by
from app.settings import LANGUAGES, default_home, default_language
from app.store.viewers import Viewer
from app.texts import line_of, literal, pick
from calibration.errors import CameraError
from vision.errors import OutputError, YitaiError

LANGUAGE = "language"
PREFERENCES = "preferences"


def places() -> Places:
    """Where things are kept, as who looks at the page may see them; NotSignedInError when nobody is signed in."""
    home, address = Places(default_home()), st.context.ip_address
    from_elsewhere = address if isinstance(address, str) else None  # Streamlit's test harness gives a stand-in
    return replace(home, viewer=viewer_by(home, st.context.cookies.get(COOKIE), from_elsewhere))


def viewer() -> Viewer:
    """Who looks at the page."""
    return places().viewer


def preferences() -> Preferences:
    """The user's preferences, read once a session."""
    if PREFERENCES not in st.session_state:
        st.session_state[PREFERENCES] = load_preferences(places().preferences)
    kept: Preferences = st.session_state[PREFERENCES]
    return kept


def prefer(**changes: Any) -> None:
    """Change preferences and keep them; a disk that refuses is said, and the change holds for the session."""
    changed = replace(preferences(), **changes)
    st.session_state[PREFERENCES] = changed
    try:
        save_preferences(places().preferences, changed)
    except OutputError as error:
        show_error(error)


def language() -> str:
    """``zh`` or ``en``: chosen in the page, else preferred, else the machine's."""
    if LANGUAGE not in st.session_state:
        asked = st.query_params.get("lang")
        st.session_state[LANGUAGE] = asked if asked in LANGUAGES else preferences().language or default_language()
    return str(st.session_state[LANGUAGE])


def choose_language(chosen: str | None) -> None:
    """Speak this language from now on. For callbacks: they run before anything is drawn."""
    if chosen in LANGUAGES and chosen != language():
        st.session_state[LANGUAGE] = chosen
        prefer(language=chosen)


def say(zh: str, en: str) -> str:
    """The text in the page's language."""
    return pick(language(), zh, en)


def show_error(error: YitaiError | CameraError) -> None:
    """What went wrong, in one sentence."""
    st.error(literal(line_of(error, language())), icon=":material/error:")
