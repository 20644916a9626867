"""Virtual patients with a known truth, through the real replay engine: `python -m tests.scenarios`.

The truth lies in the latent body of each patient (body.py), before any sensor, and knows nothing of the detectors:
no threshold of the console is read by the modules that make patients (groups.py, body.py, monitor.py).
"""
