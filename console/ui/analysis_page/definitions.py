"""How each figure is counted, as the page says it. The same stands at the fields of console.link.analysis.Figures."""

from __future__ import annotations

CEILINGS = (
    "The benchmarks are ceilings for an operator of a process plant who does nothing else (ANSI/ISA-18.2-2016, "
    "EEMUA 191). A nurse has other tasks: they are no goals, and within them is not safe by itself."
)

DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "An alarm",
        "One occurrence from onset to end, by the time it was raised, the bed where it stands or last stood, and "
        "the highest priority it reached. Taken over after a restart it is the same one. What late data have "
        "shown counts when it was told. Of an alarm that still stands, what is known now counts. Demonstration "
        "alarms never count. A limit alarm that a pattern speaks for, and a watch, count although they make no "
        "sound.",
    ),
    (
        "Span",
        "From its start up to, not including, its end; not before the record begins, not after now. Time for "
        "which this console was switched off is not taken out. The week before: the same span by the ward's "
        "clock, seven days earlier; a span longer than a week overlaps with it.",
    ),
    (
        "Per bed-day",
        "Alarms at beds, divided by bed-days: hours of the clock in which at least one value of the bed was "
        "stored, by the part of the hour in the span, divided by 24. Beds with invented values do not count. "
        "Where values are kept from a later time on, only alarms since then are counted. The console's own alarms "
        "are not at a bed.",
    ),
    (
        "Per patient-day",
        "Alarms raised while a patient was admitted at the bed, divided by patient-days: how long stays were open "
        "inside the span, divided by 24 h. Invented patients do not count.",
    ),
    (
        "Hour of day",
        "By the ward's clock, divided by how much of that hour there was in the span: the hour that comes twice "
        "in autumn counts twice, the one that is left out in spring not at all.",
    ),
    (
        "Time to acknowledge",
        "As in the alarm history: to the first acknowledgement since the alarm last stepped up that was not taken "
        "back, from its onset, or from the step up that came after an answer; over answered alarms alone. Percentiles "
        "lie between two ranks in proportion (Hyndman and Fan 1996, type 7), so the median of an even number is "
        "the middle of the two. A clock set back in between counts as 0.",
    ),
    (
        "Unanswered",
        "Not acknowledged up to now since the alarm last stepped up, whether it still stands or is over. What was said "
        "of a watch is no answer to the emergency it became.",
    ),
    (
        "Ended before anyone came",
        "The condition ended while the alarm was unanswered, whether somebody acknowledged it afterwards or not. "
        "Ended by discharge or standby too.",
    ),
    (
        "Flood",
        "More than 10 alarms in any 10 minutes [t, t + 10 min) (ANSI/ISA-18.2-2016, EEMUA 191). An episode begins "
        "with the first alarm of such ten minutes and ends with the last of those that overlap; only alarms of "
        "the span count. Periods: stretches of 10 minutes from the start of the span on, the last one perhaps "
        "shorter.",
    ),
    (
        "Chattering, fleeting",
        "Chattering: the same condition at the same bed raised at least 3 times within one minute (rule of thumb "
        "of ANSI/ISA-18.2-2016 and EEMUA 191); all alarms of the burst count. Fleeting: the condition ended "
        "within 30 s (engineering choice).",
    ),
    (
        "Stale",
        "The condition stood for longer than 24 h at some moment of the day, inside the span; alarms raised "
        "before the span count as well. Days are those of the ward's calendar.",
    ),
    (
        "Ten most frequent",
        "By bed and condition (parameter and side, pattern, or technical cause).",
    ),
    ("Benchmarks", CEILINGS),
)
