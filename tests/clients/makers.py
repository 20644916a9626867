"""HL7 clients of other makers, installed on demand into a folder that goes away; a test that cannot have them skips."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON_HL7 = "hl7==0.4.5"
NODE = {"simple-hl7": "3.3.0", "mllp-node": "2.0.0", "@medplum/hl7": "4.1.6", "node-hl7-client": "3.2.0"}
"""The newest that run on Node 20."""


def python_hl7(folder: Path) -> Path:
    """Folder of the programs of an environment with python-hl7, which cannot live in ours: its package has our name."""
    folder = folder / "environment"
    commands = (
        [sys.executable, "-m", "venv", "--without-pip", str(folder)],
        [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", PYTHON_HL7],
    )
    for command in commands:
        _install(command, folder.parent, "environment with python-hl7")
    return folder / "bin"


def node_clients(folder: Path) -> Path:
    """Folder with the node_modules of all of NODE."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("no node and npm here")
    wanted = [f"{name}@{version}" for name, version in NODE.items()]
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    _install(["npm", "install", *quiet, "--cache", str(folder / "cache"), *wanted], folder, "folder with HL7 clients")
    return folder


def _install(command: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"no {what} could be made here: {said[:150]}")
