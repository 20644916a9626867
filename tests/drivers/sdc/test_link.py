"""The link to SDC devices against the provider of the library sdc11073, on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.acquisition.lines import opener
from console.config import SourceConfig
from drivers import registry
from drivers.driver import Driver, Output
from drivers.observation import DeviceAlert, Vital
from drivers.transport import reconnect
from drivers.transport.link import Link, LinkError
from drivers.transport.sdc_link import SdcAddress, SdcTls, open_sdc

pytest.importorskip("sdc11073", reason="the extra sdc is not installed")
from sdc11073.xml_types import pm_types

from tests.drivers.sdc.bedside import SERIAL, Bedside


@pytest.fixture
def bedside() -> Iterator[Bedside]:
    with Bedside() as found:
        yield found


@pytest.fixture
def link(bedside: Bedside) -> Iterator[Link]:
    opened = open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address))
    yield opened
    opened.close()


class Reader:
    """A driver on a link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.driver: Driver = registry.create("sdc", {})
        self.vitals: list[Vital] = []
        self.alerts: list[DeviceAlert] = []
        self.identity = ""

    def until(self, condition: Callable[[Reader], bool]) -> None:
        """Read until the condition holds; fails after 5 s."""
        deadline = time.monotonic() + 5.0
        while not condition(self):
            assert time.monotonic() < deadline, (self.vitals, self.alerts)
            output: Output = self.driver.step(self._link.read(0.2), 0.0)
            self.vitals += output.vitals
            self.alerts += output.alerts
            self.identity = output.identity or self.identity


def test_values_alerts_and_identity_arrive(bedside: Bedside, link: Link) -> None:
    reader = Reader(link)
    bedside.measure(hr="72", spo2="97", rr="14", etco2="5.0", temp="37.1", private="3")
    bedside.alarm(True)
    reader.until(lambda r: len(r.vitals) >= 5 and bool(r.alerts))
    assert {v.parameter.value: v.value for v in reader.vitals} == {
        "hr": 72.0, "spo2": 97.0, "rr": 14.0, "etco2": 37.503, "temp": 37.1,
    }  # fmt: skip
    assert {v.status.value for v in reader.vitals} == {"valid"}
    assert reader.identity == SERIAL
    assert [(a.code, a.text, a.active, a.priority.value) for a in reader.alerts] == [
        ("a.spo2", "SpO2 low", True, "high")
    ]
    bedside.alarm(False)
    reader.until(lambda r: len(r.alerts) == 2)
    assert reader.alerts[1].active is False
    assert reader.driver.counters.bad == 0


def test_doubt_no_data_and_demonstration_arrive(bedside: Bedside, link: Link) -> None:
    reader = Reader(link)
    bedside.measure(pm_types.MeasurementValidity.QUESTIONABLE, hr="72")
    bedside.measure(pm_types.MeasurementValidity.NA, spo2=None)
    bedside.measure(mode=pm_types.GenerationMode.DEMO, rr="14")
    bedside.measure(activation=pm_types.ComponentActivation.OFF, temp="37.1")
    reader.until(lambda r: len(r.vitals) == 4)
    assert [(v.parameter.value, v.value, v.status.value) for v in reader.vitals] == [
        ("hr", 72.0, "questionable"), ("spo2", None, "unavailable"), ("rr", None, "unavailable"),
        ("temp", None, "unavailable"),
    ]  # fmt: skip
    assert [a.code for a in reader.alerts] == ["demo_data"]


def test_what_the_device_held_before_is_not_told_except_its_alerts(bedside: Bedside) -> None:
    bedside.measure(hr="99")
    bedside.alarm(True)
    opened = open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address))
    reader = Reader(opened)
    reader.until(lambda r: bool(r.alerts))
    bedside.measure(spo2="96")
    reader.until(lambda r: bool(r.vitals))
    opened.close()
    assert [(v.parameter.value, v.value) for v in reader.vitals] == [("spo2", 96.0)]


