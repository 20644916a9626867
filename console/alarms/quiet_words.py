"""Why signs count less, or later, at a pump known to run: the words that keep the why panel from puzzling."""

from __future__ import annotations

from console.alarms import overdose, withdrawal
from console.alarms.alarm import Stage
from console.alarms.detector import Detector, OverdoseDetector, Situation, WithdrawalDetector
from console.alarms.withdrawal import WithdrawalPoints


def explained(points: WithdrawalPoints) -> tuple[str, str]:
    """Of heart and breathing rate: that they rise, or what explains that they give fewer points than they would."""
    heart = ["rising"] if points.hr_rising else []
    heart += ["fever explains part of it"] if points.hr < points.hr_seen else []
    breath = "fever explains part of it" if points.rr < points.rr_seen else ""
    return "; ".join(heart), "low oxygen explains fast breathing" if points.breathless else breath


def waits(detector: Detector, situation: Situation) -> str:
    """What keeps a true rule from its stage at a pump known to run, "" when nothing does."""
    if isinstance(detector, WithdrawalDetector):
        persistence = detector.rules.persistence
        slow = {"E1"} if detector.points.temp else {"E1", "W2"}
        quiet = persistence.quiet_pump and withdrawal.is_quiet(situation.weights[0], situation.findings)
        quiet, minutes = quiet and bool(slow & set(detector.met)), persistence.quiet_min
    else:
        assert isinstance(detector, OverdoseDetector)
        quiet = overdose.is_quiet(situation.weights[1], situation.findings)
        minutes = detector.rules.persistence.quiet_min
    if not quiet or detector.due <= max(detector.stage, Stage.WATCH):
        return ""
    return f"waits up to {minutes} min at a pump known to run"
