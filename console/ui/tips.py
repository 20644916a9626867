"""Tool tips. Qt takes a tip for markup as soon as it looks like some, and there is no switch against it."""

from __future__ import annotations

import html


def tip(text: str) -> str:
    """The text as a tip that shows exactly it, whoever wrote it; "" shows none."""
    return f"<qt>{html.escape(text, quote=False).replace(chr(10), '<br>')}</qt>" if text else ""
