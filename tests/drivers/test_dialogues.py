"""A conversation comes about from whatever state it is found in, and what stands in its way is told in words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.drivers.dialogues import SCENES, dialogue_drivers, play

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.mark.parametrize("scene", sorted(SCENES))
@pytest.mark.parametrize("name", dialogue_drivers())
def test_values_come_whatever_happened_before(name: str, scene: str, tmp_path: Path) -> None:
    result = play(name, scene, tmp_path)
    assert result.seconds is not None
    assert not result.told.startswith("STILL TOLD"), result.told
    if scene == "silence":
        assert result.told