def test_a_device_is_found_by_its_reference_on_the_network() -> None:
    with Bedside(discoverable=True) as bedside:
        try:
            opened = open_sdc(SdcAddress(bedside.epr.urn, interface="127.0.0.1"))
        except LinkError as error:
            if "no device with this endpoint reference" in str(error):
                pytest.skip("WS-Discovery over multicast does not work on the loopback of this machine")
            raise
        bedside.measure(hr="70")
        reader = Reader(opened)
        reader.until(lambda r: bool(r.vitals))
        opened.close()


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate that is device, console and authority in one."""
    made = folder / name
    made.mkdir()
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    try:
        subprocess.run(
            [*command, "-keyout", "key.pem", "-out", "cert.pem"], cwd=made, check=True, capture_output=True, timeout=60
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    return made


def test_tls_needs_the_certificate_that_the_device_trusts(tmp_path: Path) -> None:
    ours, foreign = certificate(tmp_path, "ours"), certificate(tmp_path, "foreign")
    known, stranger = (SdcTls(*(str(at / f"{name}.pem") for name in ("key", "cert", "cert"))) for at in (ours, foreign))
    with Bedside(certificates=ours) as bedside:
        assert bedside.address.startswith("https://")
        opened = open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address, tls=known))
        bedside.measure(hr="72")
        reader = Reader(opened)
        reader.until(lambda r: bool(r.vitals))
        opened.close()
        with pytest.raises(LinkError, match="do not trust each other; check the TLS files"):
            open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address, tls=stranger))
        with pytest.raises(LinkError, match="closed the connection; does it demand TLS"):
            open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address))


def test_errors_are_sentences(bedside: Bedside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = uuid.uuid4().urn
    with pytest.raises(LinkError, match=r"another device \(urn:uuid:.*\) answers at http"):
        open_sdc(SdcAddress(other, address=bedside.address))
    with pytest.raises(LinkError, match="no device with this endpoint reference answers on 127"):
        open_sdc(SdcAddress(other, interface="127.0.0.1"))
    with pytest.raises(LinkError, match="there but does not answer at its address"):
        open_sdc(SdcAddress(other, address="http://127.0.0.1:9/x"))
    tls = SdcTls(str(tmp_path / "key.pem"), "cert.pem", "ca.pem")
    with pytest.raises(LinkError, match=r"the file .*key\.pem for TLS is not there"):
        open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address, tls=tls))
    monkeypatch.setitem(sys.modules, "sdc11073.consumer.consumerimpl", None)
    with pytest.raises(LinkError, match=r"not installed: pip install 'ward-console\[sdc\]'"):
        open_sdc(SdcAddress(bedside.epr.urn, address=bedside.address))


def test_a_device_that_goes_is_noticed_and_nothing_is_sent_to_it(bedside: Bedside) -> None:
    with Bedside() as leaving:
        opened = open_sdc(SdcAddress(leaving.epr.urn, address=leaving.address))
        with pytest.raises(LinkError, match="takes no bytes"):
            opened.write(b"x")
        opened.write(b"")
    assert opened.read(0.5)  # what it said before it went
    with pytest.raises(LinkError, match="no longer answers or has ended the subscription"):
        opened.read(5.0)
    opened.close()
    opened.close()


def test_a_configured_source_that_is_opened_again_leaves_nothing_behind(bedside: Bedside) -> None:
    where = {"kind": "sdc", "epr": bedside.epr.urn, "address": bedside.address}
    config = SourceConfig.model_validate({"name": "b", "driver": "sdc", "bed": "1", "transport": where})
    before = set(threading.enumerate())
    for _ in range(2):
        opened = opener(config)()
        opened.close()
    deadline = time.monotonic() + 3.0
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not set(threading.enumerate()) - before


def test_the_reconnecting_loop_reads_it_like_any_other_source(bedside: Bedside) -> None:
    where = SdcAddress(bedside.epr.urn, address=bedside.address)
    heard: list[reconnect.Reception] = []
    up = threading.Event()

    class Sink:
        def connected(self, stamp: float, connections: int) -> None:
            up.set()

        def received(self, reception: reconnect.Reception) -> None:
            heard.append(reception)

        def lost(self, stamp: float, reason: str) -> None:
            raise AssertionError(reason)

        still_down = lost

    stop = threading.Event()
    new = lambda: registry.create("sdc", {})  # noqa: E731 - as short as the loop takes it
    thread = threading.Thread(target=reconnect.run, args=(lambda: open_sdc(where), new, Sink(), stop, time.monotonic))
    thread.start()
    try:
        assert up.wait(5.0)
        bedside.measure(hr="72")
        deadline = time.monotonic() + 5.0
        while not any(r.output.vitals for r in heard) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        stop.set()
        thread.join()
    assert [v.value for r in heard for v in r.output.vitals] == [72.0]


def test_a_recording_is_json_a_line_that_decodes_alike(bedside: Bedside, link: Link) -> None:
    bedside.measure(hr="72")
    said, deadline = b"", time.monotonic() + 5.0
    while b'"metric"' not in said and time.monotonic() < deadline:
        said += link.read(0.2)
    kinds = [json.loads(line.rpartition(b"*")[0])["kind"] for line in said.splitlines()]
    assert kinds == ["device", "alert", "metric"]
    assert [v.value for v in registry.create("sdc", {}).step(said, 0.0).vitals] == [72.0]


def test_the_configuration_asks_for_one_way_to_the_device() -> None:
    base = {"name": "b", "driver": "sdc", "bed": "1"}
    for transport in (
        {"kind": "sdc", "epr": "urn:uuid:1"},
        {"kind": "sdc", "epr": "urn:uuid:1", "interface": "10.0.0.1", "address": "http://10.0.0.2:1"},
    ):
        with pytest.raises(ValueError, match="give either interface"):
            SourceConfig.model_validate({**base, "transport": transport})
