"""Links to IEEE 11073 SDC devices through the library sdc11073: their reports as lines of drivers.sdc.lines.

The library is an optional extra and is loaded when a link is opened. It finds the device by its endpoint reference
(WS-Discovery) or at a given address, reads its description, and subscribes to the reports of metrics and alerts; for
these the device calls back, so that this computer listens on the device network while the link stands. Nothing is
ever set on the device.
"""

from __future__ import annotations

import importlib
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from drivers.sdc.lines import MDC, AlertLine, DeviceLine, Line, MetricLine, encode
from drivers.transport.link import Link, LinkError

MISSING = "the library for SDC devices is not installed: pip install 'ward-console[sdc]'"
SEARCH_S = 2
"""Seconds in which a device on the network answers a search."""
MOST_LINES = 10_000
"""Lines that may wait to be read; a bedside device reports some hundred a second at most."""
_CONNECT_TIMEOUT_S = 5
_LOCAL_NAMES = ("en-US", "en", None)


@dataclass(frozen=True, slots=True)
class SdcTls:
    """PEM files by which this computer and the device prove to each other who they are."""

    key: str
    cert: str
    ca: str


@dataclass(frozen=True, slots=True)
class SdcAddress:
    """Where an SDC device is. epr: its endpoint reference ("urn:uuid:..."); another device at the same address is
    refused. interface: address of this computer on the device network, for the search; or address: the device's own
    ("http://10.1.2.3:6464/path"), then nothing is searched."""

    epr: str
    interface: str = ""
    address: str = ""
    tls: SdcTls | None = None


def open_sdc(where: SdcAddress) -> Link:
    """Find the device, connect and subscribe. Raises LinkError with a sentence that says what to do."""
    return SdcLink(where, _Library(where.epr))


class _Library:
    """The parts of sdc11073 that are used. Raises LinkError where the library is missing."""

    def __init__(self, name: str) -> None:
        try:
            consumer = importlib.import_module("sdc11073.consumer.consumerimpl")
            self.actions = importlib.import_module("sdc11073.xml_types.actions").Actions
            self.bind = importlib.import_module("sdc11073.observableproperties").bind
            self.certificates = importlib.import_module("sdc11073.certloader")
            self.definitions = importlib.import_module("sdc11073.definitions_sdc").SdcV1Definitions
            self.dispatcher = importlib.import_module("sdc11073.dispatch").RequestDispatcher
            self.mdib = importlib.import_module("sdc11073.mdib").ConsumerMdib
            self.discovery = importlib.import_module("sdc11073.wsdiscovery").WSDiscovery
            self.names = importlib.import_module("sdc11073.xml_types.pm_qnames")
        except ImportError as error:
            raise LinkError(f"{name}: {MISSING}") from error
        self.consumer = consumer.SdcConsumer
        self.components = consumer.default_components_factory


