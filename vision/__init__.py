"""Yitai's vision: from a frame to an assessment. The names below are public; everything else may move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibration.files import load_camera
    from vision.api import measure_frame, score_video
    from vision.standard import load_pack

__all__ = ["load_camera", "load_pack", "measure_frame", "score_video"]

# Found when first asked for, so that `import vision.types` does not load the networks.
_HOMES = {
    "load_camera": "calibration.files",
    "load_pack": "vision.standard",
    "measure_frame": "vision.api",
    "score_video": "vision.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'vision' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
