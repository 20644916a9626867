"""The page of one bed: head, alarm slot, charts, numerals, and why."""
