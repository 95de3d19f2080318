"""Routes beside Streamlit's own: shipped assets, recordings from disk with ranges (players seek), uploads."""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from app.places import Places
from app.privacy.consents import NoConsentError, require_consent
from app.server.address import SITE, site_key
from app.server.gate import VIEWER
from app.server.reach import reachable
from app.server.uploads import MOST_BYTES, receive, too_large
from app.settings import most_upload_bytes
from app.store.viewers import LOCAL, Role, Viewer
from vision.errors import OutputError, UsageError
from vision.font import FONT_FILE, font_bytes

FOREVER = {"Cache-Control": "public, max-age=86400"}
# What users sent is shown, never run: a page among it has no origin, and asks nobody.
PRIVATE = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; "
    "img-src 'self' data:; media-src 'self' data:; style-src 'unsafe-inline'; font-src data:; "
    "script-src 'unsafe-inline'",
}
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
    """The routes that know where the data lie. ``login``: only for who came through the gate signed in."""

    def __init__(self, places: Places, *, login: bool = False) -> None:
        self._places, self._login = places, login

    def _seen_by(self, request: Request) -> Places | None:
        """The places as who asks sees them; None for nobody, and for who does not know the site's key."""
        viewer = request.scope.get(VIEWER, None if self._login else LOCAL)
        if not _has_key(request) or not isinstance(viewer, Viewer) or (self._login and viewer.local):
            return None
        return replace(self._places, viewer=viewer)

    def routes(self) -> list[Route]:
        """All routes, for Starlette."""
        return [
            Route(f"{SITE}/assets/{{name}}", asset),
            Route(f"{SITE}/{{key}}/media/{{path:path}}", self.media),
            Route(f"{SITE}/{{key}}/upload", self.upload, methods=["PUT"]),
        ]

    async def media(self, request: Request) -> Response:
        """A file below the data folder."""
        places = self._seen_by(request)
        path = None if places is None else await to_thread.run_sync(reachable, places, request.path_params["path"])
        if path is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        return FileResponse(path, headers=PRIVATE)

    async def upload(self, request: Request) -> Response:
        """Take in one file."""
        places = self._seen_by(request)
        if places is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        if places.viewer.role is Role.TRAINEE:
            try:
                await to_thread.run_sync(require_consent, places)
            except NoConsentError as error:
                return JSONResponse({"zh": error.zh, "en": error.en}, status_code=HTTPStatus.FORBIDDEN)
        name = request.query_params.get("name", "upload")
        most = most_upload_bytes() or MOST_BYTES
        try:
            if int(request.headers.get("content-length") or 0) > most:
                raise too_large(most)
            number, size = await receive(request.stream(), name, places.uploads, most)
        except ClientDisconnect:  # given up by the user: nobody is there to be answered
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except ValueError:  # a length that is no number
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except UsageError as error:
            return JSONResponse({"zh": error.zh, "en": error.en}, status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except OutputError as error:
            return JSONResponse({"zh": error.zh, "en": error.en}, status_code=HTTPStatus.INSUFFICIENT_STORAGE)
        return JSONResponse({"number": number, "name": name, "size": size})


def _has_key(request: Request) -> bool:
    return secrets.compare_digest(request.path_params["key"].encode(), site_key().encode())
