"""Benchmarks against the budgets of the project; `python -m tests.bench` runs them and prints a table.

A module `bench_<name>.py` holds `BENCHES`, a list of functions without arguments. Each returns a list of
`{"name", "measured", "unit", "budget", "peer", "ratio", "pass", "how"}`: ratio is measured / peer in the same run,
pass is True or False against the budget and None when it was not measured here.
"""
