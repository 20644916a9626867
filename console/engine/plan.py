"""What the engine has to know of the configuration: beds, and which sources speak for them how often."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.alarms.technical_source import SourceSpec
from console.config import Config, ConfigError, SourceConfig
from console.link.snapshot import SignalPolicy, SourceView
from console.ward.source import SourceState
from drivers import registry


@dataclass(frozen=True, slots=True)
class BedPlan:
    """One bed: the sources it expects to hear from, in the order of the configuration; one that an engineer has stopped
    is not expected. demo: its values are invented."""

    bed: str
    sources: tuple[SourceSpec, ...]
    demo: bool


@dataclass(frozen=True, slots=True)
class WardPlan:
    """The ward as configured. views: every source before it has been heard of. rule_set: which alarm rules apply, in
    words for the status bar. sounds: which set of alarm tones is heard. signals: what the ward allows of them; its
    reminders are those of the alarm rules."""

    name: str
    timezone: str
    beds: tuple[BedPlan, ...]
    views: tuple[SourceView, ...]
    simulated: bool
    rule_set: str = ""
    sounds: str = "general"
    signals: SignalPolicy = field(default_factory=SignalPolicy)


def plan_ward(config: Config, speed: float = 1.0) -> WardPlan:
    """Read the plan from a configuration; speed: of the clock. Raises ConfigError when a driver is not known or cannot
    be loaded."""
    specs: dict[str, list[SourceSpec]] = {bed: [] for bed in config.ward.beds}
    demo: dict[str, list[bool]] = {bed: [] for bed in config.ward.beds}
    for source in config.source:
        try:
            info = registry.info(source.driver)
            registry.create(source.driver, dict(source.settings))
        except registry.DriverError as error:
            raise ConfigError(f"source '{source.name}': {error}") from error
        if source.enabled:
            specs[source.bed].append(SourceSpec(source.name, info.interval_s, speed, bool(info.parameters)))
        demo[source.bed].append(source.demo)
    for feed in config.hl7_listener:
        for bed in dict.fromkeys(feed.beds.values()):
            specs[bed].append(SourceSpec(feed.name, feed.interval_s, speed))
            demo[bed].append(feed.demo)
    beds = tuple(BedPlan(bed, tuple(specs[bed]), any(demo[bed])) for bed in config.ward.beds)
    invented = [s.demo for s in config.source] + [f.demo for f in config.hl7_listener]
    simulated = config.ward.simulated or (bool(invented) and all(invented))
    ward = config.ward
    views = first_views(config)
    signals = SignalPolicy(
        audio_off_s=ward.audio_off_min * 60.0, audio_off_by=ward.audio_off_by, watch_tone=ward.watch_tone
    )
    return WardPlan(ward.name, ward.timezone, beds, views, simulated, _rule_set(config), ward.sounds, signals)


def first_views(config: Config) -> tuple[SourceView, ...]:
    """Every configured source and listener as it looks before it has been started."""
    views = [first_view(source) for source in config.source]
    views += [
        SourceView(
            f.name, "hl7", "hl7", f"{f.host}:{f.port}", tuple(dict.fromkeys(f.beds.values())), SourceState.CONNECTING
        )
        for f in config.hl7_listener
    ]
    return tuple(views)


def first_view(source: SourceConfig) -> SourceView:
    """A configured source before it has been started, or while an engineer has stopped it."""
    state = SourceState.CONNECTING if source.enabled else SourceState.STOPPED
    return SourceView(
        source.name, source.transport.kind, source.driver, address_of(source.transport), (source.bed,), state
    )


def _rule_set(config: Config) -> str:
    changed = len(config.alarms)
    return "Default rules" if not changed else f"Site rules ({changed} changed)"


def address_of(transport: object) -> str:
    """Where a source is read, as a person names it."""
    match transport:
        case object(host=str(host), port=int(port)):
            return f"{host}:{port}"
        case object(port=str(port)):
            return port
        case object(file=str(file)):
            return file
    return ""
