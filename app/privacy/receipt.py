"""The receipt of an erasure: what was removed and what a search found afterwards, sealed so that changes show.

It names nobody: the person stands in it as a salted hash, so that who knows the name can check it, and contents
as their SHA-256. The seal is an HMAC with a key that lies in the data folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vision.errors import UsageError
from vision.files import atomic_write

SCHEMA = "yitai.erasure/1"
KEY_FILE = ".receipts.key"
Receipt = Mapping[str, Any]


def key_of(root: Path) -> bytes:
    """The key of this installation, made when it is first asked for; readable by its owner alone."""
    path = root / KEY_FILE
    if not path.is_file():
        atomic_write(path, secrets.token_hex(32) + "\n")
        path.chmod(0o600)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def person_hash(name: str, salt: str) -> str:
    """What a receipt says instead of a name."""
    return hashlib.sha256(f"{salt}:{name.casefold()}".encode()).hexdigest()


def sealed(document: Receipt, key: bytes) -> dict[str, Any]:
    """The document with its seal."""
    return {**document, "seal": {"sha256": _digest(document), "hmac": _mac(document, key)}}


def save(path: Path, receipt: Receipt) -> None:
    """Write it; OutputError when the disk refuses."""
    atomic_write(path, json.dumps(receipt, ensure_ascii=False, indent=1) + "\n")


def load(path: Path) -> dict[str, Any]:
    """A receipt of a file; UsageError when it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a receipt", f"{path}：无法作为凭证读取") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or not isinstance(document.get("seal"), dict):
        raise UsageError(f"{path}: is no receipt of an erasure", f"{path}：不是删除凭证")
    return document


def holds(receipt: Receipt, key: bytes) -> bool:
    """Whether it is as this installation made it."""
    document = {name: value for name, value in receipt.items() if name != "seal"}
    seal = receipt["seal"]
    return hmac.compare_digest(str(seal.get("sha256")), _digest(document)) and hmac.compare_digest(
        str(seal.get("hmac")), _mac(document, key)
    )


def outside(path: Path, root: Path) -> Path:
    """The path, unless it lies in the data folder, where the search would find what the receipt lists."""
    if os.path.realpath(path).startswith(os.path.realpath(root) + os.sep):
        raise UsageError(f"{path}: keep the receipt outside of the data folder", f"{path}：凭证请放在数据文件夹之外")
    return path


def _canonical(document: Receipt) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(document: Receipt) -> str:
    return hashlib.sha256(_canonical(document)).hexdigest()


def _mac(document: Receipt, key: bytes) -> str:
    return hmac.new(key, _canonical(document), hashlib.sha256).hexdigest()
