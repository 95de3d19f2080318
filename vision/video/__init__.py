"""Video and pictures in, video out: the only place where media files are read and written."""

from vision.video.probe import MediaInfo, probe, sha256_of
from vision.video.reader import FrameStream, frames, frames_at
from vision.video.sparing import Sparing
from vision.video.stills import read_still
from vision.video.times import FrameTimes, frame_times, last_seekable_s
from vision.video.writer import VideoWriter

__all__ = [
    "FrameStream",
    "FrameTimes",
    "MediaInfo",
    "Sparing",
    "VideoWriter",
    "frame_times",
    "frames",
    "frames_at",
    "last_seekable_s",
    "probe",
    "read_still",
    "sha256_of",
]
