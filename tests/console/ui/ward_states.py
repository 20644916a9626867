"""A ward whose beds show every state of a tile at once."""

from __future__ import annotations

from dataclasses import replace

from console.alarms.alarm import Kind, Priority, Reason, Stage
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ward.pump import PumpState
from tests.console.ui import fakes as f
from tests.console.ui.fakes import P

HIGH_SIGNS = (P.TEMP, P.HR, P.PR, P.RR, P.NIBP_SYS, P.NIBP_DIA)
SLOW_SIGNS = (P.RR, P.SPO2, P.ETCO2)
FAST = (Reason("hr", "HR 138", 138, 96, 3), Reason("temp", "T 39.4", 39.4, 36.9, 3), Reason("rr", "RR 32", 32, 16, 2))
SLOW = (Reason("rr", "RR 9", 9, 15, 2), Reason("spo2", "SpO2 92", 92, 97, 1), Reason("etco2", "EtCO2 52", 52, 38, 2))


def emergency(bed: str = "07", **more: object) -> BedSnapshot:
    """A whole autonomic emergency."""
    alarm = f.pattern_alarm(
        stage=Stage.EMERGENCY,
        age=112,
        parameters=HIGH_SIGNS,
        points=15,
        bed=bed,
        reasons=(*FAST, Reason("bp_high", "BP 178/104", 178, 124, 2)),
        **more,
    )
    member = f.limit_alarm(text="HR 138 > 120", bed=bed, sounding=False)
    return f.bed(
        bed,
        name="Test Gale",
        pump=f.pump(PumpState.STOPPED, "Stopped", 31),
        readings=f.readings(138, 94, 32, (178, 104), 39.4, 29),
        alarms=(alarm, member),
        trend=f.trend(112, 138, "1:60 2:177 3:3"),
    )


def two_patterns(bed: str = "15", more: bool = False) -> BedSnapshot:
    """Respiratory warning and autonomic watch."""
    alarms = [
        f.pattern_alarm(Kind.OVERDOSE, Stage.WARNING, 154, SLOW_SIGNS, 6, bed=bed, reasons=SLOW),
        f.pattern_alarm(parameters=(P.TEMP,), bed=bed, reasons=(Reason("temp", "T", 38.1, 36.8, 1),)),
    ]
    if more:
        alarms.append(f.technical_alarm("SpO2 – signal not reliable", key="technical:sensor:spo2", bed=bed))
    return f.bed(
        bed,
        name="Test Nettle",
        readings=f.readings(62, 91, 9, (148, 92), 38.1, 54),
        alarms=tuple(alarms),
        trend=f.trend(104, 62, "1:240", "1:28 2:3"),
        pump=f.pump(text="Repaired", hours=8),
    )


def every_state() -> list[BedSnapshot]:
    """Sixteen beds, the ones of the design pictures."""
    watch = f.pattern_alarm(bed="03", reasons=(Reason("hr", "HR 98", 98, 78, 1),))
    was = f.latched(f.pattern_alarm(stage=Stage.WARNING, bed="06"))
    respiratory = f.pattern_alarm(Kind.OVERDOSE, Stage.WARNING, 370, (P.HR, *SLOW_SIGNS), 7, bed="09", reasons=SLOW)
    answered = f.acknowledged(
        f.pattern_alarm(stage=Stage.WARNING, parameters=(P.HR, P.TEMP), bed="10", reasons=FAST[:2])
    )
    return [
        f.bed("01", trend=f.trend(74, 72)),
        f.bed(
            "02",
            name="Test Birch",
            readings=f.readings(81, 96, 16, (131, 78), 37.1, 36),
            last_alarm="Autonomic pattern – watch, ended 00:29",
        ),
        f.bed(
            "03",
            name="Test Cedar",
            pump=f.pump(PumpState.UNDER_DELIVERY, "Under-delivery", 9),
            readings=f.readings(98, 97, 20, (142, 84), 37.6, 35),
            alarms=(watch,),
            trend=f.trend(80, 98, "1:14"),
        ),
        f.standby_bed("04"),
        f.bed("05", name="Test Ember", last_alarm="SpO2 – no reading, ended 01:12"),
        f.bed(
            "06",
            name="Test Fjord",
            pump=f.pump(PumpState.STOPPED, "Stopped", 11),
            readings=f.readings(102, 96, 19, (138, 80), 37.7, 34),
            alarms=(was,),
            trend=f.trend(84, 102, "1:111 2:22 0:11"),
        ),
        emergency(),
        f.starting_bed("08"),
        f.bed(
            "09",
            name="Test Inlet",
            readings=f.readings(54, 92, 9, (98, 56), 36.3, 52),
            alarms=(respiratory,),
            trend=f.trend(80, 54, "", "1:42 2:6"),
            pump=f.pump(text="Refilled", hours=3),
        ),
        f.bed(
            "10",
            name="Test Juniper",
            pump=f.pump(PumpState.STOPPED, "Stopped", 18),
            readings=f.readings(118, 96, 23, (158, 90), 38.3, 33),
            alarms=(answered,),
            trend=f.trend(96, 118, "1:168 2:24"),
        ),
        f.late_bed("11", name="Test Kelp"),
        f.no_data_bed("12", name="Test Larch"),
        f.bed(
            "13",
            name="Test Moss",
            pump=f.pump(PumpState.NOT_CONFIRMED, "Refilled, not confirmed", 5),
            readings=f.readings(128, 97, 18, (126, 74), 37.0, 38),
            alarms=(f.limit_alarm(bed="13"),),
            trend=f.trend(82, 128),
        ),
        f.bed("14", name="Demo A", demo=True),
        two_patterns(),
        f.empty_bed("16"),
    ]


def more_states() -> list[BedSnapshot]:
    """What the pictures do not show."""
    off = f.technical_alarm("SpO2 – no reading", age=75, key="technical:sensor:spo2", parameters=(P.SPO2,), bed="22")
    held = f.pattern_alarm(stage=Stage.WARNING, age=4000, held=True, bed="19", reasons=FAST[:1])
    lost = f.technical_alarm("No data – monitor", Priority.MEDIUM, 125)
    partly = [replace(r, stamp=r.stamp - 45) if r.parameter in (P.RR, P.ETCO2) else r for r in f.readings(88, 96, 15)]
    return [
        f.not_admitted_bed("17"),
        f.bed("18", readings=tuple(partly), name="Test Partly"),
        f.no_data_bed("19", name="Test Held", alarms=(held, lost)),
        two_patterns("20", more=True),
        f.bed("21", name="Test Oleander with a very long name", readings=f.readings(84, 97, 15, None, None, None)),
        f.bed("22", name="Test Poplar", readings=f.readings(78, None, 15), alarms=(off,)),
        f.bed("23", name="Test Quince", alarms=(f.latched(f.limit_alarm(P.RR, "RR 8 < 10", bed="23", side="low")),)),
        f.bed("24", name="Test Rowan", alarms=(f.acknowledged(f.pattern_alarm(stage=Stage.EMERGENCY, bed="24")),)),
    ]


def ward_of(count: int, **system: object) -> WardSnapshot:
    """So many beds: every state first, quiet ones after."""
    beds = (every_state() + more_states())[:count]
    beds += [f.bed(f"{n:02d}", name=f"Test {n}") for n in range(len(beds) + 1, count + 1)]
    return f.ward(beds, **system)
