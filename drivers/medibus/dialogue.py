"""Who says what when on a MEDIBUS line: the console's side of the conversation, without the meaning of the data.

Both sides may send commands; each command is answered; one command of ours is open at a time. The conversation is
set up by ICC, and again whenever 3 s passed in silence. Nothing sent here changes anything at the device.

Source: Draeger RS 232 MEDIBUS protocol definition, revision level 4.03, p. 5 to 7, 10, 11, 24, 25 and 34 to 38.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from drivers.medibus import words
from drivers.medibus.decoding import (
    ALARMS,
    ALARMS_2,
    DATA,
    ICC,
    IDENTIFY,
    NOP,
    STOP,
    TIME,
    TIME_CHANGED,
    Identification,
    parse_identification,
)
from drivers.medibus.framing import NAK, Control, Message, encode_command, encode_response

SILENCE_S = 3.0
"""Without a byte for so long the conversation is over."""

REPLY_S = 10.0
"""Time a device has for a whole response."""

NOP_S = 2.0
"""A side that has nothing to say for so long sends NOP."""

RETRY_S = 1.0
"""Least time between two ICC, or two questions for the identification."""

CALL_AGAIN_S = 10.0
"""Time between a STOP, or an echo of our own, and the next ICC."""

UNANSWERED_S = 10.0
"""So long without a useful answer is told to the engineer."""

ALARMS_S, TIME_S = 2.0, 600.0
"""Seconds between two questions for the alarms and for the clock."""

MOST_ANSWERS = 20
"""Answers to commands in a second: no flood of noise or echo makes us flood the line."""

CODEPAGE_2_FROM = (4, 0)
"""MEDIBUS revision that brought the second codepage of alarms."""


class Phase(Enum):
    """CALLING: ICC until it is answered. IDENTIFYING: who is there. ACTIVE: questions. STOPPED: the device said so."""

    CALLING = auto()
    IDENTIFYING = auto()
    ACTIVE = auto()
    STOPPED = auto()


@dataclass(slots=True)
class _Question:
    code: int
    at: float
    repeated: bool = False


class Dialogue:
    """One conversation. `hear` what came, then take what is to be sent from `speak`.

    identification: data of our answer to the device's question who we are, empty for the short form. data_s: seconds
    between two questions for the measured data. ask_alarms: ask for the alarms too.
    """

    def __init__(self, identification: bytes, data_s: float, ask_alarms: bool) -> None:
        self._identification = identification
        self._data_s = data_s
        self._ask_alarms = ask_alarms
        self.device: Identification | None = None
        self._phase = Phase.CALLING
        self._question: _Question | None = None
        self._called = False  # the device has sent its own ICC
        self._not_before = 0.0  # no question before
        self._heard_at = 0.0
        self._spoken_at = 0.0
        self._due: dict[int, float] = {}
        self._answers: list[bytes] = []
        self._answered: tuple[int, int] = (0, 0)  # second, answers in it
        self._suspended_at: float | None = None
        self._useful_at = 0.0
        self._trouble = self._told = ""
        self._unanswered = False  # the trouble is that no useful answer comes

    def heard_bytes(self, elapsed: float) -> None:
        """Bytes came that are not realtime data, whatever they mean."""
        self._heard_at = elapsed

    def hear(self, heard: Message | Control, elapsed: float) -> None:
        """Take what the device said."""
        if isinstance(heard, Control):
            self._hear_control(heard, elapsed)
        elif heard.response:
            self._hear_response(heard, elapsed)
        elif heard.sound:
            self._hear_command(heard.code, elapsed)
        else:
            self._answer(encode_response(NAK), elapsed)

    def speak(self, elapsed: float) -> bytes:
        """What is to be sent now."""
        self._watch(elapsed)
        if self._suspended_at is not None:
            return b""
        said = b"".join(self._answers)
        self._answers.clear()
        if self._question is None and (code := self._next_question(elapsed)) is not None:
            self._question = _Question(code, elapsed)
            said += encode_command(code)
        if said:
            self._spoken_at = elapsed
        return said

    def farewell(self) -> bytes:
        """STOP, where a conversation runs: without it the device reports a communication error."""
        return encode_command(STOP) if self._phase is Phase.ACTIVE else b""

    def trouble(self) -> str | None:
        """See Output.trouble."""
        if self._trouble == self._told:
            return None
        self._told = self._trouble
        return self._trouble

    def _hear_control(self, control: Control, elapsed: float) -> None:
        if control is Control.SUSPEND:
            self._suspended_at = elapsed
        elif control is Control.RESUME:
            self._suspended_at = None
        else:
            self._answers.clear()
            self._repeat_question(elapsed)

    def _hear_command(self, code: int, elapsed: float) -> None:
        self._answer(encode_response(code, self._identification if code == IDENTIFY else b""), elapsed)
        if code == ICC:
            self._question = None if self._phase is not Phase.CALLING else self._question
            self._phase = Phase.IDENTIFYING if self._phase is Phase.IDENTIFYING else Phase.CALLING
            self._called = True
            self._not_before = min(self._not_before, elapsed)
        elif code == STOP:
            self._stop(elapsed, words.STOPPED)
        elif code == TIME_CHANGED:
            self._due[TIME] = elapsed
        elif code == NOP and self._question is not None and elapsed - self._question.at >= NOP_S:
            self._question = None  # it sends NOP only when it owes no answer: the answer was lost on the way

    def _hear_response(self, response: Message, elapsed: float) -> None:
        question = self._question
        if question is None:
            return
        if not response.sound:
            self._question = None  # the answer came, damaged: asked again when it is due
            self._not_before = elapsed + RETRY_S if self._phase is not Phase.ACTIVE else self._not_before
        elif response.code == NAK:
            if not question.repeated:
                self._repeat_question(elapsed)
                return
            self._question = None
            self._not_before = elapsed + RETRY_S
            self._trouble, self._unanswered = self._worded(words.REFUSED), False
        elif response.code == question.code:
            self._question = None
            self._hear_answer(response, elapsed)

    def _hear_answer(self, response: Message, elapsed: float) -> None:
        if response.code == ICC:
            self._phase = Phase.IDENTIFYING
        elif response.code == IDENTIFY:
            if response.data and response.data == self._identification:
                self._stop(elapsed, words.HEARS_ITSELF)
                return
            self.device = parse_identification(response.data)
            self._phase = Phase.ACTIVE
            self._due = dict.fromkeys((DATA, *self._alarm_pages(), TIME), elapsed)
        elif response.code == DATA:
            self._useful_at = elapsed
            self._trouble, self._unanswered = "", False
        elif response.code == TIME and not response.data:
            self._due.pop(TIME, None)  # an unknown command is answered like this: it has no clock to tell

    def _watch(self, elapsed: float) -> None:
        """The time-outs."""
        if self._suspended_at is not None and elapsed - self._suspended_at >= SILENCE_S:
            self._call()
        question = self._question
        silent = elapsed - self._heard_at >= SILENCE_S
        if self._phase in (Phase.IDENTIFYING, Phase.ACTIVE) and silent:
            self._call()
        elif question is not None:
            waited = elapsed - question.at
            if question.code == ICC and self._called and waited >= SILENCE_S:
                self._question = None
                self._phase = Phase.IDENTIFYING  # its own ICC has set up the conversation
            elif waited >= REPLY_S or (question.code == ICC and silent and waited >= SILENCE_S):
                self._call()
        useless = elapsed - self._useful_at >= UNANSWERED_S and self._phase is not Phase.STOPPED
        if useless and (not self._trouble or self._unanswered):
            arriving = elapsed - self._heard_at < UNANSWERED_S
            self._trouble = self._worded(words.UNREADABLE if arriving else words.SILENT)
            self._unanswered = True

    def _call(self) -> None:
        """Begin again with ICC."""
        self._phase = Phase.CALLING
        self._question = None
        self._called = False
        self._suspended_at = None
        self._answers.clear()

    def _stop(self, elapsed: float, trouble: str) -> None:
        self._phase = Phase.STOPPED
        self._question = None
        self._not_before = elapsed + CALL_AGAIN_S
        self._trouble, self._unanswered = self._worded(trouble), False

    def _repeat_question(self, elapsed: float) -> None:
        """Once for each question."""
        question = self._question
        if question is not None and not question.repeated:
            question.at, question.repeated = elapsed, True
            self._answers.append(encode_command(question.code))

    def _answer(self, response: bytes, elapsed: float) -> None:
        second, count = self._answered
        count = count + 1 if second == int(elapsed) else 1
        self._answered = int(elapsed), count
        if count <= MOST_ANSWERS:
            self._answers.append(response)

    def _next_question(self, elapsed: float) -> int | None:
        if elapsed < self._not_before:
            return None
        if self._phase is Phase.STOPPED:
            self._call()
        if self._phase in (Phase.CALLING, Phase.IDENTIFYING):
            return ICC if self._phase is Phase.CALLING else IDENTIFY
        code = min(self._due, key=self._due.__getitem__)  # the one that waits longest: on a slow line none may starve
        if elapsed < self._due[code]:
            return NOP if elapsed - self._spoken_at >= NOP_S else None
        later = self._due[code] + self._interval(code)
        self._due[code] = later if later > elapsed else elapsed + self._interval(code)
        return code

    def _interval(self, code: int) -> float:
        return {DATA: self._data_s, TIME: TIME_S}.get(code, ALARMS_S)

    def _alarm_pages(self) -> tuple[int, ...]:
        if not self._ask_alarms:
            return ()
        second = self.device is not None and self.device.medibus >= CODEPAGE_2_FROM
        return (ALARMS, ALARMS_2) if second else (ALARMS,)

    def _worded(self, text: str) -> str:
        return text.format(name=self.device.name if self.device else "The device")
