"""``yitai app --check``: whether this computer can serve the live view, one finding a line.

Each check answers by trying the thing itself: a camera is opened, a WebRTC
connection is made (both ends in this process), a relay is asked of the TURN
server, the network looks at a shipped picture.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from app.calibrating.aside import aside
from app.server.address import is_loopback
from app.server.start import require_free
from app.settings import IceServer
from vision.errors import UsageError, YitaiError

CONNECT_S = 15.0
RELAY_S = 10.0
LEAST_FREE_GB, LITTLE_FREE_GB = 1.0, 5.0
STILL = "selfcheck.jpg"
LEAST_SEEN = 0.5
CAMERAS_TRIED = 4


class Outcome(StrEnum):
    """How a check went."""

    GOOD = "✓"
    NOTE = "–"  # works, with something to know
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line."""

    outcome: Outcome
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Serving:
    """How the page would be served."""

    address: str
    port: int
    certificate: tuple[Path, Path] | None
    home: Path
    ice_server: IceServer | None


def findings(serving: Serving) -> Iterator[Finding]:
    """All checks, each as soon as it is done."""
    yield check_camera()
    yield check_webrtc()
    yield check_turn(serving.ice_server)
    yield check_https(serving.address, serving.certificate)
    yield check_model()
    yield check_folder(serving.home)
    yield check_space(serving.home)
    yield check_port(serving.address, serving.port)


def check_camera() -> Finding:
    """A camera of this computer, opened and closed again."""
    import cv2

    cv2.setLogLevel(0)  # OpenCV tells the terminal about every camera that is not there
    devices = sorted(Path("/dev").glob("video*"))
    numbers = [int(path.name[5:]) for path in devices if path.name[5:].isdigit()] or list(range(CAMERAS_TRIED))
    for number in numbers[:CAMERAS_TRIED]:
        camera = cv2.VideoCapture(number)
        seen, picture = camera.read() if camera.isOpened() else (False, None)
        camera.release()
        if seen and picture is not None:
            size = f"{picture.shape[1]}x{picture.shape[0]}"
            return Finding(Outcome.GOOD, f"摄像头 {number}：{size}", f"camera {number}: {size}")
    if devices:
        return Finding(
            Outcome.NOTE,
            "摄像头打不开，可能正被其他程序占用",
            "a camera is there but gives no picture; another program may be using it",
        )
    return Finding(
        Outcome.NOTE,
        "本机没有摄像头；从别的电脑打开页面时用那台电脑的摄像头",
        "no camera on this computer; a browser elsewhere brings its own",
    )


def check_webrtc() -> Finding:
    """A connection between two ends in this process, over the network's own addresses."""
    missing = [name for name in ("streamlit_webrtc", "aiortc", "av") if find_spec(name) is None]
    if missing:
        return Finding(
            Outcome.BAD,
            f"WebRTC 组件缺失（{missing[0]}）：请重新安装",
            f"the WebRTC library is missing ({missing[0]}): install again",
        )
    if asyncio.run(_within(_connects(), CONNECT_S)):
        return Finding(Outcome.GOOD, "WebRTC 可以连接", "WebRTC connects")
    return Finding(
        Outcome.BAD,
        "WebRTC 连不上：请检查防火墙是否拦截本机 UDP，以及网卡是否启用",
        "WebRTC does not connect: see whether a firewall blocks UDP on this computer, and whether a network is up",
    )


async def _within(work: Awaitable[bool], limit_s: float) -> bool:
    """The answer, or False when it does not come in time or the network refuses."""
    try:
        return await asyncio.wait_for(work, limit_s)
    except (TimeoutError, OSError):
        return False


async def _connects() -> bool:
    from aiortc import RTCConfiguration, RTCPeerConnection

    one, other = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    opened = asyncio.Event()
    try:
        one.createDataChannel("check").on("open", opened.set)
        await one.setLocalDescription(await one.createOffer())
        await other.setRemoteDescription(one.localDescription)
        await other.setLocalDescription(await other.createAnswer())
        await one.setRemoteDescription(other.localDescription)
        await opened.wait()
        return True
    finally:
        await asyncio.gather(one.close(), other.close())


