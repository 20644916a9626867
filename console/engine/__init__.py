"""Joins acquisition, alarms and store, and publishes what changed. No Qt."""
