"""A talk between the driver and a monitor that says what the test wants it to say."""

from __future__ import annotations

from collections.abc import Callable

from drivers.driver import Output
from drivers.intellivue.driver import IntellivueMib, IntellivueMibSettings
from drivers.observation import DeviceAlert, Vital
from tests.drivers.intellivue import encoder as e

Ids = tuple[int, int]

SYSTEM, NUMERICS, ALARMS = 0x21, 0x06, 0x36


class Talk:
    """The driver, the time and everything it has said. answers: what the monitor says to a poll of a class."""

    def __init__(self, **settings: object) -> None:
        self.driver = IntellivueMib(IntellivueMibSettings.model_validate(settings))
        self.elapsed = 0.0
        self.sent: list[bytes] = []
        self.vitals: list[Vital] = []
        self.alerts: list[DeviceAlert] = []
        self.troubles: list[str] = []
        self.identities: list[str] = []
        self.answers: dict[int, Callable[[Ids], list[bytes]]] = {
            SYSTEM: lambda ids: [e.mds(ids, e.system())],
            NUMERICS: lambda ids: [e.numerics(ids, e.numeric(1, e.HR, e.number(72), e.BPM))],
            ALARMS: lambda ids: [e.alarms(ids, e.alarm_monitor(e.alarm_list(), e.alarm_list(), 0))],
        }

    def say(self, *user_data: bytes) -> Output:
        """The monitor says this now."""
        return self.hear(b"".join(map(e.frame, user_data)))

    def note_polls(self, object_class: int) -> list[float]:
        """The times at which this class is polled, from now on."""
        times: list[float] = []
        answer = self.answers[object_class]

        def noted(ids: Ids) -> list[bytes]:
            times.append(self.elapsed)
            return answer(ids)

        self.answers[object_class] = noted
        return times

    def hear(self, data: bytes) -> Output:
        """These bytes arrive now."""
        output = self.driver.step(data, self.elapsed)
        self.sent += e.unframe(output.send)
        self.vitals += output.vitals
        self.alerts += output.alerts
        if output.trouble is not None:
            self.troubles.append(output.trouble)
        if output.identity:
            self.identities.append(output.identity)
        return output

    def wait(self, seconds: float, step: float = 0.25) -> None:
        """Time passes and the monitor answers polls by `answers`, at the next step."""
        end = self.elapsed + seconds
        while self.elapsed < end - 1e-9:
            said = [answer for poll in self.take_polls() for answer in self._answer(poll)]
            self.elapsed += step
            self.say(*said)

    def associate(self) -> None:
        """From the first request to the open association."""
        self.elapsed += 0.25
        self.hear(b"")
        self.elapsed += 0.25
        self.say(e.accept(), e.create(e.system(serial=None)))

    def take_polls(self) -> list[tuple[int, int, int, int]]:
        """Invoke id, poll number, class and group of the polls sent and not taken yet."""
        polls = [_poll(message) for message in self.sent if message[24:26] == b"\x0c\x16"]
        self.sent = [message for message in self.sent if message[24:26] != b"\x0c\x16"]
        return polls

    def ask_for(self, object_class: int) -> Ids:
        """Wait, with every other poll answered, until this class is polled."""
        for _ in range(200):
            polls = self.take_polls()
            wanted = [(invoke, number) for invoke, number, class_, _ in polls if class_ == object_class]
            others = [answer for poll in polls if poll[2] != object_class for answer in self._answer(poll)]
            if wanted:
                self.say(*others)
                return wanted[0]
            self.elapsed += 0.25
            self.say(*others)
        raise AssertionError("never polled")

    def numerics(self, *objects: bytes, counter: int = 0) -> Output:
        """The driver asks for numerics and gets these."""
        ids = self.ask_for(NUMERICS)
        return self.say(e.numerics(ids, *objects, counter=counter))

    def alarm_answer(self, *objects: bytes) -> Output:
        """The driver asks for alarms and gets these."""
        ids = self.ask_for(ALARMS)
        return self.say(e.alarms(ids, *objects))

    def _answer(self, poll: tuple[int, int, int, int]) -> list[bytes]:
        invoke, number, object_class, _ = poll
        return self.answers[object_class]((invoke, number))


def _poll(message: bytes) -> tuple[int, int, int, int]:
    assert message[:8] == bytes.fromhex("e1000002 0001 001c")
    assert message[10:28] == bytes.fromhex("0007 0016 0021 0000 0000 00000000 0c16 0008")
    assert message[30:32] == b"\0\1"
    fields = (message[8:10], message[28:30], message[32:34], message[34:36])
    invoke, number, object_class, group = (int.from_bytes(field, "big") for field in fields)
    return invoke, number, object_class, group


def associated(**settings: object) -> Talk:
    """A talk whose association stands."""
    talk = Talk(**settings)
    talk.associate()
    return talk
