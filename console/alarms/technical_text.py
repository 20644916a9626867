"""The words of technical alarms: what is wrong, and what to do about it."""

from __future__ import annotations

from console.alarms.alarm import Condition, Kind, Priority
from drivers.observation import Parameter

LABELS: dict[Parameter, str] = {
    Parameter.HR: "HR",
    Parameter.PR: "PR",
    Parameter.RR: "RR",
    Parameter.SPO2: "SpO2",
    Parameter.ETCO2: "EtCO2",
    Parameter.NIBP_SYS: "BP",
    Parameter.NIBP_DIA: "BP",
    Parameter.NIBP_MEAN: "BP",
    Parameter.ART_SYS: "Arterial BP",
    Parameter.ART_DIA: "Arterial BP",
    Parameter.ART_MEAN: "Arterial BP",
    Parameter.TEMP: "Temp",
    Parameter.PERFUSION_INDEX: "Perfusion index",
}


GATEWAY = "gateway:"
"""Begins the key of a lost gateway after "technical:"; its name follows, which is that of the source at its beds."""

MANAGER = "manager "
"""Begins the key of what is wrong with an alarm manager after "technical:"; its name stands behind the colon."""


def outage(name: str, late_s: float, error: str, priority: Priority, cause: str) -> Condition:
    """A source that cannot be heard. cause: "lost", "unreadable", "silent", or "gateway" when all its beds are without
    it; error: what its link says, or ""."""
    text = {"lost": "Connection lost", "unreadable": "Unreadable data", "gateway": "Gateway lost"}.get(
        cause, "No data" if priority is Priority.MEDIUM else "Late data"
    )
    advice = {
        "lost": "Check that the monitor is on and its cable is in. Watch the bedside monitor.",
        "gateway": "Watch the bedside monitor; nothing arrives here from this gateway.",
        "unreadable": "Check that device type and line settings match the configuration. Watch the bedside monitor.",
    }.get(cause, "Check the monitor at the bedside; the values shown here are not live.")
    detail = error or f"no new values for more than {late_s:g} s"
    return Condition(
        key=f"technical:data:{name}",
        kind=Kind.TECHNICAL,
        priority=priority,
        text=f"{text} – {name}",
        detail=detail,
        advice=advice,
    )


def another_device(name: str, bed: str, error: str) -> Condition:
    """The line of a source leads to another device than the one bound to the bed. error: which, in words."""
    return Condition(
        key=f"technical:device:{name}",
        kind=Kind.TECHNICAL,
        priority=Priority.MEDIUM,
        text=f"Another device at bed {bed}",
        detail=f"{name}: {error}" if error else name,
        advice="Its values are not shown: watch the bedside monitor. Connect the device of this bed again, or compare "
        "this one with the patient and confirm it on the Devices page.",
    )


def no_source(bed: str) -> Condition:
    """A patient is admitted to a bed at which no monitor is expected."""
    return Condition(
        key="technical:no source",
        kind=Kind.TECHNICAL,
        priority=Priority.LOW,
        text="No monitor at this bed",
        detail=f"no source is bound to {bed}, or it has been stopped",
        advice="Nothing of this patient is watched here: bind or start a monitor on the Devices page, or discharge.",
    )


def sensor_fault(parameter: Parameter, wrong: str) -> Condition:
    """A parameter that is not measured. wrong: "off", "silent" or "unreliable"."""
    label = LABELS[parameter]
    text, advice = {
        "off": (f"{label} – no reading", "Check the sensor at the patient."),
        "silent": (f"{label} – no new values", "Check that the sensor is connected to the monitor."),
        "unreliable": (f"{label} – signal not reliable", "Check the position of the sensor; see the patient."),
    }[wrong]
    return Condition(
        key=f"technical:sensor:{parameter.value}",
        kind=Kind.TECHNICAL,
        priority=Priority.LOW,
        text=text,
        advice=advice,
        parameters=(parameter,),
    )


def other_patient(source: str, seen: str, admitted: str) -> Condition:
    """A source sends values for this bed under another patient's number than those of the admitted one."""
    return Condition(
        key=f"technical:patient:{source}",
        kind=Kind.TECHNICAL,
        priority=Priority.MEDIUM,
        text="Monitor names another patient",
        detail=f"{source}: {seen[:40]} at the monitor, {admitted[:40]} admitted here",
        advice="Its values are not shown or charted: watch the bedside monitor. Say on the bed page who lies here.",
    )


def system_condition(key: str, priority: Priority, text: str, detail: str = "", advice: str = "") -> Condition:
    """A technical condition of the console itself: storage, sound, clock, a listener that cannot listen."""
    return Condition(f"technical:{key}", Kind.TECHNICAL, priority, text, detail=detail, advice=advice)


def engine_fault(where: str, text: str) -> Condition:
    """A fault of our own at a bed, or in the console ("")."""
    what = f"Alarms of {where} are not working" if where else "The alarm engine has a fault"
    advice = "Watch the bedside monitors; restart the console."
    return system_condition(f"engine:{where}", Priority.HIGH, what, text, advice)
