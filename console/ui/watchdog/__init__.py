"""A second process that makes noise when the window does not answer any more."""
