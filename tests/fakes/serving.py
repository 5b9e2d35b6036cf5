"""Serves an application on loopback from a thread of this process, through real sockets and real HTTP."""

import socket
import threading
from typing import Any

import uvicorn


class Serving:
    """A server that is up when it is made and down when `stop` returns; `whole` runs the application's lifespan too."""

    def __init__(self, app: Any, *, whole: bool = False) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, ws="none", lifespan="on" if whole else "off", log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens: the socket takes connections from the beginning."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def stop(self) -> None:
        """Finish what is being answered and end."""
        self._server.should_exit = True
        self._thread.join(timeout=30)
        self._socket.close()
