"""132 made-up cases by three authors who had not seen a rule of the console: `python -m tests.cases`.

Each author wrote 18 true cases (withdrawal, overdose, one after the other) and 26 look-alikes at a pump that runs, with
the stages a careful physician would accept and the hour by which a warning is due. Set A was looked at while the rules
of a quiet pump were made, B after a first set of them (a second followed), C never: it is held out, and to be left so.
No clinician has reviewed the labels. The authors worked apart, so that much of what they wrote is alike: the same
illness is told three times, and each has generators of courses of his own (author_a, author_b, author_c).
"""
