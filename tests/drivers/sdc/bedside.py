"""A BICEPS provider as a network monitor is one: the sdc11073 library's own provider with a small description."""

from __future__ import annotations

import time
import uuid
from decimal import Decimal
from pathlib import Path
from types import TracebackType

from sdc11073.certloader import mk_ssl_contexts
from sdc11073.mdib import ProviderMdib
from sdc11073.provider import SdcProvider, provider_components_sync_factory
from sdc11073.wsdiscovery import WSDiscovery
from sdc11073.xml_types import pm_types
from sdc11073.xml_types.dpws_types import ThisDeviceType, ThisModelType

SERIAL = "SN-4711"

METRICS = {
    # handle: code, unit, concept
    "m.hr": ("147842", "264864", "Heart rate"),
    "m.spo2": ("150456", "262688", "SpO2"),
    "m.rr": ("151562", "264928", "Respiration rate"),
    "m.etco2": ("151728", "265987", "End-tidal CO2 in kPa"),
    "m.temp": ("150344", "268192", "Temperature"),
    "m.private": ("192512", "262688", "Something of the manufacturer"),
}


def _metric(handle: str) -> str:
    code, unit, concept = METRICS[handle]
    return f"""
        <pm:Metric Handle="{handle}" xsi:type="pm:NumericMetricDescriptor" MetricCategory="Msrmt"
            MetricAvailability="Cont" Resolution="0.1">
          <pm:Type Code="{code}"><pm:ConceptDescription Lang="en-US">{concept}</pm:ConceptDescription></pm:Type>
          <pm:Unit Code="{unit}"/>
        </pm:Metric>"""


DESCRIPTION = f"""<?xml version="1.0" encoding="UTF-8"?>
<msg:GetMdibResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:msg="http://standards.ieee.org/downloads/11073/11073-10207-2017/message"
    xmlns:pm="http://standards.ieee.org/downloads/11073/11073-10207-2017/participant"
    SequenceId="urn:uuid:{uuid.uuid4()}">
  <msg:Mdib SequenceId="urn:uuid:{uuid.uuid4()}">
    <pm:MdDescription>
      <pm:Mds Handle="mds">
        <pm:Type Code="69965"/>
        <pm:AlertSystem Handle="alerts" SelfCheckPeriod="PT5S">
          <pm:AlertCondition Handle="a.spo2" xsi:type="pm:AlertConditionDescriptor" Kind="Phy" Priority="Hi">
            <pm:Type Code="196670"><pm:ConceptDescription Lang="en-US">SpO2 low</pm:ConceptDescription></pm:Type>
            <pm:Source>m.spo2</pm:Source>
          </pm:AlertCondition>
        </pm:AlertSystem>
        <pm:Vmd Handle="vmd">
          <pm:Channel Handle="channel">{"".join(_metric(handle) for handle in METRICS)}
          </pm:Channel>
        </pm:Vmd>
      </pm:Mds>
    </pm:MdDescription>
  </msg:Mdib>
</msg:GetMdibResponse>
"""


class Undiscoverable:
    """Takes the place of WS-Discovery, whose threads take seconds to end."""

    active_address = "127.0.0.1"

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def publish_service(self, epr: str, types: object, scopes: object, x_addrs: list[str]) -> None:
        """Nobody is told."""

    def clear_service(self, epr: str) -> None:
        """Nobody was told."""


class Bedside:
    """The provider on loopback, while the block lasts."""

    def __init__(self, discoverable: bool = False, certificates: Path | None = None) -> None:
        """certificates: folder of cert.pem and key.pem; the device then speaks TLS alone."""
        pem = None if certificates is None else (certificates / "key.pem", certificates / "cert.pem")
        self._tls = None if pem is None else mk_ssl_contexts(*pem, pem[1])
        self.epr = uuid.uuid4()
        self._discovery = WSDiscovery("127.0.0.1") if discoverable else Undiscoverable()

    def __enter__(self) -> Bedside:
        self._discovery.start()
        self.mdib = ProviderMdib.from_string(DESCRIPTION.encode())
        self._provider = SdcProvider(
            ws_discovery=self._discovery,
            epr=self.epr,
            this_model=ThisModelType(manufacturer="Acme", model_name="Bedside 1", model_number="1"),
            this_device=ThisDeviceType(friendly_name="Bedside", firmware_version="1.0", serial_number=SERIAL),
            device_mdib_container=self.mdib,
            ssl_context_container=self._tls,
            components=provider_components_sync_factory(),
        )
        self._provider.start_all(start_rtsample_loop=False)
        self._provider.publish()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._provider.stop_all()
        self._discovery.stop()

    @property
    def address(self) -> str:
        """Where it listens."""
        found: str = self._provider.get_xaddrs()[0]
        return found

    def measure(
        self,
        validity: pm_types.MeasurementValidity = pm_types.MeasurementValidity.VALID,
        mode: pm_types.GenerationMode = pm_types.GenerationMode.REAL,
        activation: pm_types.ComponentActivation = pm_types.ComponentActivation.ON,
        **values: str | None,
    ) -> None:
        """New values, by the part of the handle after the dot."""
        with self.mdib.metric_state_transaction() as change:
            for name, value in values.items():
                state = change.get_state(f"m.{name}")
                if state.MetricValue is None:
                    state.mk_metric_value()
                state.ActivationState = activation
                state.MetricValue.Value = None if value is None else Decimal(value)
                state.MetricValue.DeterminationTime = time.time()
                state.MetricValue.MetricQuality.Validity = validity
                state.MetricValue.MetricQuality.Mode = mode

    def alarm(self, present: bool) -> None:
        """The alert condition begins or ends."""
        with self.mdib.alert_state_transaction() as change:
            state = change.get_state("a.spo2")
            state.ActivationState = pm_types.AlertActivation.ON
            state.Presence = present
