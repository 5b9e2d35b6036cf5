"""What simulators have in common: a server that listens in a thread of its own while a `with` lasts."""

import socketserver
import threading
from typing import Self


class Listening:
    """A context manager; whoever is one sets `_server` before it is entered."""

    _server: socketserver.BaseServer

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()
