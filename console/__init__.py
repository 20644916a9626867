"""The ward: engine, alarms, store, screens."""
