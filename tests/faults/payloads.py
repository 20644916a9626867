"""Five hundred texts that try to be something else than text (reliability scoreboard, row 20)."""

from __future__ import annotations

SEEDS = (
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "<a href='file:///etc/passwd'>x</a>",
    "<table><tr><td>" * 20,
    "&lt;b&gt;&#x0000;",
    "line\nCRITICAL forged line",
    "line\r\n2026-11-22 00:00:00 ERROR forged",
    "end\rPID|1||666^^^forged\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||400",
    "block\x0bMSH|^~\\&|forged\x1c\r",
    "\\X0D\\OBX|9|NM|147842^MDC_ECG_HEART_RATE^MDC||400",
    "\\.br\\|^~\\&\\F\\\\S\\\\T\\",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\x9b31m\x85next",
    "\x00\x07\x08\x7f",
    "\u202egnp.exe\u202c",
    "\u2066\u2069\u200b\u200d\ufeff",
    "\u2028line\u2029paragraph",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "; =1+1",
    "'; DROP TABLE audit; --",
    '" OR 1=1; DELETE FROM alarm; --',
    "%s%n%x{0}{name}{{7*7}}${7*7}",
    '"] \n[ward]\nbeds = []',
    "../../etc/passwd",
    "💉" * 40,
    "A" * 65_536,
    "ﷺ\u0301" * 30,
    "a,b\"c'd;e\tf",
)

COUNT = 500


def payloads() -> list[str]:
    """All different; each is a seed with a number before or behind it."""
    texts = [f"{seed}{n}" if n % 2 else f"{n}{seed}" for n in range(COUNT // len(SEEDS) + 1) for seed in SEEDS]
    return texts[:COUNT]
