"""MediaPipe imported without what only its demonstrations use.

Its package imports matplotlib to plot landmarks and a sound library to record with; two thirds of the second and a
half that importing takes go into those, in every worker. While it is imported empty modules stand in for them.
"""

from __future__ import annotations

import functools
import sys
import threading
from types import ModuleType

NOT_WANTED = ("matplotlib", "matplotlib.pyplot", "sounddevice")
_importing = threading.Lock()


@functools.cache
def import_mediapipe() -> ModuleType:
    """The package; whatever imports matplotlib later gets the real one."""
    with _importing:
        absent = [name for name in NOT_WANTED if name not in sys.modules and "mediapipe" not in sys.modules]
        stand_ins = {name: ModuleType(name) for name in absent}
        sys.modules.update(stand_ins)
        try:
            import mediapipe
        finally:
            for name, module in stand_ins.items():
                if sys.modules.get(name) is module:
                    del sys.modules[name]
        return mediapipe  # type: ignore[no-any-return]  # untyped
