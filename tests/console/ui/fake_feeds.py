"""A feed desk without a station: its messages and answers are what the test says they are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from console.config import Config
from console.config_hl7 import Hl7ListenerConfig
from console.feeds.inspection import inspect
from console.link.commands import Reply
from console.link.feeds import (
    FeedChange,
    MapCode,
    MapPlace,
    MessageView,
    RemoveListener,
    SaveListener,
    Sent,
    Target,
    UnmapCode,
    Validation,
)
from console.link.snapshot import PeerView, SourceView, UnknownCode, UnknownPlace
from console.store.records import MessageFilter, MessagePage, MessageRow
from console.ward.source import SourceState
from tests.console.ui import fakes as f

GOOD = (
    b"MSH|^~\\&|MINDRAY_EGATEWAY^00A037FFFE000001^EUI-64||||20260414044216.000+0200||ORU^R01^ORU_R01|A81F2|P|2.6|||NE|AL\r"
    b"PID|||T-1010^^^Ward^MR||Juniper^Test\rPV1||I|ICU^^5\r"
    b"OBR|1|||182777000^monitoring of patient^SCT|||20260414044215\r"
    b"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|118|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||20260414044215\r"
    b"OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.6.1.150456|96|262688^MDC_DIM_PERCENT^MDC|||||R|||20260414044215\r"
    b"OBX|3|NM|150344^MDC_TEMP^MDC|1.8.1.150344|38.3|268192^MDC_DIM_DEGC^MDC|||||R|||20260414044215\r"
    b"OBX|4|NM|0002-F12A^BLAD_T^VENDOR_B|1.8.2.61738|38.4|268192^MDC_DIM_DEGC^MDC|||||R|||20260414044215\r"
    b"OBX|5|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.9.1|-100|266016^MDC_DIM_MMHG^MDC|||||F|||20260414044215\r"
)
DAMAGED = (
    b"MSH|^~\\&|MON||||20260414||ORU^R01|D1|P|2.6\rPID|||47\x1c11\rPV1||I|ICU^^5\rOBX|1|NM|8867-4^HR^LN||7\x0b\x00"
)
UNREADABLE = b"GET / HTTP/1.1\r\nHost: ward\r\n"


def huge(rows: int = 1500) -> bytes:
    """A message far larger than is shown."""
    row = "OBX|{n}|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|{v}|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R\r"
    return GOOD + "".join(row.format(n=n, v=60 + n % 60) for n in range(rows)).encode()


def listener(name: str = "monitor gateway", **more: Any) -> Hl7ListenerConfig:
    """A plain listener."""
    values: dict[str, Any] = {"port": 2575, "plain": True, "timezone": "Europe/Berlin", "beds": {"ICU^^5": "7B-01"}}
    return Hl7ListenerConfig.model_validate({"name": name, **values, **more})


def peer(number: int = 1, **more: Any) -> PeerView:
    """A sender that is connected."""
    values: dict[str, Any] = {
        "connected_since": f.utc(86_400),
        "last_heard_stamp": f.NOW - number,
        "connections": 1,
        "messages": 15_482 * number,
        "bytes_in": 11_900_000,
        "accepted": 15_480 * number,
        "errors": number - 1,
        **more,
    }
    return PeerView("" if number % 2 else f"gateway {number}", f"10.40.2.{number}", **values)


def unknown_code(code: str = "0002-F12A", name: str = "BLAD_T", **more: Any) -> UnknownCode:
    """A code nobody has said the meaning of."""
    values: dict[str, Any] = {
        "value": "38.4",
        "unit": "MDC_DIM_DEGC",
        "reason": "unknown code",
        "count": 14_211,
        "last_at": f.utc(4),
        "location": "ICU^^5",
        **more,
    }
    return UnknownCode(code, name, **values)


def unknown_place(location: str = "ICU^^7", count: int = 311) -> UnknownPlace:
    """A location that is no bed."""
    return UnknownPlace(location, count, f.utc(9))


def view(config: Hl7ListenerConfig, **more: Any) -> SourceView:
    """A listener that runs."""
    values: dict[str, Any] = {
        "good": 15_482,
        "bad": 2,
        "bytes_in": 11_900_000,
        "last_value_stamp": f.NOW - 1,
        "last_heard_stamp": f.NOW - 1,
        "connections": 1,
        "interval_s": 60.0,
        "peers": (peer(1),),
        **more,
    }
    beds = tuple(dict.fromkeys(config.beds.values()))
    state = values.pop("state", SourceState.CONNECTED)
    return SourceView(config.name, "hl7", "hl7", f"{config.host}:{config.port}", beds, state, **values)


class FakeFeeds:
    """Implements console.link.feeds.Feeds. stored: messages, newest last; a row and its bytes each. sent: what a test
    and a repetition answer. hold: answers stay open until `finish`."""

    def __init__(self, *listeners: Hl7ListenerConfig, link: f.FakeLink | None = None) -> None:
        beds = ["7B-01", "7B-02", "7B-03", "7B-04"]
        self._config = Config.model_validate(
            {"ward": {"name": "Ward 7B", "beds": beds}, "hl7_listener": [each.model_dump() for each in listeners]}
        )
        self.link = link
        self.stored: list[tuple[MessageRow, bytes]] = []
        self.changes: list[tuple[FeedChange, str]] = []
        self.asked: list[tuple[MessageFilter, int | None]] = []
        self.targets: list[tuple[Target, str, str]] = []
        self.refuse: Callable[[FeedChange], str] = lambda _: ""
        self.checked = Validation("Valid: hl7apy finds nothing against the standard.")
        self.answer = Sent("Answered AA. It is kept and shown, and never charted.", True, "MSH|...", ("MSA|AA|1",))
        self.error: Exception | None = None
        self.hold = False
        self._held: list[tuple[Future[Any], Any]] = []

    def store(self, raw: bytes, feed: str = "monitor gateway", **more: Any) -> MessageRow:
        """One more message."""
        values: dict[str, Any] = {"control_id": "A81F2", "message_type": "ORU^R01", "outcome": "accepted", **more}
        values = {"peer": "10.40.2.20:49152", "reason": "", "kept": True, **values}
        number = len(self.stored) + 1
        row = MessageRow(number, feed, received_at=values.pop("received_at", f.utc(600 - number)), **values)
        self.stored.append((row, raw))
        return row

    def config(self) -> Config:
        return self._config

    def change(self, change: FeedChange, by: str) -> Future[Reply]:
        self.changes.append((change, by))
        error = self.refuse(change)
        if not error:
            self._apply(change)
        return self._ended(Reply(error))

    def messages(self, wanted: MessageFilter, before: int | None = None) -> Future[MessagePage]:
        self.asked.append((wanted, before))
        rows = [row for row, raw in reversed(self.stored) if self._fits(row, raw, wanted)]
        rows = [row for row in rows if before is None or row.number < before]
        more = rows[99].number if len(rows) > 100 else None
        return self._ended(MessagePage(tuple(rows[:100]), more, min(len(rows), 100)))

    @staticmethod
    def _fits(row: MessageRow, raw: bytes, wanted: MessageFilter) -> bool:
        said = wanted.text.casefold()
        within = said in raw.decode("utf-8", "replace").casefold() or said in row.control_id.casefold()
        taken = wanted.taken.value != "not taken" or row.outcome != "accepted"
        return wanted.feed in ("", row.feed) and within and wanted.peer in row.peer and taken

    def message(self, number: int) -> Future[MessageView | None]:
        found = next(((row, raw) for row, raw in self.stored if row.number == number), None)
        if found is None:
            return self._ended(None)
        config = next((each for each in self._config.hl7_listener if each.name == found[0].feed), None)
        return self._ended(inspect(found[0], found[1], config, f.utc()))

    def validate(self, number: int) -> Future[Validation]:
        return self._ended(self.checked)

    def send_test(self, target: Target, location: str, by: str) -> Future[Sent]:
        self.targets.append((target, location, by))
        return self._ended(self.answer)

    def send_again(self, number: int, by: str) -> Future[Sent]:
        return self._ended(self.answer)

    def finish(self) -> None:
        """Answer what was held."""
        self.hold = False
        held, self._held = self._held, []
        for future, value in held:
            future.set_result(value)

    def _ended(self, value: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.error is not None:
            future.set_exception(self.error)
        elif self.hold:
            self._held.append((future, value))
        else:
            future.set_result(value)
        return future

    def _apply(self, change: FeedChange) -> None:
        data = self._config.model_dump()
        feeds = {each["name"]: each for each in data["hl7_listener"]}
        match change:
            case SaveListener():
                feeds.pop(change.replaces, None)
                feeds[change.listener.name] = change.listener.model_dump()
            case RemoveListener():
                del feeds[change.name]
            case MapCode():
                feeds[change.feed]["code"] = (*feeds[change.feed]["code"], change.code.model_dump())
            case UnmapCode():
                kept = [c for c in feeds[change.feed]["code"] if (c["code"], c["name"]) != (change.code, change.name)]
                feeds[change.feed]["code"] = kept
            case MapPlace():
                feeds[change.feed]["beds"].pop(change.location, None)
                if change.bed:
                    feeds[change.feed]["beds"][change.location] = change.bed
        data["hl7_listener"] = list(feeds.values())
        self._config = Config.model_validate(data)
        if self.link is not None:
            self._publish(self.link)

    def _publish(self, link: f.FakeLink) -> None:
        """The ward shows what was changed."""
        before = {each.name: each for each in link.ward.sources}
        views = []
        for config in self._config.hl7_listener:
            keys = {code.key for code in config.code}
            was = before.get(config.name) or view(config)
            codes = tuple(c for c in was.unknown_codes if (c.code.lower(), c.name.upper()) not in keys)
            places = tuple(p for p in was.unknown_places if p.location not in config.beds)
            views.append(replace(was, unknown_codes=codes, unknown_places=places))
        link.ward = replace(link.ward, sources=tuple(views))
