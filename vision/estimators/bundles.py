"""Model bundles for MediaPipe's Tasks API, made from the files in its own wheel.

The 0.10.21 wheel is the last that carries its models; a Tasks bundle is a
stored zip of two of them with normalization metadata. Nothing is downloaded.

The landmark network also draws a mask of the person, whether asked for it or
not, and that takes four tenths of its time. Where nobody wants the mask, the
operations that serve it alone are taken out; landmarks stay the same to the bit.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from vision.estimators.vendor import import_mediapipe

MODEL_NAME = "mediapipe-0.10.21/pose-full"
MASK_OUTPUT, SCORE_OUTPUT = 2, 1  # of the landmark network: (1, 256, 256, 1) and (1, 1)
TFLITE_MARK = b"TFL3"


def _model_file(relative: str) -> bytes:
    spec = importlib.util.find_spec("mediapipe")
    if spec is None or spec.origin is None:
        raise ImportError("mediapipe is not installed: pip install mediapipe==0.10.21")
    path = Path(spec.origin).parent / "modules" / relative
    if not path.is_file():
        raise ImportError(f"mediapipe's wheel carries no {relative}: install mediapipe==0.10.21")
    return path.read_bytes()


def _with_metadata(model: bytes, mean: float, std: float, outputs: int) -> bytes:
    import_mediapipe()
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


def _without_mask(model: bytes) -> bytes:
    """The landmark network without what only draws the mask; in the mask's place among the outputs stands the score.

    The graph round the network counts five outputs and looks at the mask only when it is asked for.
    """
    import_mediapipe()
    import flatbuffers
    from mediapipe.tasks.metadata import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    outputs = [int(tensor) for tensor in graph.outputs]
    outputs[MASK_OUTPUT] = outputs[SCORE_OUTPUT]
    needed = _needed(graph.operators, outputs)
    graph.operators = [operator for number, operator in enumerate(graph.operators) if number in needed]
    graph.outputs = np.array(outputs, dtype=np.int32)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tree.Pack(builder), TFLITE_MARK)
    return bytes(builder.Output())


def _needed(operators: list[Any], outputs: Iterable[int]) -> set[int]:
    """Numbers of the operators that ``outputs`` come from."""
    maker = {int(tensor): number for number, operator in enumerate(operators) for tensor in operator.outputs}
    needed: set[int] = set()
    wanted = list(outputs)
    while wanted:
        number = maker.get(wanted.pop())
        if number is not None and number not in needed:
            needed.add(number)
            wanted += [int(tensor) for tensor in operators[number].inputs if tensor >= 0]
    return needed


def pose_bundle(masks: bool = False) -> bytes:
    """Pose detector and landmarks "full" as one ``.task`` bundle; ``masks``: fit to draw the person's mask."""
    return _pose_bundle(masks)


@functools.cache
def _pose_bundle(masks: bool) -> bytes:
    landmarks = _model_file("pose_landmark/pose_landmark_full.tflite")
    return _bundle(
        {
            "pose_detector.tflite": _with_metadata(
                _model_file("pose_detection/pose_detection.tflite"), 127.5, 127.5, 2
            ),
            "pose_landmarks_detector.tflite": _with_metadata(
                landmarks if masks else _without_mask(landmarks), 0.0, 255.0, 5
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
