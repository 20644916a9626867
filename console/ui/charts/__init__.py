"""Charts over time: reduction and data (Qt-free), rows (pyqtgraph), strips (painted)."""
