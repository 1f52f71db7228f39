"""A way to a server that can lose replies: what was sent is carried out, unheard."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import Self


class DroppingProxy:
    """Passes bytes on in both directions, and cuts a connection when told to.

    A request that holds certain bytes reaches the server; once the server has answered,
    and so has done it, the connection ends without a byte of the answer.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port for connections to one on the loopback interface.

        Args:
            port: of the server.
            tls: what clients are shown; None takes plain bytes.
        """
        self._server = port
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lose, self._times = b"", 0
        self.lost = 0
        self._guard = threading.Lock()
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        """What store.url says for it."""
        scheme = "rediss" if self._tls else "redis"
        return f"{scheme}://127.0.0.1:{self.port}"

    def lose(self, request: bytes, times: int = 1) -> None:
        """Lose the answers to the next requests that hold these bytes."""
        with self._guard:
            self._lose, self._times = request, times

    def __enter__(self) -> Self:
        """Start."""
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """Cut every connection, and wait until all has ended."""
        _cut(self._listener, *self._open)
        self._listener.close()
        for each in self._threads:
            each.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # cut
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                thread = threading.Thread(target=self._serve, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            plain,
            contextlib.suppress(OSError),  # TLS that is refused, or a cut connection
            self._shown(plain) as client,
            socket.create_connection(("127.0.0.1", self._server)) as server,
        ):
            muted = threading.Event()
            back = threading.Thread(target=_answer, args=(server, client, muted))
            back.start()
            try:
                while request := client.recv(65_536):
                    if self._loses(request):
                        muted.set()
                    server.sendall(request)
            finally:
                _cut(server)
                back.join()

    def _shown(self, plain: socket.socket) -> socket.socket:
        if self._tls is None:
            return plain
        return self._tls.wrap_socket(plain, server_side=True)

    def _loses(self, request: bytes) -> bool:
        with self._guard:
            losing = self._times > 0 and self._lose in request
            self._times -= losing
            self.lost += losing
            return losing


def _answer(
    server: socket.socket, client: socket.socket, muted: threading.Event
) -> None:
    with contextlib.suppress(OSError):
        while (reply := server.recv(65_536)) and not muted.is_set():
            client.sendall(reply)
    _cut(client)


def _cut(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