def check_turn(server: IceServer | None) -> Finding:
    """A relay from the TURN server, or an address from the STUN server."""
    if server is None:
        return Finding(
            Outcome.GOOD,
            "未设置 TURN：同一局域网内不需要；跨网络时设置 YITAI_TURN_URL",
            "no TURN server set: none is needed in one network; across networks set YITAI_TURN_URL",
        )
    kind = "srflx" if server.url.startswith("stun") else "relay"
    if asyncio.run(_within(_gathers(server, kind), RELAY_S)):
        return Finding(Outcome.GOOD, f"TURN 可用：{server.url}", f"the TURN server answers: {server.url}")
    return Finding(
        Outcome.BAD,
        f"TURN 不可用：{server.url}；请检查地址、用户名和密码（YITAI_TURN_URL、YITAI_TURN_USER、YITAI_TURN_PASSWORD）",
        f"the TURN server gives no relay: {server.url}; check address, user and password "
        "(YITAI_TURN_URL, YITAI_TURN_USER, YITAI_TURN_PASSWORD)",
    )


async def _gathers(server: IceServer, kind: str) -> bool:
    """Whether an address of this kind comes from the server."""
    from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

    asked = RTCIceServer(urls=[server.url], username=server.user or None, credential=server.password or None)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[asked]))
    try:
        peer.createDataChannel("check")
        await peer.setLocalDescription(await peer.createOffer())
        return f"typ {kind}" in peer.localDescription.sdp
    except (ValueError, ConnectionError):
        return False
    finally:
        await peer.close()


def check_https(address: str, certificate: tuple[Path, Path] | None) -> Finding:
    """Browsers give the camera to https pages and to this computer's own pages only."""
    if certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*certificate)
        except (OSError, ssl.SSLError) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            return Finding(Outcome.BAD, f"证书或密钥不能用（{why}）", f"certificate or key cannot be used ({why})")
        return Finding(Outcome.GOOD, "HTTPS：证书可用", "HTTPS: the certificate can be used")
    if is_loopback(address):
        return Finding(
            Outcome.GOOD,
            "仅本机打开：不需要 HTTPS",
            "opened on this computer only: no HTTPS needed",
        )
    return Finding(
        Outcome.BAD,
        f"从别的电脑打开 {address} 时，浏览器不给用摄像头：请用 --cert 和 --key 给出证书",
        f"opened from another computer, browsers keep the camera from {address}: give --cert and --key",
    )


def sees_person(still: str, _progress: Callable[[float], None]) -> bool:
    """Whether the pose network finds the one person in a shipped picture."""
    import cv2
    import numpy as np

    from vision.estimators.pose import PoseEstimator

    data = np.frombuffer((files("app") / "assets" / still).read_bytes(), np.uint8)
    with PoseEstimator(video=False) as estimator:
        found = estimator.estimate(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8))
    return len(found) == 1 and float(np.nanmedian(found[0].visibility)) > LEAST_SEEN


def check_model() -> Finding:
    """The pose network on a shipped picture, in a process of its own: it may end badly where it does not fit."""
    try:
        seen = aside(sees_person, STILL)
    except YitaiError as error:
        return Finding(Outcome.BAD, f"姿态模型无法运行：{error.zh}", f"the pose network does not run: {error.en}")
    if seen:
        return Finding(Outcome.GOOD, "姿态模型可以运行", "the pose network runs")
    return Finding(
        Outcome.BAD,
        "姿态模型没有认出样图中的人：请重新安装",
        "the pose network does not see the person in the sample picture: install again",
    )


def check_folder(home: Path) -> Finding:
    """The data folder, written to."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"yitai")
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            Outcome.BAD,
            f"数据文件夹 {home} 不能写入（{why}）：用 --home 或 YITAI_HOME 换一个",
            f"the data folder {home} cannot be written to ({why}): choose another with --home or YITAI_HOME",
        )
    return Finding(Outcome.GOOD, f"数据文件夹：{home}", f"data folder: {home}")


def check_space(home: Path) -> Finding:
    """Room for recordings."""
    existing = next((folder for folder in (home, *home.parents) if folder.exists()), Path("/"))
    free_gb = shutil.disk_usage(existing).free / 1e9
    zh, en = f"磁盘剩余 {free_gb:.1f} GB", f"{free_gb:.1f} GB free on the disk"
    if free_gb < LEAST_FREE_GB:
        return Finding(Outcome.BAD, f"{zh}：请腾出空间", f"{en}: make room")
    if free_gb < LITTLE_FREE_GB:
        return Finding(Outcome.NOTE, f"{zh}，不多了", f"{en}, which is little")
    return Finding(Outcome.GOOD, zh, en)


def check_port(address: str, port: int) -> Finding:
    """Whether the page can listen."""
    try:
        require_free(address, port)
    except UsageError as error:
        return Finding(Outcome.BAD, error.zh, error.en)
    return Finding(Outcome.GOOD, f"端口 {port} 可用", f"port {port} is free")
