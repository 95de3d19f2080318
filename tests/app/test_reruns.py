"""Streamlit's own queue of requests, mended: a run of the whole page is never driven out by a part's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from app.server.reruns import _keeping, _sparing, keep_full_reruns, loses_full_reruns

PART = RerunData(fragment_id="part", is_auto_rerun=True)


def test_after_mending_a_part_that_asks_later_does_not_drive_out_the_whole() -> None:
    keep_full_reruns()
    keep_full_reruns()
    assert not loses_full_reruns()


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ([RerunData(), PART], []),
        ([PART, RerunData()], []),
        ([PART, PART], ["part"]),
        ([PART, RerunData(fragment_id="other")], ["part", "other"]),
        ([RerunData(), PART, RerunData(fragment_id="other")], []),
    ],
)
def test_what_is_run_of_what_was_asked_for_before_a_run_began(asked: list[RerunData], parts: list[str]) -> None:
    requests = ScriptRequests()
    request = _keeping(ScriptRequests.request_rerun)
    assert all(request(requests, one) for one in asked)
    run = requests.on_scriptrunner_ready().rerun_data
    assert run.fragment_id_queue == parts
    assert run.fragment_id is None


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("by_timer", [False, True])
def test_only_a_timer_waits_for_what_an_ended_run_still_has_to_say(ended: bool, by_timer: bool) -> None:
    """An ended run's last words are heard as long as no other runner takes its place."""
    requests = ScriptRequests()
    if ended:
        requests.request_stop()
    heard: list[Any] = []
    session: Any = SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=requests))
    _sparing(lambda _, state: heard.append(state))(session, ClientState(fragment_id="part", is_auto_rerun=by_timer))
    assert len(heard) == (0 if ended and by_timer else 1)
