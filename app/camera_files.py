"""The camera files of this installation: which there are, what each knows, and taking in one that was sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.files import remove
from app.places import Places
from app.server.uploads import safe_name
from app.store.viewers import require_trainer
from calibration.camera import Camera
from calibration.check import Finding, check_camera, errors
from calibration.errors import CameraError
from calibration.files import camera_from_dict, load_camera
from vision.files import atomic_write


@dataclass(frozen=True, slots=True)
class CameraFile:
    """A camera file; ``camera`` is None where ``problem`` says why it cannot be used."""

    path: Path
    camera: Camera | None
    findings: tuple[Finding, ...] = ()
    problem: CameraError | None = None

    @property
    def name(self) -> str:
        """Its name without what every camera file's name ends in."""
        return self.path.name.removesuffix(".json").removesuffix(".camera")


def read_camera(path: Path) -> CameraFile:
    """The file as it stands, with what its own numbers make one doubt."""
    try:
        camera = load_camera(path)
    except CameraError as error:
        return CameraFile(path, None, problem=error)
    return CameraFile(path, camera, tuple(check_camera(camera)))


def camera_paths(places: Places, preferred: str | None) -> tuple[Path, ...]:
    """The files below the data folder by name, then the preferred one where it lies elsewhere."""
    inside = sorted(places.cameras.glob("*.json")) if places.cameras.is_dir() else []
    elsewhere = [Path(preferred)] if preferred and Path(preferred) not in inside and Path(preferred).is_file() else []
    return (*inside, *elsewhere)


def take_in_camera(places: Places, name: str, data: bytes) -> Path:
    """Keep a camera file that was sent, under its own name or with a number behind it.

    CameraError, and nothing is kept, when it is none or its numbers cannot be.
    """
    require_trainer(places.viewer)
    shown = safe_name(name)
    require_sound(shown, data)
    final = _free(places.cameras / (shown if shown.lower().endswith(".json") else f"{shown}.json"), data)
    if not final.exists():
        atomic_write(final, data)
    return final


def require_sound(name: str, data: bytes) -> Camera:
    """The camera in ``data``; CameraError, in one sentence, when it is none or its numbers cannot be."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise CameraError(
            f"{name} is not a camera file: it is not JSON", f"{name} 不是相机文件：内容不是 JSON"
        ) from error
    camera = camera_from_dict(document, name)
    wrong: Sequence[Finding] = errors(check_camera(camera))
    if wrong:
        raise CameraError(f"camera file {name}: {wrong[0].en}", f"相机文件 {name}：{wrong[0].zh}")
    return camera


def remove_camera(places: Places, path: Path) -> None:
    """Delete a file of the data folder; one that lies elsewhere is the user's own and stays."""
    require_trainer(places.viewer)
    if path.parent == places.cameras:
        remove(path)


def _free(path: Path, data: bytes) -> Path:
    """``path``, or the same with a number where another file has the name."""
    candidate, count = path, 1
    while candidate.exists() and candidate.read_bytes() != data:
        count += 1
        candidate = path.with_stem(f"{path.stem}-{count}")
    return candidate
