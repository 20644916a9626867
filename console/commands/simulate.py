"""`simulate DRIVER --port PATH`: one simulated device on a port, or a simulated HL7 monitor over MLLP."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from drivers import registry
from drivers.driver import DeviceState, Simulator
from drivers.observation import Parameter
from drivers.transport.link import Link, LinkError

HL7 = "hl7"
"""DRIVER with --mllp for a monitor that measures everything; a driver's name leaves what that device measures."""

TICK_S = 0.05

STEADY = DeviceState(
    vitals={
        Parameter.HR: 76,
        Parameter.PR: 76,
        Parameter.RR: 14,
        Parameter.SPO2: 97,
        Parameter.ETCO2: 38,
        Parameter.NIBP_SYS: 122,
        Parameter.NIBP_DIA: 74,
        Parameter.NIBP_MEAN: 90,
        Parameter.TEMP: 36.8,
        Parameter.PERFUSION_INDEX: 2.4,
    }
)
"""A resting adult who does not change: what is sent without --scenario."""


def add_parser(subparsers: Any) -> None:
    """Describe the command's arguments."""
    parser = subparsers.add_parser(
        "simulate",
        help="be a bedside device on a port",
        description="Speak like one bedside device on a serial port or pseudo-terminal, or like a monitor gateway "
        "that sends HL7 over MLLP. Values are steady unless a scenario is named.",
    )
    parser.add_argument("driver", metavar="DRIVER", help=f"{', '.join(registry.names())}; with --mllp also {HL7}")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", metavar="PATH", help="serial port or pseudo-terminal")
    where.add_argument("--mllp", metavar="HOST:PORT", help="listener to send HL7 messages to")
    parser.add_argument("--scenario", metavar="NAME", help="invented patient whose course is told")
    parser.add_argument("--seconds", metavar="S", type=float, help="end after so many seconds")
    parser.add_argument("--location", default="SIM^^01", help="with --mllp: the bed as in PV1-3 (default %(default)s)")
    parser.add_argument("--patient", default="SIM-01", help="with --mllp: the patient id (default %(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Simulate until the time is up. Returns 1 when the port is or becomes unusable, 2 for wrong arguments."""
    try:
        state_at = _steady if args.scenario is None else _story(args.scenario)
        if args.seconds is not None and not 0 < args.seconds < float("inf"):
            return _fail(f"--seconds {args.seconds}: give a number above 0", 2)
        if args.mllp:
            return _simulate_hl7(args, state_at)
        settings = registry.info(args.driver).serial
        simulator = registry.simulator(args.driver, datetime.now())
    except (registry.DriverError, ValueError) as error:
        return _fail(str(error), 2)
    from drivers.transport.serial_link import open_serial

    try:
        link = open_serial(args.port, settings)
    except LinkError as error:
        return _fail(str(error), 1)
    try:
        serve(link, simulator, state_at, args.seconds)
    except LinkError as error:
        return _fail(str(error), 1)
    finally:
        link.close()
    return 0


def serve(
    link: Link, simulator: Simulator, state_at: Callable[[float], DeviceState], seconds: float | None = None
) -> None:
    """Let a simulator answer on an open link for so many seconds, or until the link is lost (LinkError).

    What nobody takes is dropped, as on a line without handshake.
    """
    start = time.monotonic()
    data = b""
    while seconds is None or time.monotonic() - start < seconds:
        elapsed = time.monotonic() - start
        said = simulator.step(data, elapsed, state_at(elapsed))
        if said:
            with suppress(LinkError):
                link.write(said)
        data = link.read(TICK_S)


def _steady(seconds: float) -> DeviceState:
    del seconds
    return STEADY


def _story(name: str) -> Callable[[float], DeviceState]:
    """The scenario from the hour at which a demonstration enters it. Raises ValueError for an unknown name."""
    from console.demo.scenarios import load

    scenario = load(name)
    return lambda seconds: scenario.state_at(scenario.demo_hour * 3600 + seconds)


def _only(
    parameters: tuple[Parameter, ...], state_at: Callable[[float], DeviceState]
) -> Callable[[float], DeviceState]:
    def reduced(seconds: float) -> DeviceState:
        state = state_at(seconds)
        return replace(state, vitals={p: value for p, value in state.vitals.items() if p in parameters})

    return reduced


def _simulate_hl7(args: argparse.Namespace, state_at: Callable[[float], DeviceState]) -> int:
    if args.driver != HL7:
        state_at = _only(registry.info(args.driver).parameters, state_at)
    host, separator, port = args.mllp.rpartition(":")
    if not (host and separator and port.isdecimal() and 0 < int(port) < 65536):
        return _fail(f"--mllp {args.mllp}: give HOST:PORT, with a port from 1 to 65535", 2)
    from hl7.simulator import run_simulator

    seconds = float("inf") if args.seconds is None else args.seconds
    report = run_simulator(
        host.strip("[]"), int(port), lambda at: _measured(state_at(at)), seconds, args.location, args.patient
    )
    if report.accepted < report.sent:
        unaccepted = report.sent - report.accepted
        return _fail(f"{args.mllp}: {unaccepted} of {report.sent} messages not accepted: {report.last_error}", 1)
    return 0


def _measured(state: DeviceState) -> dict[Parameter, float | None]:
    """The values as a gateway sends them: nothing for a sensor that is off."""
    return {p: None if p in state.sensor_off else value for p, value in state.vitals.items()}


def _fail(text: str, status: int) -> int:
    print(f"ward-console simulate: {text}", file=sys.stderr)
    return status
