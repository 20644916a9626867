"""A throw-away PostgreSQL server on a Unix socket, from the distribution's own binaries."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest


class Cluster:
    """One server process; it listens on no network address."""

    def __init__(self, binaries: Path) -> None:
        self._bin = binaries
        # Unix socket paths are short, and the server's user has to reach them.
        self.folder = Path(tempfile.mkdtemp(prefix="ward-pg-"))
        self._as: dict[str, str | int] = {}
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = "postgres" if _known("postgres") else "nobody"
            shutil.chown(self.folder, user)
            self._as = {"user": user}
        self._data = self.folder / "data"
        self._call("initdb", "-D", self._data, "-U", "ward", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def _call(self, program: str, *words: object) -> None:
        command = [str(self._bin / program), *map(str, words)]
        subprocess.run(command, check=True, cwd=self.folder, capture_output=True, timeout=60, **self._as)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = ["-D", self._data, "-k", self.folder, "-c", "listen_addresses=", "-c", "shared_buffers=16MB"]
        self.process = subprocess.Popen(
            [str(self._bin / "postgres"), *map(str, words)],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            command = [str(self._bin / "pg_isready"), "-h", str(self.folder), "-U", "ward", "-d", "postgres", "-q"]
            if subprocess.run(command, check=False).returncode == 0:
                return
            try:
                self.process.wait(0.1)
                raise RuntimeError("the server ended at once")
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError("the server does not answer")

    def stop(self, how: int = signal.SIGINT) -> None:
        """End the server (SIGINT: fast shutdown, SIGQUIT: immediate)."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def url(self, name: str) -> str:
        """The URL of one database."""
        return f"postgresql+psycopg://ward@/{name}?host={self.folder}"

    def create(self, name: str) -> str:
        """Make an empty database."""
        self._call("createdb", "-h", self.folder, "-U", "ward", name)
        return self.url(name)

    def remove(self) -> None:
        """Stop the server and take its files away."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def _known(user: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def make_cluster() -> Cluster:
    """A running server; skips the test where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server is installed (/usr/lib/postgresql)")
    return Cluster(found[-1].parent)
