"""Recordings and reports on other machines, by fsspec URL: ``s3://bucket/folder/take.mp4``, ``sftp://host/folder``.

Passwords and keys are never part of a command: each program finds its own, S3 in
``AWS_*`` or ``FSSPEC_S3_*`` variables or ``~/.aws``, SFTP in the user's SSH agent and keys.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vision.errors import MediaError, OutputError, UsageError
from vision.files import output_error

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az"})  # a file appears there whole or not at all


def is_url(text: str) -> bool:
    """Whether this names something that a file system other than the machine's own holds."""
    return "://" in text and not text.startswith("file://")


def local_text(text: str) -> str:
    """``file:///folder/take.mp4`` as the path it is; anything else as it stands."""
    return text.removeprefix("file://")


def name_of(url: str) -> str:
    """The last part of its path."""
    return posixpath.basename(urlsplit(url).path.rstrip("/")) or urlsplit(url).netloc


def below(url: str, name: str) -> str:
    """The URL of something in a folder."""
    return f"{url.rstrip('/')}/{name}"


def open_fs(url: str) -> tuple[Any, str]:
    """The file system and the path in it; UsageError where there is none of that kind, MediaError out of reach."""
    import fsspec

    settings = {"use_listings_cache": False} if _listed(url) else {}
    try:
        fs, path = fsspec.core.url_to_fs(url, **settings)
    except (ValueError, ImportError) as error:
        raise UsageError(f"{_open(url)}: {error}", f"{_open(url)}：不支持：{error}") from error
    except failures() as error:
        raise MediaError(f"{_open(url)}: cannot be reached: {error}", f"{_open(url)}：无法访问：{error}") from error
    return fs, path


def _open(url: str) -> str:
    """The URL without a password that somebody put into it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1]).geturl()


def _listed(url: str) -> bool:
    """Object stores remember listings, which others change."""
    return urlsplit(url).scheme in OBJECT_STORES


def failures() -> tuple[type[Exception], ...]:
    """What the file systems raise when something is missing, refused or out of reach."""
    from botocore.exceptions import BotoCoreError, ClientError
    from paramiko import SSHException

    return (OSError, BotoCoreError, ClientError, SSHException)


@contextmanager
def reading(url: str) -> Iterator[None]:
    """Turn a failed read inside into a `MediaError` that names ``url``."""
    try:
        yield
    except FileNotFoundError:
        raise MediaError(f"{_open(url)}: no such file", f"{_open(url)}：文件不存在") from None
    except failures() as error:
        raise MediaError(f"{_open(url)}: cannot be read: {error}", f"{_open(url)}：无法读取：{error}") from error


@contextmanager
def writing(url: str) -> Iterator[None]:
    """Turn a failed write inside into an `OutputError` that names ``url``."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise output_error(_open(url), error.errno, error.strerror or str(error)) from error
    except failures() as error:
        raise output_error(_open(url), None, str(error)) from error


def media_below(url: str, suffixes: frozenset[str]) -> list[str] | None:
    """Media files in a folder or of a pattern, sorted; None where ``url`` names one file."""
    fs, path = open_fs(url)
    with reading(url):
        if any(letter in path for letter in "*?["):
            found = fs.glob(path)
        elif fs.isfile(path) or not fs.isdir(path):
            return None
        else:
            found = fs.find(path)
    root = path.rstrip("/")
    return sorted(
        _url_like(url, one)
        for one in found
        if posixpath.splitext(one)[1].lower() in suffixes and not _hidden(one.removeprefix(root))
    )


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _url_like(url: str, path: str) -> str:
    """A path of the file system as a URL with the scheme and host of ``url``."""
    parts = urlsplit(url)
    if parts.scheme in OBJECT_STORES:
        return f"{parts.scheme}://{path}"
    return f"{parts.scheme}://{parts.netloc}{path if path.startswith('/') else '/' + path}"


def fingerprint(url: str) -> str:
    """Changes whenever the file does, as far as its keeper tells: size, and its hash or the time of its last change."""
    fs, path = open_fs(url)
    with reading(url):
        info = fs.info(path)
    told = [str(info.get(key)) for key in ("size", "ETag", "LastModified", "mtime", "created")]
    return hashlib.sha256("|".join([url, *told]).encode()).hexdigest()


def download(url: str, goal: Path) -> None:
    """Fetch a file; it appears whole or not at all."""
    fs, path = open_fs(url)
    part = goal.with_name(f".{goal.name}.part")
    try:
        with reading(url):
            goal.parent.mkdir(parents=True, exist_ok=True)
            fs.get_file(path, str(part))
            part.rename(goal)
    finally:
        part.unlink(missing_ok=True)


def upload(file: Path, url: str) -> None:
    """Put a file where ``url`` says; readers meet the old one or the new one, never half of it."""
    fs, path = open_fs(url)
    with writing(url):
        if urlsplit(url).scheme in OBJECT_STORES:
            fs.put_file(str(file), path)
            return
        fs.makedirs(posixpath.dirname(path), exist_ok=True)
        part = posixpath.join(posixpath.dirname(path), f".{posixpath.basename(path)}.part")
        fs.put_file(str(file), part)
        if fs.exists(path):
            fs.rm_file(path)
        fs.mv(part, path)
