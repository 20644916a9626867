"""python-hl7 as a peer: its package has the name of ours, so it is timed by a process of an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RELEASE = "hl7==0.4.5"

_PROGRAM = """
import sys, time
import hl7

text = sys.stdin.buffer.read(int(sys.argv[1])).decode()

def pull():
    rows = hl7.parse(text).segments("OBX")
    return sum(bool([str(row[number]) for number in (3, 5, 6, 11, 14) if number < len(row)]) for row in rows)

print(pull(), flush=True)
for _ in sys.stdin:
    began = time.perf_counter()
    for _ in range(20):
        pull()
    print((time.perf_counter() - began) / 20, flush=True)
"""


@contextmanager
def python_hl7(text: str, rows: int) -> Iterator[Callable[[], float] | None]:
    """Gives what takes the text apart 20 times and tells the seconds of one; None, said on stderr, where python-hl7
    cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        for command in (
            [sys.executable, "-m", "venv", "--without-pip", folder],
            [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", RELEASE],
        ):
            done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
            if done.returncode:
                print(f"  no python-hl7 beside: {done.stderr.strip()[-150:]}", file=sys.stderr)
                yield None
                return
        data = text.encode()
        command = [str(python), "-I", "-c", _PROGRAM, str(len(data))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            source, answers = process.stdin, process.stdout
            source.write(data)
            source.flush()
            assert int(answers.readline()) == rows

            def beside() -> float:
                source.write(b"\n")
                source.flush()
                return float(answers.readline())

            yield beside
            source.close()
            process.wait(10)
