"""Alarm sound: what is heard (`choice`), how a burst sounds (`tones`), and who plays it (`player`, `output`)."""
