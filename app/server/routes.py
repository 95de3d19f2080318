"""Routes beside Streamlit's own: shipped assets, recordings from disk with ranges (players seek), uploads."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from app.places import Places
from app.server.address import SITE, site_key
from app.server.uploads import receive
from vision.errors import OutputError
from vision.font import FONT_FILE, font_bytes

FOREVER = {"Cache-Control": "public, max-age=86400"}
PRIVATE = {"Cache-Control": "private, no-cache"}
ASSET_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def asset_path(name: str) -> Path | None:
    """A shipped file of ``app/assets``, or None."""
    if "/" in name or name.startswith("."):
        return None
    path = Path(str(files("app") / "assets" / name))
    return path if path.is_file() and path.suffix in ASSET_TYPES else None


async def asset(request: Request) -> Response:
    """A shipped font, style or picture."""
    name = request.path_params["name"]
    if name == FONT_FILE:
        return Response(font_bytes(), media_type="font/ttf", headers=FOREVER)
    path = asset_path(name)
    if path is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return FileResponse(path, media_type=ASSET_TYPES[path.suffix], headers=FOREVER)


class Site:
    """The routes that know where the data lie."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def routes(self) -> list[Route]:
        """All routes, for Starlette."""
        return [
            Route(f"{SITE}/assets/{{name}}", asset),
            Route(f"{SITE}/{{key}}/media/{{path:path}}", self.media),
            Route(f"{SITE}/{{key}}/upload", self.upload, methods=["PUT"]),
        ]

    async def media(self, request: Request) -> Response:
        """A file below the data folder."""
        root = self._places.root.resolve()
        path = (root / request.path_params["path"]).resolve()
        if not _has_key(request) or not path.is_relative_to(root) or not path.is_file():
            return Response(status_code=HTTPStatus.NOT_FOUND)
        return FileResponse(path, headers=PRIVATE)

    async def upload(self, request: Request) -> Response:
        """Take in one file."""
        if not _has_key(request):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        name = request.query_params.get("name", "upload")
        try:
            number, size = await receive(request.stream(), name, self._places.uploads)
        except ClientDisconnect:  # given up by the user: nobody is there to be answered
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except OutputError as error:
            return JSONResponse({"zh": error.zh, "en": error.en}, status_code=HTTPStatus.INSUFFICIENT_STORAGE)
        return JSONResponse({"number": number, "name": name, "size": size})


def _has_key(request: Request) -> bool:
    return secrets.compare_digest(request.path_params["key"].encode(), site_key().encode())
