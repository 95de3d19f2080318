"""Pictures in and out: the newest only, at once, in order, at their own times."""

from __future__ import annotations

import asyncio
import threading
import time
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from app.live.stream import LiveStream, ice_servers, incoming, outgoing, words
from app.settings import IceServer
from vision.types import ImageBgr

PTS_STEP = 3000  # of a 90 kHz clock: 30 pictures a second


class Camera(MediaStreamTrack):
    """So many pictures, each brighter than the one before: every ``every_s`` seconds, or (0) when it is their turn."""

    kind = "video"

    def __init__(self, count: int, every_s: float) -> None:
        super().__init__()
        self.count, self.every_s, self.sent = count, every_s, 0
        self.turns = asyncio.Semaphore(1)

    async def recv(self) -> av.VideoFrame:
        if self.sent >= self.count:
            raise MediaStreamError
        await (asyncio.sleep(self.every_s) if self.every_s else self.turns.acquire())
        image = np.full((48, 64, 3), 20 + 4 * self.sent, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts, frame.time_base = self.sent * PTS_STEP, Fraction(1, 90_000)
        self.sent += 1
        return frame


class SlowPainter:
    """Takes its time for every picture."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s = takes_s
        self.times_s: list[float] = []
        self.waited_s: list[float] = []

    def process(self, image_bgr: ImageBgr, time_s: float, arrived_s: float | None = None) -> ImageBgr:
        assert arrived_s is not None
        self.waited_s.append(time.monotonic() - arrived_s)
        self.times_s.append(time_s)
        time.sleep(self.takes_s)
        return image_bgr


async def through(stream: LiveStream, camera: Camera) -> list[av.VideoFrame]:
    """Everything that comes back while the camera plays, and the last picture."""
    stream.addTrack(camera)
    assert stream.hasTrack()
    stream.start()
    back: list[av.VideoFrame] = []
    last_pts = (camera.count - 1) * PTS_STEP
    while not back or back[-1].pts != last_pts:
        back.append(await asyncio.wait_for(stream.drawn.recv(), 10.0))
        camera.turns.release()
    stream.stop()
    return back


def test_a_quick_painter_gives_every_picture_back() -> None:
    stream = LiveStream(SlowPainter(0.0))
    back = asyncio.run(through(stream, Camera(12, 0.0)))
    assert [frame.pts for frame in back] == [k * PTS_STEP for k in range(12)]
    assert stream.dropped == 0


def test_a_slow_painter_drops_pictures_and_never_falls_behind() -> None:
    painter = SlowPainter(0.15)
    stream = LiveStream(painter)
    back = asyncio.run(through(stream, Camera(40, 0.02)))
    shown = [frame.pts for frame in back]
    assert shown == sorted(shown)
    assert stream.dropped > 15
    assert len(painter.times_s) + stream.dropped == 40
    assert max(painter.waited_s) < 0.15 + 0.5  # at most the picture before it, whatever has been sent meanwhile


def test_pictures_keep_their_own_times_and_colours() -> None:
    painter = SlowPainter(0.0)
    back = asyncio.run(through(LiveStream(painter), Camera(4, 0.0)))
    assert painter.times_s == pytest.approx([k / 30 for k in range(4)])
    assert [float(incoming(frame).mean()) for frame in back] == pytest.approx([20, 24, 28, 32], abs=3)
    assert all(frame.format.name == "yuv420p" for frame in back)


def test_another_worker_takes_over_while_it_plays() -> None:
    first, second = SlowPainter(0.0), SlowPainter(0.0)
    stream = LiveStream(first)

    async def play() -> None:
        camera = Camera(10, 0.0)
        stream.addTrack(camera)
        stream.start()
        for number in range(10):
            await asyncio.wait_for(stream.drawn.recv(), 10.0)
            camera.turns.release()
            if number == 4:
                stream.worker = second
        stream.stop()

    asyncio.run(play())
    assert len(first.times_s) + len(second.times_s) == 10
    assert len(second.times_s) >= 4


def test_a_new_connection_gets_a_track_of_its_own_and_the_old_one_ends() -> None:
    stream = LiveStream(SlowPainter(0.0))

    async def twice() -> list[int]:
        counts, tracks = [], []
        for _ in range(2):
            tracks.append(stream.drawn)
            counts.append(len(await through(stream, Camera(3, 0.0))))
        assert tracks[0] is not tracks[1]
        assert [track.readyState for track in tracks] == ["ended", "ended"]
        return counts

    assert asyncio.run(twice()) == [3, 3]


def test_who_waits_for_a_picture_is_told_of_the_end() -> None:
    stream = LiveStream(SlowPainter(0.0))

    async def end() -> None:
        waiting = asyncio.ensure_future(stream.drawn.recv())
        await asyncio.sleep(0)
        stream.drawn.stop()
        with pytest.raises(MediaStreamError):
            await waiting

    asyncio.run(end())


def test_no_thread_is_left_when_pictures_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.live.stream.IDLE_S", 0.5)
    before = set(threading.enumerate())
    asyncio.run(through(LiveStream(SlowPainter(0.0)), Camera(2, 0.0)))
    (thread,) = [one for one in threading.enumerate() if one.name == "live-stream" and one not in before]
    thread.join(5.0)
    assert not thread.is_alive()


@pytest.mark.parametrize("size_wh", [(641, 577), (640, 576), (99, 51)])
def test_outgoing_pictures_have_even_sides(size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    frame = outgoing(np.zeros((height, width, 3), np.uint8))
    assert (frame.width, frame.height) == (width - width % 2, height - height % 2)


def test_a_local_network_needs_no_server_and_a_relay_is_named_to_both_ends() -> None:
    assert ice_servers(None) == []
    assert ice_servers(IceServer("turn:a:3478", "user", "secret")) == [
        {"urls": ["turn:a:3478"], "username": "user", "credential": "secret"}
    ]


def test_the_buttons_of_the_connection_speak_both_languages() -> None:
    assert set(words("zh")) == set(words("en"))
    assert words("zh")["start"] == "打开摄像头"
