"""A certificate authority of the tests' own: issues, revokes and lets expire, with the openssl program."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

_CONFIG = """
[ca]
default_ca = ward
[ward]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = empty
[empty]
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """PEM files of one end."""

    cert: str
    key: str


class Authority:
    """Everything it makes lies in `folder`."""

    def __init__(self, folder: Path, name: str = "Ward test authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca = str(folder / "ca.pem")
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("1000\n")
        (folder / "ca.cnf").write_text(_CONFIG.format(folder=folder))
        self._openssl(
            "req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "60", "-subj", f"/CN={name}"
        )

    def issue(self, name: str, san: str = "", *, days: float = 60, began: float = -2) -> Identity:
        """A certificate for a CN, with a SAN such as "DNS:a,URI:urn:b", good from `began` to `days` days from now."""
        stem = name.replace(" ", "-")
        request = ["req", *_KEY, "-keyout", f"{stem}.key", "-out", f"{stem}.csr", "-subj", f"/CN={name}"]
        self._openssl(*request, *(["-addext", f"subjectAltName={san}"] if san else []))
        begin, end = (_stamp(moved) for moved in (began, days))
        dates = ["-startdate", begin, "-enddate", end]
        self._openssl(
            "ca", "-config", "ca.cnf", "-batch", "-notext", "-in", f"{stem}.csr", "-out", f"{stem}.pem", *dates
        )
        return Identity(str(self._folder / f"{stem}.pem"), str(self._folder / f"{stem}.key"))

    def revoke(self, identity: Identity) -> None:
        """From the next list on."""
        self._openssl("ca", "-config", "ca.cnf", "-revoke", identity.cert)

    def revocations(self, path: Path, seconds: int = 5 * 86_400) -> str:
        """Write the list of what is revoked now; good for so many seconds."""
        new = path.with_suffix(".new")
        self._openssl("ca", "-config", "ca.cnf", "-gencrl", "-crlsec", str(seconds), "-out", str(new))
        new.replace(path)
        return str(path)

    def self_signed(self, name: str) -> Identity:
        """A certificate nobody vouches for."""
        stem = f"self-{name}"
        files = ["-keyout", f"{stem}.key", "-out", f"{stem}.pem"]
        self._openssl("req", "-x509", *_KEY, *files, "-days", "9", "-subj", f"/CN={name}")
        return Identity(str(self._folder / f"{stem}.pem"), str(self._folder / f"{stem}.key"))

    def _openssl(self, *arguments: str) -> None:
        try:
            subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True, timeout=60)
        except FileNotFoundError:
            pytest.skip("no openssl to make certificates with")


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _stamp(days: float) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y%m%d%H%M%SZ}"
