"""Measurements that need more than one moment: bows, stillness, walking, gestures, sitting down."""

from vision.overtime.bow import bow_angle, difference
from vision.overtime.gather import over_time
from vision.overtime.take import Take

__all__ = ["Take", "bow_angle", "difference", "over_time"]
