"""No code path changes or removes what stands in the audit trail."""

from __future__ import annotations

import re
from pathlib import Path

import console
from console.store.schema import APPEND_ONLY

SOURCES = sorted(Path(console.__file__).parent.rglob("*.py"))
BY_HAND = re.compile(
    r"\b(UPDATE|DELETE\s+FROM|REPLACE\s+INTO|INSERT\s+OR\s+REPLACE\s+INTO|TRUNCATE)\s+\"?audit\b", re.I
)
BUILT = re.compile(r"\b(update|delete|upsert)\(\s*(\w+\.)?audit\b|\b(schema\.)?audit\.(update|delete)\(")
"""SQLAlchemy's update(audit), delete(audit), audit.update(), and our own upsert(connection, audit)."""
UPSERT = re.compile(r"\bupsert\(\s*\w+\s*,\s*(\w+\.)?audit\b")
DROPPED = re.compile(r"DROP\s+(TRIGGER|TABLE)|DISABLE\s+TRIGGER|drop_table\(\s*\"audit|session_replication_role", re.I)


def found(pattern: re.Pattern[str]) -> list[str]:
    return [str(file) for file in SOURCES if pattern.search(file.read_text("utf-8"))]


def test_no_source_file_updates_deletes_or_replaces_entries() -> None:
    assert len(SOURCES) > 200
    for pattern in (BY_HAND, BUILT, UPSERT):
        assert found(pattern) == []


def test_no_source_file_takes_a_trigger_away() -> None:
    assert found(DROPPED) == []


def test_the_patterns_know_what_they_look_for() -> None:
    for text in ("UPDATE audit SET x = 1", "delete from audit", "INSERT OR REPLACE INTO audit"):
        assert BY_HAND.search(text)
    for text in ("update(audit)", "delete(schema.audit)", "audit.delete()"):
        assert BUILT.search(text)
    assert not BY_HAND.search("UPDATE audit_head SET entries = 1")
    assert not BUILT.search("update(audit_head)")
    assert UPSERT.search("upsert(connection, audit)")
    assert "audit" in APPEND_ONLY
