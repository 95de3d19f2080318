"""Model bundles for MediaPipe's Tasks API, made from the files in its own wheel.

The 0.10.21 wheel is the last that carries its models; a Tasks bundle is a
stored zip of two of them with normalization metadata. Nothing is downloaded.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import zipfile
from pathlib import Path

MODEL_NAME = "mediapipe-0.10.21/pose-full"


def _model_file(relative: str) -> bytes:
    spec = importlib.util.find_spec("mediapipe")
    if spec is None or spec.origin is None:
        raise ImportError("mediapipe is not installed: pip install mediapipe==0.10.21")
    path = Path(spec.origin).parent / "modules" / relative
    if not path.is_file():
        raise ImportError(f"mediapipe's wheel carries no {relative}: install mediapipe==0.10.21")
    return path.read_bytes()


def _with_metadata(model: bytes, mean: float, std: float, outputs: int) -> bytes:
    from mediapipe.tasks.python.metadata.metadata_writers import metadata_writer

    writer = metadata_writer.MetadataWriter.create(bytearray(model))
    writer.add_image_input([mean], [std])
    for _ in range(outputs):
        writer.add_feature_output()
    populated, _json = writer.populate()
    return bytes(populated)


def _bundle(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@functools.cache
def pose_bundle() -> bytes:
    """Pose detector and landmarks "full" as one ``.task`` bundle."""
    return _bundle(
        {
            "pose_detector.tflite": _with_metadata(
                _model_file("pose_detection/pose_detection.tflite"), 127.5, 127.5, 2
            ),
            "pose_landmarks_detector.tflite": _with_metadata(
                _model_file("pose_landmark/pose_landmark_full.tflite"), 0.0, 255.0, 5
            ),
        }
    )


@functools.cache
def hand_bundle() -> bytes:
    """Palm detector and hand landmarks "full" as one ``.task`` bundle."""
    return _bundle(
        {
            "hand_detector.tflite": _with_metadata(
                _model_file("palm_detection/palm_detection_full.tflite"), 0.0, 255.0, 2
            ),
            "hand_landmarks_detector.tflite": _with_metadata(
                _model_file("hand_landmark/hand_landmark_full.tflite"), 0.0, 255.0, 4
            ),
        }
    )
