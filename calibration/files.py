"""Camera files (``yitai.camera/1``): read with every fault named, written as the contract says."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.camera import LEVEL_SIGMA, Camera, CameraSigma, Seat
from calibration.errors import CameraError
from calibration.moved import Background, background_from_dict

SCHEMA = "yitai.camera/1"
FloatArray = NDArray[np.float64]


def _fail(source: str, en: str, zh: str) -> CameraError:
    return CameraError(f"camera file {source}: {en}", f"相机文件 {source}：{zh}")


def _array(data: Mapping[str, Any], key: str, shape: tuple[int, ...], source: str) -> FloatArray:
    if key not in data:
        raise _fail(source, f"key '{key}' is missing", f"缺少键 '{key}'")
    try:
        array = np.array(data[key], dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.shape != shape or not np.isfinite(array).all():
        wanted = "x".join(str(n) for n in shape)
        raise _fail(source, f"key '{key}' must be {wanted} finite numbers", f"键 '{key}' 应为 {wanted} 个有限数值")
    return array


def _positive(data: Mapping[str, Any], key: str, source: str) -> float:
    value = float(_array(data, key, (), source))
    if value <= 0:
        raise _fail(source, f"key '{key}' must be greater than 0", f"键 '{key}' 必须大于 0")
    return value


def _sigma(data: Mapping[str, Any], level: str, source: str) -> CameraSigma:
    known = LEVEL_SIGMA[level]
    given = data.get("sigma", {})
    if not isinstance(given, dict):
        raise _fail(source, "key 'sigma' must be an object", "键 'sigma' 应为对象")
    values = {}
    for key in ("focal_rel", "pitch_deg", "roll_deg", "height_m"):
        values[key] = float(_array(given, key, (), source)) if key in given else getattr(known, key)
        if values[key] < 0:
            raise _fail(source, f"key 'sigma.{key}' must not be negative", f"键 'sigma.{key}' 不能为负")
    return CameraSigma(**values)


def _seat(data: Mapping[str, Any], source: str) -> Seat | None:
    seat = data.get("seat")
    if seat is None:
        return None
    if not isinstance(seat, dict):
        raise _fail(source, "key 'seat' must be an object", "键 'seat' 应为对象")
    return Seat(
        _array(seat, "front_left", (3,), source),
        _array(seat, "front_right", (3,), source),
        _positive(seat, "depth_m", source),
        _positive(seat, "height_m", source),
    )


def _rotation(data: Mapping[str, Any], source: str) -> FloatArray:
    rotation = _array(data, "R", (3, 3), source)
    orthonormal = np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3)
    if not orthonormal or np.linalg.det(rotation) < 0:
        raise _fail(
            source,
            "key 'R' is not a rotation (rows must be orthonormal, determinant +1)",
            "键 'R' 不是旋转矩阵（各行须正交归一，行列式为 +1）",
        )
    return rotation


def camera_from_dict(data: object, source: str, file_hash: str | None = None) -> Camera:
    """A camera from parsed JSON; CameraError names the key that is wrong."""
    if not isinstance(data, dict):
        raise _fail(source, "a JSON object was expected", "应为 JSON 对象")
    if data.get("schema") != SCHEMA:
        raise _fail(source, f"key 'schema' must be '{SCHEMA}'", f"键 'schema' 应为 '{SCHEMA}'")
    level = data.get("level")
    if not isinstance(level, str) or level not in LEVEL_SIGMA:
        raise _fail(
            source, "key 'level' must be full, floor, person or none", "键 'level' 应为 full、floor、person 或 none"
        )
    size = _array(data, "image_size", (2,), source)
    if (size < 16).any():
        raise _fail(source, "key 'image_size' is too small", "键 'image_size' 过小")
    matrix = _array(data, "K", (3, 3), source)
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
        raise _fail(source, "key 'K': focal lengths must be greater than 0", "键 'K'：焦距必须大于 0")
    rotation, translation = _rotation(data, source), _array(data, "t", (3,), source)
    if (-rotation.T @ translation)[2] <= 0:
        raise _fail(
            source,
            "the camera lies below the floor (R, t): the floor frame is mirrored or upside down",
            "相机位于地面以下（R、t）：地面坐标系镜像或上下颠倒",
        )
    distortion = _array(data, "distortion", (5,), source) if "distortion" in data else np.zeros(5)
    return Camera(
        image_size=(int(size[0]), int(size[1])),
        matrix=matrix,
        distortion=distortion,
        rotation_cam_from_floor=rotation,
        translation_m=translation,
        sigma=_sigma(data, level, source),
        level=level,
        seat=_seat(data, source),
        file_hash=file_hash,
        method=str(data.get("method", "")),
    )


def load_camera(path: str | Path) -> Camera:
    """Read a camera file; CameraError in one clear line when it is missing, not JSON, or wrong."""
    path = Path(path)
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
    except OSError as error:
        raise _fail(path.name, f"cannot be read ({error.strerror})", f"无法读取（{error.strerror}）") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _fail(path.name, f"is not JSON ({error})", f"不是有效的 JSON（{error}）") from error
    return camera_from_dict(data, path.name, hashlib.sha256(raw).hexdigest())


def load_background(path: str | Path) -> Background | None:
    """The fingerprint of the picture that a camera file was made from; None where the file has none."""
    data = json.loads(Path(path).read_bytes()).get("background")
    return None if data is None else background_from_dict(data)


def camera_to_dict(camera: Camera) -> dict[str, Any]:
    """The contract's JSON object of a camera."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "level": camera.level,
        "image_size": list(camera.image_size),
        "K": camera.matrix.tolist(),
        "distortion": camera.distortion.tolist(),
        "R": camera.rotation_cam_from_floor.tolist(),
        "t": camera.translation_m.tolist(),
        "sigma": {key: getattr(camera.sigma, key) for key in ("focal_rel", "pitch_deg", "roll_deg", "height_m")},
        "method": camera.method,
    }
    if camera.seat is not None:
        data["seat"] = {
            "front_left": camera.seat.front_left.tolist(),
            "front_right": camera.seat.front_right.tolist(),
            "depth_m": camera.seat.depth_m,
            "height_m": camera.seat.height_m,
        }
    return data


def save_camera(path: str | Path, camera: Camera, created: str, extra: Mapping[str, Any] | None = None) -> None:
    """Write a camera file whole or not at all. ``created``: a date and time in words; ``extra``: further keys."""
    data = camera_to_dict(camera)
    data["created"] = created
    save_json(path, {**data, **(extra or {})})


def save_json(path: str | Path, data: Mapping[str, Any]) -> None:
    """Write JSON beside its goal and rename it when complete; CameraError when the disk refuses."""
    goal = Path(path)
    partial = goal.with_name(f".{secrets.token_hex(6)}.part")
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("x", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, goal)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CameraError(f"cannot write {goal.name}: {reason}", f"无法写入 {goal.name}：{reason}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
