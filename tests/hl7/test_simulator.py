"""The simulated monitor gateway tells the truth about when a value was measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.observations import ObservationReader
from hl7.reader import read_message
from hl7.simulator import CUFF, _Cuff


def test_a_cuff_pressure_sent_again_keeps_the_time_of_its_inflation() -> None:
    template = OruTemplate((Parameter.HR, *CUFF), location="W^^01", patient_id="1")
    begun = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    cuff = _Cuff()
    first = {Parameter.HR: 80.0, **dict(zip(CUFF, (120.0, 70.0, 87.0), strict=True))}
    again = first | {Parameter.HR: 90.0}
    cuff.measured(first, begun)
    later = begun + timedelta(minutes=7)
    message = read_message(template.fill(again, later, "2", cuff.measured(again, later)))
    times = {o.vital.parameter: o.measured_at for o in ObservationReader(None).read(message, later).observations}
    assert times[Parameter.HR] == later
    assert {times[p] for p in CUFF} == {begun}
