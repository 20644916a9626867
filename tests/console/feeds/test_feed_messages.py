"""Stored messages looked for, opened, checked and sent again; a listener tried out with a message of our own."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.config_hl7 import CodeConfig
from console.feeds.inspection import inspect
from console.feeds.sending import as_training
from console.feeds.validation import check, validate
from console.link.feeds import LONGEST_TEXT, MapCode, Target
from console.store.records import MessageFilter, MessageRow, Taken
from drivers.observation import Parameter
from hl7.reader import UnreadableError, read_message
from tests.console.acquisition.test_feed import oru, wait_for
from tests.console.devices.test_feed_desk import message, send

HR, SPO2 = Parameter.HR, Parameter.SPO2
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ended(future: Future[Any]) -> Any:
    return future.result(30)


def newest(ward, **wanted: Any):
    return ended(ward.station.feeds.messages(MessageFilter(**wanted))).rows


def opened(ward, **wanted: Any):
    return ended(ward.station.feeds.message(newest(ward, **wanted)[0].number))


# --- looking for messages ----------------------------------------------------------------------------------------


def test_messages_are_found_by_feed_outcome_peer_and_text(ward):
    send(ward, oru({HR: 72}, "one"), message(["9001^Heart^99X||81|/min"], "two"), b"MSH|^^^^|nonsense")
    send(ward, oru({HR: 73}, "three", location="ICU^^9"), to="other")
    wait_for(lambda: len(newest(ward)) == 4)
    assert {row.control_id for row in newest(ward)} == {"three", "", "two", "one"}
    assert [row.control_id for row in newest(ward, feed="other")] == ["three"]
    assert [row.control_id for row in newest(ward, taken=Taken.PUT_ASIDE)] == ["two"]
    assert newest(ward, taken=Taken.PUT_ASIDE)[0].reason == "1 put aside: unknown code"
    assert [row.outcome for row in newest(ward, taken=Taken.NOT_TAKEN)] == ["error"]
    assert [row.control_id for row in newest(ward, taken=Taken.CHARTED)] == ["three", "one"]
    assert [row.control_id for row in newest(ward, text="hEaRt^99x")] == ["two"]
    assert [row.control_id for row in newest(ward, text="TWO")] == ["two"]
    assert newest(ward, peer="10.1.") == ()
    assert len(newest(ward, peer="127.0.0.1:")) == 4
    assert newest(ward, peer="%") == ()


def test_pages_go_on_where_the_one_before_ended(ward, monkeypatch):
    monkeypatch.setattr("console.store.receipt_pages.MESSAGES_OF_A_PAGE", 10)
    monkeypatch.setattr("console.store.receipt_pages.WINDOW", 3)
    send(ward, *(oru({HR: 60 + n % 60}, str(n)) for n in range(34)))
    page = ended(ward.station.feeds.messages(MessageFilter()))
    seen = [row.control_id for row in page.rows]
    assert len(seen) == 10
    assert page.looked_at == 10
    while page.before is not None:
        page = ended(ward.station.feeds.messages(MessageFilter(), page.before))
        seen += [row.control_id for row in page.rows]
    assert seen == [str(n) for n in reversed(range(34))]


# --- one message opened ------------------------------------------------------------------------------------------


def test_an_opened_message_names_its_fields_and_tells_what_became_of_each_value(ward):
    send(ward, message(["147842^MDC_ECG_HEART_RATE^MDC||71|/min", "9001^Heart^99X||81|/min"], "7"))
    view = opened(ward)
    assert view.raw.startswith("MSH|^~\\&|MON")
    assert [segment.name for segment in view.segments] == ["MSH", "PID", "PV1", "OBR", "OBX", "OBX"]
    named = {field.place: (field.name, field.text) for field in view.segments[2].fields}
    assert named["PV1-3"] == ("assigned patient location", "ICU^^5")
    assert view.segments[4].title == "observation result"
    assert [(fact.kind, fact.name, fact.value) for fact in view.facts] == [
        ("charted", "hr", "71 /min"),
        ("put aside", "9001 Heart", "81 /min"),
    ]
    assert view.facts[1].detail == "unknown code"
    assert dict(view.summary)["Place"] == "ICU^^5 → 7B-01"
    assert "MSA|AA|7" in view.answers[0]
    assert view.row.reason == "1 put aside: unknown code"


def test_a_message_is_read_again_with_the_rules_of_now(ward):
    send(ward, message(["9001^Heart^99X||81|/min"], "7"))
    ward.do(MapCode("gateway", CodeConfig(code="9001", name="Heart", parameter=HR)))
    view = opened(ward)
    assert view.row.reason == "1 put aside: unknown code", "what became of it then stays as it was"
    assert [(fact.kind, fact.name) for fact in view.facts] == [("charted", "hr")]


def test_an_unreadable_message_says_why_and_a_huge_one_is_bounded(ward):
    send(ward, b"MSH|^^^^|nonsense")
    wait_for(lambda: newest(ward))
    view = opened(ward)
    assert view.error
    assert view.segments == ()
    assert "MSA|AE" in view.answers[0]
    long = "x" * 70_000
    send(ward, message([f"9001^{long}^99X||81|/min"], "8"))
    view = opened(ward)
    assert len(view.raw) == LONGEST_TEXT
    assert view.left_out > 4_000
    assert max(len(field.text) for segment in view.segments for field in segment.fields) < 2_100


ROW = MessageRow(1, "gateway", "10.0.0.1:5", "1", "ORU^R01", NOW, "accepted", "", kept=True)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=40))
def test_no_bytes_raise_in_the_inspector(noise, more):
    for raw in (noise, b"MSH|^~\\&|" + noise, b"MSH|^~\\&|A||||||ORU^R01|1|P|2.6\r" + noise + b"\rOBX|1|NM|" + more):
        view = inspect(ROW, raw, None, NOW)
        assert len(view.raw) <= LONGEST_TEXT


# --- validation --------------------------------------------------------------------------------------------------


def test_a_valid_message_is_valid_and_a_bad_one_is_told_line_by_line(ward):
    send(ward, oru({HR: 72}, "1"), message(["1^A^B||x|y"], "2"))
    bad, good = newest(ward)
    assert ended(ward.station.feeds.validate(good.number)).verdict.startswith("Valid")
    told = ended(ward.station.feeds.validate(bad.number))
    assert "remarks of hl7apy" in told.verdict
    assert any("OBX" in line or "PID" in line or "OBR" in line for line in told.lines)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MSH",
        b"MSH|^~\\&|||||||ORU^R01|1|P|2.9\r",
        b"MSH|^~\\&|||||||ZZZ^Z99|1|P|2.6\rZZZ|1\r",
        b"MSH|^~\\&\r" + b"OBX|" * 50,
    ],
)
def test_whatever_hl7apy_raises_is_a_sentence(raw):
    told = check(raw)
    assert told.verdict.endswith(".")
    assert "\n" not in told.verdict
    assert "Traceback" not in told.verdict


def test_a_check_that_does_not_end_is_ended():
    assert "not come to an end" in validate(oru({HR: 1}, "1"), threading.Event(), longest_s=0.0).verdict


# --- sending -----------------------------------------------------------------------------------------------------


def test_a_test_message_is_acknowledged_kept_and_never_charted(ward):
    sent = ended(ward.station.feeds.send_test(Target(listener="gateway"), "ICU^^5", "B. Med"))
    assert sent.accepted
    assert sent.verdict.startswith("Answered AA")
    assert "MSA|AA|TEST" in sent.answers[0]
    assert "|T|2.6" in sent.message
    wait_for(lambda: ward.source("gateway").good == 1)
    assert ward.rows("7B-01") == []
    assert "not production" in newest(ward)[0].reason
    assert ("B. Med", "test message sent", "", "to gateway") in ward.audit()


def test_a_port_where_nobody_listens_and_one_that_never_answers_are_told(ward, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        target = Target(host="127.0.0.1", port=nobody.getsockname()[1])
        sent = ended(ward.station.feeds.send_test(target, "", "B. Med"))
        assert not sent.accepted
        assert "connection refused" in sent.verdict
        nobody.listen()
        monkeypatch.setattr("console.feeds.sending.PATIENCE_S", 0.2)
        sent = ended(ward.station.feeds.send_test(target, "", "B. Med"))
        assert "no acknowledgement within 0.2 s" in sent.verdict
    assert "does not listen" in ended(ward.station.feeds.send_test(Target(listener="gone"), "", "B. Med")).verdict


def test_a_stored_message_sent_again_is_known_again_and_charted_once(ward):
    send(ward, oru({HR: 72}, "1"))
    wait_for(lambda: len(ward.rows("7B-01")) == 1)
    sent = ended(ward.station.feeds.send_again(newest(ward)[0].number, "B. Med"))
    assert sent.accepted
    assert "nothing is charted twice" in sent.verdict
    wait_for(lambda: ward.source("gateway").duplicates == 1)
    assert len(newest(ward)) == 1
    assert len(ward.rows("7B-01")) == 1


def test_a_message_that_could_be_taken_for_a_new_one_goes_as_a_training_message(ward):
    # Neither a sender nor a time: equal messages are different ones.
    raw = b"MSH|^~\\&|||||||ORU^R01|1|P|2.6\rPID|||4711\rPV1||I|ICU^^5\rOBX|1|NM|8867-4^HR^LN||72|/min|||||F\r"
    send(ward, raw)
    wait_for(lambda: len(ward.rows("7B-01")) == 1)
    sent = ended(ward.station.feeds.send_again(newest(ward)[0].number, "B. Med"))
    assert sent.accepted
    assert "as a training message" in sent.verdict
    wait_for(lambda: ward.source("gateway").good == 2)
    assert len(ward.rows("7B-01")) == 1


def test_nothing_is_sent_without_a_name(ward):
    with pytest.raises(Exception, match="name of the person"):
        ended(ward.station.feeds.send_test(Target(listener="gateway"), "", " "))
    assert ward.source("gateway").last_heard_stamp is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120), st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_a_training_copy_is_read_as_one_or_there_is_none(noise, end):
    for raw in (noise, b"MSH|^~\\&|" + noise + end, b"MSH|^~\\&|A|B||||||ORU^R01|1|P|2.6" + end + noise):
        made = as_training(raw)
        if made is None:
            continue
        try:
            assert read_message(made).processing_id == "T"
        except UnreadableError:
            pytest.fail("a training copy cannot be read")
