"""Between streamlit-webrtc and the live worker: the newest picture only, and the settings of the connection.

streamlit-webrtc's own processing hands out the picture before last, whenever
the next one comes in: a thirtieth of a second more delay. Here a sink takes the
pictures in, a thread works on the newest (older ones are dropped, so the delay
cannot grow), and a track gives each drawn picture out the moment it is done.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

import av
import cv2
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from app.settings import IceServer, default_ice_server
from app.texts import pick
from vision.types import ImageBgr

if TYPE_CHECKING:
    from streamlit_webrtc.config import Translations

IDLE_S = 10.0  # without pictures the thread ends; the next picture starts it anew
WANTED: dict[str, Any] = {
    "video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}},
    "audio": False,
}
# A camera held upright must not push what is said below it out of the window.
STYLE = {"width": "100%", "maxHeight": "560px", "objectFit": "contain", "background": "#181d23"}
VIDEO: dict[str, Any] = {"autoPlay": True, "controls": False, "muted": True, "style": STYLE}
# The fit holds Python's interpreter for 5 ms at a time by default; a picture passes it a dozen times on its way.
SWITCH_S = 0.001
SESSION_KEY = "live-stream-{}"


class Painter(Protocol):
    """What draws pictures: a `LiveWorker`."""

    def process(self, image_bgr: ImageBgr, time_s: float, arrived_s: float | None = None) -> ImageBgr:
        """The drawn picture."""


class DrawnTrack(MediaStreamTrack):
    """The drawn pictures, each as soon as it is there. At most one waits."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._newest: av.VideoFrame | None = None
        self._came = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def offer(self, frame: av.VideoFrame) -> None:
        """The newest picture; in the loop of the connection."""
        self._newest = frame
        self._came.set()

    async def recv(self) -> av.VideoFrame:
        """The next picture."""
        self._loop = asyncio.get_running_loop()
        await self._came.wait()
        self._came.clear()
        if self._newest is None or self.readyState != "live":
            raise MediaStreamError
        return self._newest

    def stop(self) -> None:
        """No more pictures: whoever waits for one is told. From any thread."""
        super().stop()
        self._newest = None
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._came.set)


class LiveStream:
    """One camera's pictures through a painter and back. ``worker`` may be exchanged while it plays.

    It is the sink of the camera's track, in streamlit-webrtc's sense.
    """

    def __init__(self, worker: Painter) -> None:
        sys.setswitchinterval(SWITCH_S)
        self.worker = worker
        self.drawn = DrawnTrack()
        self.dropped = 0
        self._condition = threading.Condition()
        self._newest: tuple[av.VideoFrame, float, asyncio.AbstractEventLoop] | None = None
        self._thread: threading.Thread | None = None
        self._incoming: MediaStreamTrack | None = None
        self._task: asyncio.Task[None] | None = None

    # streamlit-webrtc calls these, in the loop of the connection.

    def addTrack(self, track: MediaStreamTrack) -> None:
        """The camera's track of a new connection."""
        self._incoming = track

    def hasTrack(self) -> bool:
        """Whether a connection is there."""
        return self._incoming is not None

    def start(self) -> None:
        """Begin to take pictures in."""
        if self._incoming is not None:
            self._task = asyncio.get_running_loop().create_task(self._take_in(self._incoming))

    def stop(self) -> None:
        """The connection has ended; the next one gets a track of its own."""
        if self._task is not None and not self._task.get_loop().is_closed():
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)
        self._task = self._incoming = None
        ended, self.drawn = self.drawn, DrawnTrack()
        ended.stop()

    async def _take_in(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                self._put(frame, asyncio.get_running_loop())

    def _put(self, frame: av.VideoFrame, loop: asyncio.AbstractEventLoop) -> None:
        """Let the thread work on this picture next, instead of one that still waits."""
        with self._condition:
            self.dropped += self._newest is not None
            self._newest = (frame, time.monotonic(), loop)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-stream", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        try:
            while (item := self._take()) is not None:
                frame, arrived_s, loop = item
                drawn = outgoing(self.worker.process(incoming(frame), frame.time or 0.0, arrived_s))
                drawn.pts, drawn.time_base = frame.pts, frame.time_base
                if loop.is_closed():
                    return
                loop.call_soon_threadsafe(self.drawn.offer, drawn)
        finally:
            with self._condition:
                self._thread = None

    def _take(self) -> tuple[av.VideoFrame, float, asyncio.AbstractEventLoop] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._newest is not None, IDLE_S)
            item, self._newest = self._newest, None
            if item is None:
                self._thread = None
            return item


def incoming(frame: av.VideoFrame) -> ImageBgr:
    """The picture of a frame."""
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def outgoing(image_bgr: ImageBgr) -> av.VideoFrame:
    """A frame as the encoder wants it (yuv420p), of even size."""
    height, width = (side - side % 2 for side in image_bgr.shape[:2])
    even = np.ascontiguousarray(image_bgr[:height, :width])
    planes = np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def ice_servers(server: IceServer | None) -> list[dict[str, Any]]:
    """For both ends of the connection: empty on a local network."""
    return [] if server is None else [{"urls": [server.url], "username": server.user, "credential": server.password}]


def words(language: str) -> Translations:
    """What the connection's own buttons say."""
    return {
        "start": pick(language, "打开摄像头", "Turn the camera on"),
        "stop": pick(language, "关闭摄像头", "Turn the camera off"),
        "select_device": pick(language, "选择摄像头", "Choose a camera"),
        "select_camera": pick(language, "选择摄像头", "Choose a camera"),
        "turn_camera_on": pick(language, "打开摄像头", "Turn the camera on"),
        "turn_camera_off": pick(language, "暂停摄像头", "Pause the camera"),
        "media_api_not_available": pick(
            language,
            "浏览器不给用摄像头：请用 https 或在本机打开",
            "the browser gives no camera here: use https, or open the page on the computer that runs it",
        ),
        "device_ask_permission": pick(language, "请允许使用摄像头", "Please allow the camera"),
        "device_not_available": pick(language, "没有找到摄像头", "No camera was found"),
        "device_access_denied": pick(
            language,
            "摄像头被拒绝：请在浏览器地址栏允许后重试",
            "The camera was refused: allow it at the browser's address bar, then try again",
        ),
    }


def show_stream(
    worker: Painter, key: str, language: str, *, playing: bool | None = None, wanted: dict[str, Any] | None = None
) -> bool:
    """Mount the live picture of ``worker`` in the page; whether it is playing.

    With the same ``key`` another worker takes over without a new connection. ``playing``: turn the camera on (True)
    or off (False) from the page; None leaves it to the button. ``wanted``: other constraints than `WANTED`.
    """
    import streamlit as st
    from streamlit_webrtc import WebRtcMode, webrtc_streamer

    kept = SESSION_KEY.format(key)
    if kept not in st.session_state:
        st.session_state[kept] = LiveStream(worker)
        # While it loads, the component would begin anew with every run of the page; it asks for one once it has loaded.
        playing = None if playing is None else False
    stream: LiveStream = st.session_state[kept]
    stream.worker = worker
    context = webrtc_streamer(
        key=key,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": ice_servers(default_ice_server())},
        media_stream_constraints=WANTED if wanted is None else wanted,
        desired_playing_state=playing,
        source_video_track=stream.drawn,
        sink_video_track=stream,
        sendback_audio=False,
        media_toggle_controls=False,
        video_html_attrs=VIDEO,
        translations=words(language),
    )
    return bool(context.state.playing)
