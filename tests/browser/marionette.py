"""Firefox, driven over its own Marionette protocol: JSON lines with their length, on a socket."""

import json
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

SECONDS = 60


class Firefox:
    """A headless Firefox with a profile of its own in ``folder``."""

    def __init__(self, program: str, folder: Path):
        (folder / "user.js").write_text('user_pref("marionette.port", 0);\n')
        arguments = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
        self._log = folder / "log.txt"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                arguments, stdout=log, stderr=log, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
            )
        self._socket = socket.create_connection(("127.0.0.1", self._port(folder)), SECONDS)
        self._number = 0
        self._read()
        self("WebDriver:NewSession", {})

    def __call__(self, command: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(f"{len(message)}:".encode() + message)
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def run(self, script: str) -> Any:
        """What ``return …`` gives in the page."""
        return self("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def close(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._socket.recv(1)
        content = b""
        while len(content) < int(length[:-1]):
            content += self._socket.recv(int(length[:-1]) - len(content))
        return json.loads(content)

    def _port(self, folder: Path) -> int:
        """The port that Firefox took, from its profile."""
        for _ in range(SECONDS * 10):
            found = folder / "MarionetteActivePort"
            if found.exists() and re.fullmatch(r"\d+", found.read_text().strip()):
                return int(found.read_text())
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.1)
        raise AssertionError(f"Firefox opened no port: {self._log.read_text()}")
