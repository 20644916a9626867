"""Plays the bursts of the loudest alarm, is silent for a bounded time only, and tells the engine when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from console.alarms.alarm import Priority, Transition
from console.link.commands import AuditNote, Reply, ReportSound, TurnSoundOff
from console.link.link import Link
from console.link.snapshot import SignalPolicy, WardSnapshot
from console.ui.sound import loudness, settings
from console.ui.sound.choice import STOPPED, Call, begins_watch, breaks_pause, call
from console.ui.sound.output import Output
from console.ui.sound.self_test import SelfTest
from console.ui.sound.silence import Silence
from console.ui.sound.tones import Sounds, Tone

RESULT_S = 6.0
"""How long the result of a self test stands in the alarm bar; the sheet and the audit trail keep it."""

ANSWER_S = 5.0
"""Longest wait for the engine to let alarm sound be turned off."""

CHECK_S = 2.0
"""How often the device is looked at."""


class AlarmSound(QObject):
    """Driven by `follow` with every snapshot. Times are real seconds: sound belongs to the room, not to the ward.

    file: where the station keeps its volume level; None keeps it until the end. told: what came of the last self test
    or test tone, or why the volume could not be kept; "" for nothing.
    """

    def __init__(
        self,
        link: Link,
        output: Output,
        station: str,
        user: str,
        clock: Callable[[], float] = time.monotonic,
        file: Path | None = None,
    ) -> None:
        super().__init__()
        self._link = link
        self._output = output
        self._station = station
        self.user = user
        self._clock = clock
        self._file = file
        remembered = settings.read(file)
        self.level = remembered.level
        self.told = remembered.problem
        self.test = SelfTest()
        self.sounds = Sounds.GENERAL
        self._playing: Call | None = None
        self._wanted: Call | None = None
        self._silence = Silence()
        self._policy = SignalPolicy()
        self._result_until = 0.0
        self._next_check = 0.0
        self._problem: str | None = None
        self._report: Future[Reply] | None = None
        self._off_asked: Future[Reply] | None = None
        self._off_asked_at = 0.0
        self._repeat = QTimer(self)
        self._repeat.timeout.connect(self._burst)
        if remembered.problem:
            self._note("alarm volume not known", remembered.problem)

    @property
    def problem(self) -> str:
        """Why nothing can be heard, "" when all is well."""
        return self._problem or ""

    @property
    def calling(self) -> bool:
        """True while an alarm wants to be heard, also during a pause."""
        return self._wanted is not None

    @property
    def test_result(self) -> str:
        """What the alarm bar says for a moment after a whole self test, else ""."""
        if self.calling or self._clock() >= self._result_until:
            return ""
        return "Self test: no sound" if self.problem else "Self test done"

    def paused_s(self) -> float:
        """Real seconds that the pause or AUDIO OFF still lasts, 0 when alarms are heard."""
        return self._silence.left_s(self._clock())

    @property
    def off(self) -> bool:
        """True while AUDIO OFF silences this station."""
        return self._silence.off(self._clock())

    @property
    def off_words(self) -> str:
        """What AUDIO OFF does, or how long it still lasts."""
        if self.off:
            left = int(self.paused_s() + 0.999)
            return f"Off for {left // 60}:{left % 60:02d}; one soft burst every two minutes reminds of it."
        longest = self._policy.audio_off_s / 60
        return f"It ends by itself after {longest:.0f} min, and at once with a new *** alarm. Every light stays."

    def may_turn_off(self) -> str:
        """Why the ward does not let the present person turn alarm sound off, "" when it does."""
        return self._policy.audio_off_refusal(self.user)

    # --- what a person does --------------------------------------------------------------------------------------

    def toggle_pause(self) -> None:
        """Pause for two minutes, or end the pause or AUDIO OFF."""
        ended = "alarm sound turned on" if self.off else "sound pause ended"
        was = "off" if self.off else "paused"
        self._off_asked = None
        on = self.paused_s() == 0
        if on:
            self._silence.pause(self._clock())
        else:
            self._silence.end()
        act, before, after = ("sound paused for 2 min", "on", "paused") if on else (ended, was, "on")
        self._note(act, self._station, before, after)
        self._apply()

    def turn_off(self) -> None:
        """AUDIO OFF for as long as the hospital allows, by a person it names and who has the right; audited, also when
        it is refused. Alarms are heard until the engine has said yes."""
        refusal = self.may_turn_off()
        if refusal:
            self._not_off(refusal)
            return
        self._off_asked = self._link.submit(TurnSoundOff(self._station, self.user))
        self._off_asked_at = self._clock()
        self._take_answer()
        self._apply()

    def _take_answer(self) -> None:
        """Be silent once the engine has said yes; a late yes is none, since nobody expects it any more."""
        asked = self._off_asked
        if asked is None:
            return
        if asked.done():
            self._off_asked = None
            error = str(asked.exception() or asked.result().error)
            if error:
                self._not_off(error)
            else:
                self._silence.turn_off(self._clock(), self._policy.audio_off_s)
        elif self._clock() - self._off_asked_at > ANSWER_S:
            self._off_asked = None
            self._not_off("The alarm engine did not answer.")

    def _not_off(self, why: str) -> None:
        self.told = why
        self._note("alarm sound not turned off", f"{self._station}: {why}")

    def set_level(self, level: int) -> None:
        """Another volume level, within loudness.LOWEST and LOUDEST; heard from the next burst on, kept and audited."""
        level = min(max(level, loudness.LOWEST), loudness.LOUDEST)
        if level == self.level:
            return
        before, self.level = self.level, level
        self.told = settings.write(self._file, level)
        told = f"{self._station}: {before} to {level} of {loudness.LOUDEST}"
        self._note("alarm volume changed", told, str(before), str(level))

    def test_tone(self) -> None:
        """One medium burst at the station's level; not while an alarm is calling, which is the better proof."""
        if self.calling or self.test.running:
            return
        self._play_once(Priority.MEDIUM)
        self.told = self.problem or "Test tone played. If it was not heard, check loudspeaker and cable."
        self._note("test tone", f"{self._station}: {self.problem or 'played'}")

    def start_self_test(self) -> None:
        """Show and sound every priority once; refused while an alarm is calling."""
        if self.calling:
            self._end_test("No self test while an alarm is calling.", "not run, an alarm is calling")
            return
        self.told = ""
        self._play_once(self.test.start(self._clock()))

    # --- what goes on --------------------------------------------------------------------------------------------

    def follow(self, snapshot: WardSnapshot, transitions: Iterable[Transition], stopped: bool = False) -> None:
        """Sound what this picture asks for. stopped: the engine publishes nothing, so that nobody judges any alarm:
        that is heard like an emergency, except in a ward that is simulated."""
        new = list(transitions)
        self._take_answer()
        self._follow_silence(new, snapshot.signals)
        self.sounds = Sounds(snapshot.sounds)
        self._output.choose(self.sounds)
        self._wanted = STOPPED if stopped and not snapshot.system.simulated else call(snapshot)
        self._check_device()
        self._go_on_testing()
        self._apply()
        if self._policy.watch_tone and not self.calling and not self.paused_s() and begins_watch(new):
            self._play_once(Priority.LOW)
        if self._silence.reminds(self._clock()):
            self._play_once(Priority.LOW)

    def _follow_silence(self, new: list[Transition], policy: SignalPolicy) -> None:
        """A new high alarm ends every silence, and AUDIO OFF ends with the permission to it."""
        was_off, self._policy = self.off or self._off_asked is not None, policy
        if breaks_pause(new):
            self._off_asked = None
        elif not self.paused_s():
            return
        if breaks_pause(new) or (was_off and policy.audio_off_s <= 0):
            self._silence.end()
            if was_off:
                self._note("alarm sound turned on", f"{self._station}: by a new alarm of high priority")

    def close(self) -> None:
        """Silence and end."""
        self._repeat.stop()
        self._output.close()

    def _check_device(self) -> None:
        if self._clock() < self._next_check:
            return
        self._next_check = self._clock() + CHECK_S
        problem = self._output.problem()
        refused = self._report is not None and self._report.done() and self._report.result().error
        if problem != self._problem or refused:
            self._problem = problem
            self._report = self._link.submit(ReportSound(self._station, not problem, problem))

    def _go_on_testing(self) -> None:
        if not self.test.running:
            return
        if self.calling:
            self.test.interrupt()
            self._output.stop()
            self._end_test("Self test ended by an alarm; repeat it later.", "ended by an alarm")
            return
        following = self.test.advance(self._clock())
        if following is not None:
            self._play_once(following)
        elif self.test.lit is None:
            # The program knows that it has played, not that anybody has heard: a person has to say so.
            self._result_until = self._clock() + RESULT_S
            what = f"not sounded: {self.problem}" if self.problem else "sounded. Seen and heard?"
            self._end_test(f"Self test: *** ** * shown, {what}", f"lights shown, {self.problem or 'bursts played'}")

    def _end_test(self, told: str, detail: str) -> None:
        self.told = told
        self._note("self test", f"{self._station}: {detail}")

    def _apply(self) -> None:
        wanted = None if self.paused_s() else self._wanted
        if wanted == self._playing:
            return
        self._playing = wanted
        self._repeat.stop()
        if wanted is None:
            self._output.stop()
            return
        self._burst()
        self._repeat.start(round(loudness.repeat_s(wanted) * 1000))

    def _burst(self) -> None:
        if self._playing is not None:
            self._output.play(self._playing.tone, loudness.volume(self.level, self._playing))

    def _play_once(self, priority: Priority) -> None:
        tone = next(tone for tone in self.sounds.tones if tone.priority is priority)
        self._output.play(tone, loudness.volume(self.level, Call(Tone(priority))))

    def _note(self, act: str, detail: str, before: str = "", after: str = "") -> None:
        self._link.submit(AuditNote(self.user or "system", act, detail, before=before, after=after))
