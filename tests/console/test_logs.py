"""What is said on standard error is one line an event, whatever a device or a feed wrote into it."""

from __future__ import annotations

import io
import logging

from hypothesis import given
from hypothesis import strategies as st

from console.logs import OneLine, one_line


@given(st.text(alphabet=st.characters()))
def test_a_line_holds_nothing_that_is_not_seen(text):
    line = one_line(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1
    if text.isprintable():
        assert line == text


def test_five_hundred_events_with_forged_lines_and_tracebacks_are_five_hundred_lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    log = logging.Logger("ward")
    log.addHandler(handler)
    hostile = ["x\nCRITICAL forged", "x\r\nERROR forged", "\x1b[31mred", "\u2028ERROR forged", "\x0b\x0c\x1c\x85forged"]
    for number in range(100):
        for text in hostile:
            try:
                raise ValueError(f"{text} {number}")
            except ValueError:
                log.exception("monitor %s", text)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 500
    assert all(line.startswith("ERROR ward: monitor ") and line.isprintable() for line in lines)