class SdcLink:
    """A subscription to one device; see drivers.transport.link.Link. The library's threads fill, `read` empties."""

    def __init__(self, where: SdcAddress, library: _Library) -> None:
        self.name = where.epr
        self._library = library
        self._lines: deque[bytes] = deque()
        self._number = 0
        self._reason = ""
        self._changed = threading.Condition()
        self._consumer: Any = None
        self._mdib: Any = None
        try:
            self._connect(where)
        except LinkError:
            self.close()
            raise
        except Exception as error:  # the library raises whatever its parsers, sockets and servers do
            self.close()
            raise LinkError(f"{self.name}: {_why_not_connected(error)}") from error

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._reason, timeout)
            found = b"".join(self._lines)
            self._lines.clear()
            if not found and self._reason:
                raise LinkError(f"{self.name}: {self._reason}")
            return found

    def write(self, data: bytes) -> None:
        """See Link.write. Nothing is ever sent to an SDC device."""
        if data:
            raise LinkError(f"{self.name}: an SDC device takes no bytes")

    def close(self) -> None:
        """See Link.close."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(Exception):  # a device that has gone cannot be taken leave of
                consumer.stop_all(unsubscribe=not self._reason)

    def _connect(self, where: SdcAddress) -> None:
        library = self._library
        address = where.address or self._search(where.interface)
        components = library.components()
        components.action_dispatcher_class = library.dispatcher  # the default one leaves a thread behind
        tls = _tls(library, where.tls)
        self._consumer = consumer = library.consumer(
            address, library.definitions, tls, components=components,
            socket_timeout=_CONNECT_TIMEOUT_S, force_ssl_connect=tls is not None,
        )  # fmt: skip
        consumer.start_all(not_subscribed_actions=_unwanted(library))
        found = consumer.host_description.relationship.Host.EndpointReference.Address
        if found.lower() != where.epr.lower():
            raise LinkError(f"{self.name}: another device ({found}) answers at {address}")
        if not consumer.is_connected:
            raise LinkError(f"{self.name}: the device does not take the subscription to its reports")
        self._mdib = mdib = library.mdib(consumer)
        mdib.init_mdib()
        self._put([self._device_line()])
        library.bind(consumer, is_connected=self._on_connected)
        library.bind(mdib, metrics_by_handle=self._on_metrics, alert_by_handle=self._on_alerts)
        library.bind(mdib, sequence_or_instance_id_changed_event=self._on_restart)
        self._on_alerts({state.DescriptorHandle: state for state in list(mdib.states.objects)})
        self._on_connected(consumer.is_connected)  # it may have gone before anybody was listening

    def _search(self, interface: str) -> str:
        discovery = self._library.discovery(interface)
        try:
            discovery.start()
            services = discovery.search_services(
                types=self._library.definitions.MedicalDeviceTypesFilter, timeout=SEARCH_S
            )
        except OSError as error:
            raise LinkError(
                f"{self.name}: no search on {interface} ({error}); is it this computer's address on the device network?"
            ) from error
        finally:
            discovery.stop()
        for service in services:
            if service.epr.lower() == self.name.lower() and service.x_addrs:
                return str(service.x_addrs[0])
        raise LinkError(
            f"{self.name}: no device with this endpoint reference answers on {interface}; check that it is on, that "
            f"SDC is enabled on it, and the reference ({len(services)} other SDC devices answered)"
        )

    # --- called by the library's threads ------------------------------------------------------------------------

    def _on_connected(self, connected: bool) -> None:
        if not connected:
            self._fail("the device no longer answers or has ended the subscription")

    def _on_restart(self, changed: bool) -> None:
        if changed:
            self._fail("the device has started again")

    def _on_metrics(self, states: Mapping[str, Any] | None) -> None:
        self._put([line for handle, state in (states or {}).items() if (line := self._metric_line(handle, state))])

    def _on_alerts(self, states: Mapping[str, Any] | None) -> None:
        self._put([line for handle, state in (states or {}).items() if (line := self._alert_line(handle, state))])

    def _fail(self, reason: str) -> None:
        with self._changed:
            self._reason = self._reason or reason
            self._changed.notify_all()

    def _put(self, lines: Iterable[Line]) -> None:
        with self._changed:
            for line in lines:
                self._number += 1
                self._lines.append(encode(self._number, line))
            if len(self._lines) > MOST_LINES:
                self._lines.clear()
                self._reason = "the device reports faster than it can be read"
            self._changed.notify_all()

    # --- BICEPS to lines ----------------------------------------------------------------------------------------

    def _device_line(self) -> DeviceLine:
        about = self._consumer.host_description
        device, model = about.this_device, about.this_model
        return DeviceLine(device.SerialNumber or "", _local(model.Manufacturer), _local(model.ModelName))

    def _descriptor(self, handle: str) -> Any:
        return self._mdib.descriptions.handle.get_one(handle, allow_none=True)

    def _metric_line(self, handle: str, state: Any) -> MetricLine | None:
        descriptor = self._descriptor(handle)
        if descriptor is None or self._library.names.NumericMetricDescriptor != descriptor.NODETYPE:
            return None
        measured = state.MetricValue
        value = None if measured is None or measured.Value is None else format(measured.Value, "f")
        quality = None if measured is None else measured.MetricQuality
        return MetricLine(
            handle, descriptor.Type.CodingSystem or MDC, descriptor.Type.Code, descriptor.Unit.Code,
            str(descriptor.MetricCategory.value), value,
            "NA" if quality is None else str(quality.Validity.value),
            "Real" if quality is None else str(quality.Mode.value),
            str(state.ActivationState.value), None if measured is None else measured.DeterminationTime,
        )  # fmt: skip

    def _alert_line(self, handle: str, state: Any) -> AlertLine | None:
        descriptor = self._descriptor(handle)
        names = self._library.names
        if descriptor is None or descriptor.NODETYPE not in (
            names.AlertConditionDescriptor,
            names.LimitAlertConditionDescriptor,
        ):
            return None
        sources = [self._descriptor(source) for source in descriptor.Source]
        source = next((found.Type.Code for found in sources if found is not None and found.Type is not None), "")
        text = "" if descriptor.Type is None else _text(descriptor.Type.ConceptDescription)
        present = bool(state.Presence) and state.ActivationState.value == "On"
        return AlertLine(handle, text, str(descriptor.Priority.value), source, present)


def _unwanted(library: _Library) -> set[str]:
    """Reports that are not subscribed: waves, contexts (patients) and operations."""
    actions = library.actions
    return {
        actions.Waveform, actions.EpisodicContextReport, actions.PeriodicContextReport,
        actions.EpisodicComponentReport, actions.PeriodicComponentReport,
        actions.EpisodicOperationalStateReport, actions.PeriodicOperationalStateReport,
        actions.OperationInvokedReport,
    }  # fmt: skip


def _tls(library: _Library, tls: SdcTls | None) -> Any:
    if tls is None:
        return None
    for path in (tls.key, tls.cert, tls.ca):
        if not Path(path).is_file():
            raise LinkError(f"the file {path} for TLS is not there")
    return library.certificates.mk_ssl_contexts(Path(tls.key), Path(tls.cert), Path(tls.ca))


def _local(texts: Any) -> str:
    """The English one of a list of localised texts, else the first."""
    found = {getattr(text, "lang", None): text.text or "" for text in texts or ()}
    return next((found[lang] for lang in _LOCAL_NAMES if lang in found), next(iter(found.values()), ""))


def _text(texts: Any) -> str:
    """The same for the concept descriptions of BICEPS."""
    found = {text.Lang: text.text or "" for text in texts or ()}
    return next((found[lang] for lang in _LOCAL_NAMES if lang in found), next(iter(found.values()), ""))


def _why_not_connected(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the device is there but does not answer at its address"
    if isinstance(error, TimeoutError):
        return f"no answer within {_CONNECT_TIMEOUT_S} s; check the address and the network cable"
    if isinstance(error, ssl.SSLError):
        return f"device and computer do not trust each other; check the TLS files ({error.reason or error})"
    if isinstance(error, ConnectionError | HTTPException):
        return "the device closed the connection; does it demand TLS, or another certificate?"
    text = str(error) or type(error).__name__
    return f"the connection could not be made ({text.splitlines()[0][:200]})"
