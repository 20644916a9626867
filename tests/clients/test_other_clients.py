"""Clients of other makers get the right acknowledgements, alone and all at once on one listener, plain and over TLS.

Long, as they are fetched: `pytest -m slow tests/clients -s` prints the table.
"""

from __future__ import annotations

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.makers import NODE, node_clients, python_hl7
from tests.faults.ward import Ward, eventually, vital_signs, ward
from tests.hl7.authority import Authority

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
MESSAGES = 100
TLS_CLIENTS = ("python-hl7", "@medplum/hl7", "node-hl7-client")
"""The others open plain sockets only; of @medplum/hl7 it is the connection, which takes any socket."""


@dataclass(frozen=True)
class Clients:
    """Where they are installed."""

    node: Path
    python: Path

    def command(self, name: str) -> tuple[list[str], Path]:
        """The program and the folder it runs in."""
        if name == "python-hl7":
            # -I: a PYTHONPATH of whoever runs the tests would put our own package of the same name first.
            return [str(self.python / "python"), "-I", str(HERE / "client.py")], self.python
        return ["node", str(HERE / "clients.cjs"), name], self.node


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    folder = tmp_path_factory.mktemp("clients")
    return Clients(node_clients(folder / "node"), python_hl7(folder))


def conversation(name: str, run: str) -> tuple[list[str], list[list[str]]]:
    """Messages and the answers they must get: vital signs, and every tenth of a type that is never taken."""
    messages, answers = [], []
    for number in range(MESSAGES):
        control = f"{name[-9:]}-{run}-{number}"
        text = vital_signs(control, 60 + number % 40).decode()
        refused = number % 10 == 9
        messages.append(text.replace("ORU^R01^ORU_R01", "ORM^O01^ORM_O01") if refused else text)
        answers.append(["AR" if refused else "AA", control])
    return messages, answers


@dataclass(frozen=True)
class Talk:
    """What one client got."""

    name: str
    right: int
    seconds: float

    def row(self, how: str) -> str:
        return f"{self.name:<16} {how:<12} {MESSAGES:>5} {self.right:>8} {MESSAGES / self.seconds:>7.0f}"


def talk(clients: Clients, name: str, port: int, folder: Path, run: str, tls: Path | None) -> Talk:
    messages, expected = conversation(name, run)
    spoken = folder / f"{name.replace('/', '-')}-{run}.json"
    spoken.write_text(json.dumps(messages))
    command, where = clients.command(name)
    began = time.monotonic()
    said = subprocess.run(
        [*command, str(port), str(spoken), *([str(tls)] if tls else [])],
        cwd=where, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    took = time.monotonic() - began
    assert said.returncode == 0, f"{name}: {said.stderr[-500:]}"
    answers = json.loads(said.stdout)
    assert answers == expected, f"{name} got other answers"
    return Talk(name, sum(a == b for a, b in zip(answers, expected, strict=True)), took)


def hold(running: Ward, clients: Clients, names: tuple[str, ...], folder: Path, how: str, tls: Path | None) -> None:
    """Each alone, then all at once; then the record holds every message once."""
    rows = [talk(clients, name, running.port, folder, "alone", tls).row(f"{how} alone") for name in names]
    with ThreadPoolExecutor(len(names)) as pool:
        mixed = pool.map(lambda name: talk(clients, name, running.port, folder, "mixed", tls), names)
        rows += [result.row(f"{how} mixed") for result in mixed]
    print("\nclient           how           sent  correct  per s (with its start)")
    print("\n".join(rows))
    taken = running.record("select control_id, outcome from receipt")
    assert len(taken) == len(set(taken)) == 2 * MESSAGES * len(names)
    assert sum(outcome == "accepted" for _, outcome in taken) == 2 * MESSAGES * len(names) * 9 // 10
    eventually(lambda: running.view.connections == 0)
    assert running.view.bad == 2 * MESSAGES * len(names) // 10


def test_clients_of_other_makers_over_plain_mllp(clients: Clients, tmp_path: Path) -> None:
    with ward(tmp_path) as running:
        hold(running, clients, ("python-hl7", *NODE), tmp_path, "plain", None)


def test_clients_of_other_makers_over_tls_with_their_certificates(clients: Clients, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    server = authority.issue("console", "DNS:localhost,IP:127.0.0.1")
    client = authority.issue("gateway.ward.example")
    tls = tmp_path / "tls.json"
    tls.write_text(json.dumps({"ca": authority.ca, "cert": client.cert, "key": client.key}))
    section = f'tls = {{ cert = "{server.cert}", key = "{server.key}", client_ca = "{authority.ca}" }}'
    peer = '[[hl7_listener.peer]]\nname = "all"\ncertificate = ["gateway.ward.example"]\nbeds = ["7B-01"]'
    with ward(tmp_path, f"{section}\n{peer}") as running:
        hold(running, clients, TLS_CLIENTS, tmp_path, "TLS", tls)
        (known,) = running.view.peers
        assert (known.name, known.certificate) == ("all", "gateway.ward.example")
        assert known.messages == 2 * MESSAGES * len(TLS_CLIENTS)
