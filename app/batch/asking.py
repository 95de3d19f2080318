"""From the form of the batch page to inputs: uploaded files, or a folder or manifest on the server.

A page served to others must not read any file of the server: then only what lies
below a configured folder can be named.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.inputs import Defaults, Inputs, gather
from app.manifest import read_manifest
from vision.errors import UsageError


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be named on the server: anything for a page that only this machine sees, else what is below ``root``."""

    local: bool
    root: Path | None

    @property
    def open(self) -> bool:
        """Whether folders of the server can be named at all."""
        return self.local or self.root is not None


def is_local(address: str | None) -> bool:
    """Whether a server bound to ``address`` is seen by its own machine alone."""
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:  # a host name
        return False


def from_uploads(files: Sequence[Path], defaults: Defaults) -> Inputs:
    """The inputs of uploaded files."""
    if not files:
        raise UsageError("choose at least one recording", "请至少选择一个录像")
    return gather([str(file) for file in files], None, defaults)


def from_server(text: str, reach: Reach, defaults: Defaults) -> Inputs:
    """The inputs of a folder, file, pattern or manifest (``.csv``) on the server."""
    text = "".join(letter for letter in text if letter.isprintable()).strip().strip("\"'")
    if not text:
        raise UsageError("name a folder or a manifest on the server", "请填写服务器上的文件夹或清单")
    path = (reach.root or Path.cwd()) / os.path.expanduser(text)
    if not reach.local:
        _require_below(reach.root, [path])
    try:
        manifest = read_manifest(path) if path.suffix.lower() == ".csv" else None
        inputs = gather([] if manifest else [str(path)], manifest, defaults)
    except OSError as error:  # a name too long, a folder that may not be entered
        why = error.strerror or str(error)
        raise UsageError(f"{path}: cannot be read: {why}", f"{path}：无法读取：{why}") from error
    if not reach.local:
        _require_below(reach.root, _files(inputs, defaults))
        _require_no_urls(inputs)
    if not inputs.tasks:
        why_not = inputs.nothing[0].error
        raise UsageError(why_not.en, why_not.zh)
    return inputs


def _files(inputs: Inputs, defaults: Defaults) -> Iterator[Path]:
    """Every file that the user's own words lead to."""
    for task in inputs.tasks:
        yield task.file
        if task.calibration is not None and task.calibration != defaults.calibration:
            yield task.calibration
        if task.standard != defaults.standard and task.standard.endswith(".toml"):
            yield Path(task.standard)


def _require_no_urls(inputs: Inputs) -> None:
    """A page for others must not make the server fetch whatever they name."""
    if any(task.url for task in inputs.tasks):
        raise UsageError("a manifest with URLs can be scored on the command line only", "含网址的清单只能用命令行评分")


def _require_below(root: Path | None, paths: Sequence[Path] | Iterator[Path]) -> None:
    for path in paths:
        if root is None or not path.resolve().is_relative_to(root.resolve()):
            raise UsageError(
                "only folders below the one set with YITAI_BATCH_ROOT can be named on this server",
                "在此服务器上只能使用 YITAI_BATCH_ROOT 所设文件夹之内的路径",
            )
