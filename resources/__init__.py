"""Data only: limits and thresholds, code tables, scenarios, tones, fonts, icons. `path` finds them."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).parent


def path(*parts: str) -> Path:
    """Path of a resource file or folder; raises FileNotFoundError when there is none of that name."""
    found = _ROOT.joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"no resource {'/'.join(parts)}")
    return found
