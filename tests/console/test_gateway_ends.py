"""From the far end of the wire to the export: nothing of ours between the device and the row that comes out."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.driver import DeviceState
from drivers.observation import UNITS, Parameter
from tests.clients.makers import python_hl7
from tests.console.commands.gateways import Bedside, exported, free_port, gateway

P = Parameter

PEER = """
import json, sys
from hl7.client import MLLPClient
with MLLPClient("127.0.0.1", int(sys.argv[1])) as client:
    for message in json.load(open(sys.argv[2])):
        answer = client.send_message(message.encode()).strip(b"\\x0b\\x1c\\r").decode()
        print(answer.split("\\r")[1].split("|")[1:3])
"""
"""A sender of another maker: python-hl7's MLLP client, in an environment of its own (its package has our name)."""


@pytest.fixture(scope="module")
def other_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the programs of an environment with python-hl7, made now."""
    return python_hl7(tmp_path_factory.mktemp("peer"))


def swing(number: int, top: int) -> int:
    """Up to `top` and down again, one a step: a value that leaps is doubted where the protocol has no checksum."""
    return top - abs(number % (2 * top) - top)


def rising(elapsed: float) -> DeviceState:
    """Every value changes with every simulated second; the temperature stands still for ten, the cuff for twelve."""
    n = int(elapsed)
    return DeviceState(
        {
            P.HR: 60 + n, P.PR: 61 + n, P.RR: 10 + swing(n, 19), P.SPO2: 80 + swing(n, 19), P.ETCO2: 30 + swing(n, 14),
            P.NIBP_SYS: 110 + n // 12, P.NIBP_DIA: 70 + n // 12, P.NIBP_MEAN: 84 + n // 12,
            P.TEMP: 36.0 + n // 10 / 10, P.PERFUSION_INDEX: 1.25 + swing(n, 3),
        }
    )  # fmt: skip


MEASURED = {
    "masimo_ascii1": (P.SPO2, P.PR, P.PERFUSION_INDEX),
    "ivy_ansarb": (P.HR, P.RR, P.ETCO2, P.SPO2, P.PR, P.TEMP, P.NIBP_SYS, P.NIBP_DIA, P.NIBP_MEAN),
    "dri_s5": (P.HR, P.RR, P.ETCO2, P.SPO2, P.PR, P.TEMP, P.NIBP_SYS, P.NIBP_DIA, P.NIBP_MEAN),
}
SITES = {
    ("ivy_ansarb", P.HR): "ECG-II-DIAG",
    ("ivy_ansarb", P.TEMP): "T1",
    ("dri_s5", P.HR): "ECG",
    ("dri_s5", P.RR): "CO2",
    ("dri_s5", P.TEMP): "core",
}
CUFF = (P.NIBP_SYS, P.NIBP_DIA, P.NIBP_MEAN)


def bed_of(driver: str) -> str:
    return driver.partition("_")[0]


def test_three_devices_on_terminals_come_out_of_the_export_exactly(tmp_path):
    devices = {driver: Bedside(driver, rising, speed=10) for driver in MEASURED}
    text = '[ward]\nname = "Ward 7B"\nbeds = ["masimo", "ivy", "dri"]\n'
    for driver, device in devices.items():
        text += (
            f'[[source]]\nname = "device {driver}"\ndriver = "{driver}"\nbed = "{bed_of(driver)}"\n'
            f'transport = {{ kind = "serial", port = "{device.port}" }}\n'
        )
    config = tmp_path / "ward.toml"
    config.write_text(text + "settings = { alarms = false }\n", encoding="utf-8")
    try:
        with gateway(config, tmp_path) as running:
            time.sleep(0.5)
            for device in devices.values():
                device.switch_on()
            time.sleep(3.0)
            for device in devices.values():
                device.switch_off()
            time.sleep(0.5)
            assert running.end() == (0, "")
    finally:
        for device in devices.values():
            device.close()
    for driver, device in devices.items():
        rows = exported(tmp_path, "observations", "--bed", bed_of(driver))
        assert len(device.written) >= (5 if driver == "dri_s5" else 25)
        assert {row["parameter"] for row in rows if row["value"] is not None} == set(MEASURED[driver])
        for parameter in MEASURED[driver]:
            _assert_as_written(driver, parameter, device.written, rows)


def _assert_as_written(
    driver: str, parameter: Parameter, written: list[tuple[float, float]], rows: list[dict[str, Any]]
) -> None:
    sent = [(at, rising(elapsed).vitals[parameter]) for at, elapsed in written]
    if parameter in CUFF:  # a device repeats its last reading; only a new one is a measurement
        sent = [now for before, now in zip([(0.0, None), *sent], sent, strict=False) if before[1] != now[1]]
    came = [row for row in rows if row["parameter"] == parameter.value and row["value"] is not None]
    assert [row["value"] for row in came] == [pytest.approx(value, abs=1e-6) for _, value in sent]
    for row, (at, _) in zip(came, sent, strict=True):
        assert (row["bed"], row["source"], row["patient_id"]) == (bed_of(driver), f"device {driver}", "")
        assert (row["unit"], row["status"]) == (UNITS[parameter], "valid")
        assert row["site"] == SITES.get((driver, parameter))
        assert row["time"] == row["received_at"]
        assert -0.01 < datetime.fromisoformat(row["time"]).timestamp() - at < 2.0


def report(number: int, at: datetime) -> str:
    """A message in the words of no builder of ours: other units, times without zone, a doubtful and a missing value."""
    east = at.astimezone(UTC) + timedelta(hours=2)
    berlin = at.astimezone(UTC) + timedelta(hours=1)
    rows = (
        f"NM|147842^MDC_ECG_HEART_RATE^MDC||{60 + number}|/min^^UCUM|||||R|||{east:%Y%m%d%H%M%S}+0200",
        f"NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||{80 + number % 20}|%^percent^UCUM|||||F|||{berlin:%Y%m%d%H%M%S}",
        f"NM|188420^MDC_TEMP_RECT^MDC||{98.6 + number:.1f}|[degF]^^UCUM|||||F",
        "NM|151728^MDC_AWAY_CO2_ET^MDC||5.0|kPa^^UCUM|||||F",
        "NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC||118|mm[Hg]^^UCUM||QUES|||F",
        "NM|151562^MDC_RESP_RATE^MDC||||||||F",
    )
    head = (
        f"MSH|^~\\&|OTHER|MAKER|||{berlin:%Y%m%d%H%M%S}||ORU^R01^ORU_R01|n{number}|P|2.6",
        "PID|||4711^^^Ward^MR||Meyer^Anna",
        "PV1||I|ICU^^5",
        f"OBR|1|||monitor|||{berlin:%Y%m%d%H%M%S}",
    )
    return "\r".join((*head, *(f"OBX|{n}|{row}" for n, row in enumerate(rows, 1)))) + "\r"


def test_what_an_mllp_client_of_another_maker_sends_comes_out_exactly(tmp_path, other_environment):
    port = free_port()
    config = tmp_path / "ward.toml"
    config.write_text(
        f'[ward]\nbeds = ["7B-02"]\n[[hl7_listener]]\nname = "feed"\nport = {port}\nplain = true\n'
        'timezone = "Europe/Berlin"\nbeds = { "ICU^^5" = "7B-02" }\n',
        encoding="utf-8",
    )
    start = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    times = [start + timedelta(seconds=number) for number in range(20)]
    messages = [report(number, at) for number, at in enumerate(times)]
    script, spoken, framed = tmp_path / "peer.py", tmp_path / "spoken.json", tmp_path / "framed.hl7"
    script.write_text(PEER)
    spoken.write_text(json.dumps(messages[:15]))
    framed.write_text("".join(f"\x0b{message}\x1c\r" for message in messages[15:]), newline="")
    with gateway(config, tmp_path) as running:
        # -I: a PYTHONPATH of whoever runs the tests would put our own package of the same name first.
        alone = [str(other_environment / "python"), "-I"]
        client = [*alone, str(script), str(port), str(spoken)]
        said = subprocess.run(client, capture_output=True, text=True, timeout=30, check=True).stdout
        assert said.splitlines() == [str(["AA", f"n{number}"]) for number in range(15)]
        tool = [*alone, str(other_environment / "mllp_send"), "--port", str(port), "--file", str(framed), "127.0.0.1"]
        said = subprocess.run(tool, capture_output=True, text=True, timeout=30, check=True).stdout
        assert [f"MSA|AA|n{number}" in said for number in range(15, 20)] == [True] * 5
        assert running.end() == (0, "")
    rows = exported(tmp_path, "observations")
    assert len(rows) == 6 * 20
    expected = {
        "hr": ([60 + n for n in range(20)], "/min", "valid", "ECG"),
        "spo2": ([80 + n for n in range(20)], "%", "valid", None),
        "temp": ([round(37 + n / 1.8, 2) for n in range(20)], "Cel", "valid", "rectum"),
        "etco2": ([37.5] * 20, "mmHg", "valid", "airway"),
        "nibp_sys": ([118] * 20, "mmHg", "questionable", "cuff"),
        "rr": ([None] * 20, "/min", "unavailable", None),
    }
    for parameter, (values, unit, status, site) in expected.items():
        found = [row for row in rows if row["parameter"] == parameter]
        assert [row["value"] for row in found] == values
        assert [datetime.fromisoformat(row["time"]) for row in found] == times
        assert {(row["bed"], row["source"], row["unit"], row["status"], row["site"]) for row in found} == {
            ("7B-02", "feed", unit, status, site)
        }
        assert all(row["received_at"] > row["time"] for row in found)
