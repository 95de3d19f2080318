"""A window on the real server without a browser: Streamlit's own messages over its websocket, with somebody's cookie.

A browser sends what the page offers; this one sends what it likes, which is what hostile requests are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.text_format import MessageToString
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

from app.server.gate import COOKIE

WAIT_S = 60.0


@dataclass(frozen=True)
class Widget:
    """Where a widget is: Streamlit's name for it, the part of the page that runs for it, the file behind it."""

    id: str
    kind: str = ""
    fragment: str = ""
    file: str = ""


@dataclass
class Drawn:
    """What one run of a page drew: every element as text, the headings, and where the widgets are by their keys."""

    elements: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    widgets: dict[str, Widget] = field(default_factory=dict)
    pages: frozenset[str] = frozenset()
    not_found: bool = False
    failed: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.elements)


class Window:
    """One open page. What it drew since it was opened stays known: what is out of date can be pressed, too."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page, self._query, self._hash = "", "", ""
        self.known: dict[str, Widget] = {}
        self.session = ""

    def open(self, page: str, query: str = "") -> Drawn:
        """Run a page from its address to its end."""
        self._page, self._query, self._hash, self.known = page, f"lang=en&{query}", "", {}
        return self._run("", {})

    def send(self, values: Mapping[str, Any]) -> Drawn:
        """Set widgets, by the keys that the program gave them, and run what belongs to the last.

        True presses a button, a list holds what is chosen in a row of buttons, a dict is what one of our own
        components says.
        """
        last = self.known.get(list(values)[-1], Widget(list(values)[-1]))
        return self._run(last.fragment, values)

    def file_of(self, widget: Widget) -> str:
        """Have a file made that is made when it is asked for; its address, "" when it is not to be had."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = "1"
        asked.backend_operation_request.session_id = self.session
        asked.backend_operation_request.deferred_file.file_id = widget.file
        self._socket.send(asked.SerializeToString())
        until = time.monotonic() + WAIT_S
        while True:
            said = self._next(until)
            if said.WhichOneof("type") == "backend_operation_response":
                return said.backend_operation_response.deferred_file.url

    def _run(self, fragment: str, values: Mapping[str, Any]) -> Drawn:
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_name, state.fragment_id = self._query, self._page, fragment
        state.page_script_hash = self._hash
        for key, value in values.items():
            state.widget_states.widgets.append(_state(self.known.get(key, Widget(key)), value))
        self._socket.send(asked.SerializeToString())
        drawn = self._drawn()
        self.known |= drawn.widgets
        return drawn

    def _next(self, until: float) -> ForwardMsg:
        said = ForwardMsg()
        said.ParseFromString(self._socket.recv(timeout=max(0.0, until - time.monotonic())))
        return said

    def _drawn(self) -> Drawn:
        drawn, until = Drawn(), time.monotonic() + WAIT_S
        while True:
            said = self._next(until)
            match said.WhichOneof("type"):
                case "new_session":
                    self.session = said.new_session.initialize.session_id
                case "navigation":
                    self._hash = said.navigation.page_script_hash
                    drawn.pages = frozenset(page.url_pathname for page in said.navigation.app_pages) - {""}
                case "page_not_found":
                    drawn.not_found = True
                case "page_info_changed":
                    self._query = said.page_info_changed.query_string
                case "delta":
                    _take_in(drawn, said)
                case "script_finished":
                    if said.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        drawn = Drawn(pages=drawn.pages)  # it runs again at once, and this was never seen
                        continue
                    drawn.failed = any(one.startswith("exception") for one in drawn.elements)
                    return drawn


def _take_in(drawn: Drawn, said: ForwardMsg) -> None:
    element = said.delta.new_element
    kind = element.WhichOneof("type")
    if said.delta.WhichOneof("type") != "new_element" or kind is None:
        return
    inner = getattr(element, kind)
    ours = kind == "bidi_component"  # told without the component's own program
    text = (inner.json or inner.mixed.json) if ours else MessageToString(inner, as_utf8=True)
    drawn.elements.append(f"{kind}: {text}")
    if kind == "heading":
        drawn.headings.append(inner.body)
    number = getattr(inner, "id", "")
    if number.count("-") >= 2:
        key = number.split("-", 2)[2]
        file = getattr(inner, "deferred_file_id", "")
        number = f"$$STREAMLIT_INTERNAL_KEY_{number}__events" if ours else number
        drawn.widgets[key] = Widget(number, kind, said.delta.fragment_id, file)


def _state(widget: Widget, value: Any) -> WidgetState:
    state = WidgetState(id=widget.id)
    if widget.kind == "checkbox":
        state.bool_value = value
    elif value is True:
        state.trigger_value = True
    elif isinstance(value, dict):
        ((event, content),) = value.items()
        state.json_trigger_value = json.dumps([{"event": event, "value": content}])
    elif isinstance(value, list):
        state.string_array_value.data.extend(value)
    elif isinstance(value, str):
        state.string_value = value
    else:
        state.double_value = float(value)
    return state


@contextmanager
def window(port: int, token: str, session: str = "") -> Iterator[Window]:
    """Somebody's window. ``session``: one that was open before, as a browser comes back to it."""
    protocols = ["streamlit", "-", session] if session else ["streamlit"]
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        subprotocols=protocols,  # type: ignore[arg-type]
        max_size=None,
    ) as socket:
        yield Window(socket)
