"""Addresses inside the site. A random key in the path keeps other web pages from guessing them."""

from __future__ import annotations

import secrets
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

SITE = "/yitai"


@cache
def site_key() -> str:
    """The key of this run of the server."""
    return secrets.token_urlsafe(18)


def asset_url(name: str) -> str:
    """A file shipped with the program."""
    return f"{SITE}/assets/{quote(name)}"


def upload_url() -> str:
    """Where the uploader sends files (PUT, with ``?name=``)."""
    return f"{SITE}/{site_key()}/upload"


def media_url(file: Path, root: Path) -> str:
    """A file below the data folder ``root``; ValueError when it lies elsewhere."""
    return f"{SITE}/{site_key()}/media/{quote(file.relative_to(root).as_posix())}"


def is_loopback(address: str) -> bool:
    """Whether only this computer can open the page."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
