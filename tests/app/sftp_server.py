"""An SFTP server over a folder, in a thread: just enough for the tests of remote recordings and reports."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

USER, PASSWORD = "trainer", "only-for-this-test"


class _Gate(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(SFTPHandle):
    def stat(self) -> SFTPAttributes:
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Folder(SFTPServerInterface):
    """Paths below ``root``."""

    def __init__(self, server: Any, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def _real(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def _told(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except OSError as error:
            return SFTPServer.convert_errno(error.errno or 0)

    def list_folder(self, path: str) -> Any:
        def listed() -> list[SFTPAttributes]:
            return [SFTPAttributes.from_stat(one.stat(), one.name) for one in self._real(path).iterdir()]

        return self._told(listed)

    def stat(self, path: str) -> Any:
        return self._told(lambda: SFTPAttributes.from_stat(self._real(path).stat()))

    lstat = stat

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> Any:
        def opened() -> SFTPHandle:
            descriptor = os.open(self._real(path), flags, 0o644)
            file = os.fdopen(descriptor, "r+b" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb")
            handle = _Handle(flags)
            handle.filename, handle.readfile, handle.writefile = path, file, file
            return handle

        return self._told(opened)

    def _done(self, work: Callable[[], Any]) -> int:
        answer = self._told(work)
        return answer if isinstance(answer, int) else SFTP_OK

    def remove(self, path: str) -> int:
        return self._done(lambda: self._real(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        return self._done(lambda: self._real(oldpath).rename(self._real(newpath)))

    posix_rename = rename

    def mkdir(self, path: str, attr: SFTPAttributes) -> int:
        return self._done(lambda: self._real(path).mkdir())

    def rmdir(self, path: str) -> int:
        return self._done(lambda: self._real(path).rmdir())


@contextmanager
def sftp_server(root: Path) -> Iterator[str]:
    """The URL of ``root`` behind a server, user and password in it."""
    key = paramiko.RSAKey.generate(2048)
    transports: list[paramiko.Transport] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                transport = paramiko.Transport(connection)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", SFTPServer, _Folder, root)
                transport.start_server(server=_Gate())
                transports.append(transport)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = listening.getsockname()[1]
    yield f"sftp://{USER}:{PASSWORD}@127.0.0.1:{port}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)
    for transport in transports:
        transport.close()
