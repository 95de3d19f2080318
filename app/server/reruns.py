"""Two losses of Streamlit's that a page with a polled part meets, mended.

A page asks its server to run again: the whole of it, or, every now and then by
a timer, only a part. The browser forgets its timers when a run of the whole
begins and takes up those that this run names. So a run of the whole that is
asked for and then lost leaves a page that no longer moves, and a press of a
button that nobody heard.

- Up to 1.62, a request for a part that comes while one for the whole still
  waits takes its place; 1.63 runs the whole (`ScriptRequests.request_rerun`).
  1.63 wants protobuf 5 or later, which MediaPipe 0.10.21 does not bear.
- A timer's request that comes when a run has just ended starts another runner,
  and what the first still had to say, its timers too, is thrown away
  (`AppSession.request_rerun` warns of it). Such a request is left out: the
  timer asks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType


def keep_full_reruns() -> None:
    """Mend both in this process; the first only where it is broken. Once is enough, twice does no harm."""
    if loses_full_reruns():
        ScriptRequests.request_rerun = _keeping(ScriptRequests.request_rerun)  # type: ignore[assignment, method-assign]
    if not hasattr(AppSession.request_rerun, "spares_the_last"):
        AppSession.request_rerun = _sparing(AppSession.request_rerun)  # type: ignore[assignment, method-assign]


def loses_full_reruns() -> bool:
    """Whether a part's request drives out one for the whole."""
    requests = ScriptRequests()
    requests.request_rerun(RerunData())
    requests.request_rerun(RerunData(fragment_id="part", is_auto_rerun=True))
    given = requests.on_scriptrunner_ready().rerun_data
    return bool(given.fragment_id_queue)


def _keeping(request_rerun: Callable[[ScriptRequests, RerunData], bool]) -> Callable[[ScriptRequests, RerunData], bool]:
    def kept(requests: ScriptRequests, new: RerunData) -> bool:
        pending = requests._rerun_data
        whole = requests._state is ScriptRequestType.RERUN and not pending.fragment_id_queue
        if whole and (new.fragment_id or new.fragment_id_queue):
            new = replace(new, fragment_id=None, fragment_id_queue=[], is_fragment_scoped_rerun=False)
        return request_rerun(requests, new)

    return kept


def _sparing(request_rerun: Callable[[AppSession, Any], None]) -> Callable[[AppSession, Any], None]:
    def sparing(session: AppSession, client_state: Any) -> None:
        runner = session._scriptrunner
        ending = runner is not None and runner._requests._state is ScriptRequestType.STOP
        if not (ending and client_state is not None and client_state.is_auto_rerun):
            request_rerun(session, client_state)

    sparing.spares_the_last = True  # type: ignore[attr-defined]
    return sparing
