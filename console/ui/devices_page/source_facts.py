"""What is known of a source beside its live line, as names and texts. Free of Qt."""

from __future__ import annotations

from console.config import SourceConfig
from console.link.snapshot import SourceView
from console.ui.devices_page.words import WHAT_TO_DO, bound_text, count_text, size_text, value_age
from console.ward.source import SourceState


def source_facts(source: SourceView, config: SourceConfig | None, rate: float | None, now: float) -> dict[str, str]:
    """Name -> text, most telling first. config: as it is bound, None for a listener or when it is not known here.

    rate: bytes a second; now: engine time.
    """
    unit = "Messages" if source.kind == "hl7" else "Frames"
    facts = {}
    if source.state in WHAT_TO_DO and source.state is not SourceState.CONNECTING:
        facts["What to do"] = WHAT_TO_DO[source.state]
    facts |= {
        "Beds": ", ".join(source.beds) or "none",
        "Driver": source.driver or "–",
        "Connection": f"{source.kind} · {source.address}" if source.address else source.kind,
        "Last value": value_age(source, now) + (" ago" if source.last_value_stamp is not None else ""),
        f"{unit} good": count_text(source.good),
        f"{unit} bad": count_text(source.bad),
        "Bytes": f"{size_text(source.bytes_in)} in, {size_text(source.skipped)} skipped"
        + ("" if rate is None else f", {rate:.0f} a second"),
        "Reconnects": count_text(source.reconnects),
        "Last error": source.last_error or "none",
    }
    if config is not None:
        adapter = getattr(config.transport, "adapter", None)
        facts["Binding"] = bound_text(config.transport.kind, adapter, config.device)
        if config.demo:
            facts["Demo"] = "Its values are no patient's: the bed shows DEMO DATA."
    if source.recording:
        facts["Recording to"] = source.recording
    return facts | _oddities(source)


def _oddities(source: SourceView) -> dict[str, str]:
    facts = {}
    if source.clock_skew_s:
        side = "ahead of" if source.clock_skew_s > 0 else "behind"
        facts["Clock"] = f"{abs(source.clock_skew_s):.0f} s {side} the console"
    if source.quarantined:
        facts["Put aside"] = "\n".join(f"{count} × {reason}" for reason, count in source.quarantined)
    if source.unknown_locations:
        places = "\n".join(source.unknown_locations)
        facts["Unknown locations"] = f"{places}\nNot shown at any bed. Say on the page Feeds which bed they are."
    if source.device_alerts:
        facts["Device reported"] = "\n".join(source.device_alerts)
    return facts
