"""A trainee's own upright: two seconds of standing, kept in a small file and used by later scoring.

What is "straight" differs from person to person; angles against the own upright cancel that, and much of what the
pose network gets wrong about this body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.errors import CameraError
from calibration.files import save_json

SCHEMA = "yitai.neutral/1"
ANGLES = ("trunk_flexion", "trunk_lateral", "shoulder_tilt", "head_pitch", "head_yaw", "head_roll")
LIMITS_DEG = {"trunk_flexion": 15.0, "trunk_lateral": 10.0, "shoulder_tilt": 10.0, "head_pitch": 30.0}


@dataclass(frozen=True, slots=True)
class Neutral:
    """Means over the two seconds with their standard deviations of the mean.

    ``angles_deg``, ``segments_cm`` and ``face`` (shares of the eyes' distance) by name; absent is not measured.
    ``sigma`` has the standard deviation of each by the same name.
    """

    trainee: str
    stature_cm: float
    shoulder_height_cm: float
    angles_deg: Mapping[str, float]
    segments_cm: Mapping[str, float]
    face: Mapping[str, float]
    sigma: Mapping[str, float]
    frames: int
    created: str = ""


def averaged(rows: Sequence[Mapping[str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Mean of each name over the frames that have it, and the spread between frames."""
    names = sorted({name for row in rows for name in row})
    mean, spread = {}, {}
    for name in names:
        values = np.array([row[name] for row in rows if name in row])
        if len(values) * 2 < len(rows):
            continue
        mean[name] = float(values.mean())
        spread[name] = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return mean, spread


def refuse_unlikely(neutral: Neutral) -> Neutral:
    """The neutral itself; CameraError when nobody's own upright looks like that."""
    for name, limit in LIMITS_DEG.items():
        value = neutral.angles_deg.get(name)
        if value is not None and abs(value) > limit:
            raise CameraError(
                f"{name} is {value:+.0f} deg in the neutral posture: stand upright, look straight ahead and try again",
                f"自然站姿中 {name} 为 {value:+.0f}°：请站直、目视前方后重试",
            )
    return neutral


def save_neutral(path: str | Path, neutral: Neutral) -> None:
    """Write the file whole or not at all."""
    save_json(path, {"schema": SCHEMA, **asdict(neutral)})


def load_neutral(path: str | Path) -> Neutral:
    """Read a neutral file; CameraError in one clear line when it is none."""
    path = Path(path)
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("schema") != SCHEMA:
            raise ValueError(f"schema is not {SCHEMA}")
        for key in ("angles_deg", "segments_cm", "face", "sigma"):
            data[key] = {str(name): float(value) for name, value in data[key].items()}
        for key in ("stature_cm", "shoulder_height_cm"):
            data[key] = float(data[key])
        return Neutral(**data)
    except OSError as error:
        raise CameraError(
            f"neutral file {path.name}: cannot be read ({error.strerror})",
            f"自然站姿文件 {path.name}：无法读取（{error.strerror}）",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CameraError(
            f"neutral file {path.name}: is none ({error})", f"自然站姿文件 {path.name}：内容无效（{error}）"
        ) from error
