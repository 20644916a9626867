"""Which names and secrets a person may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ward.credentials import (
    SecretKind,
    kept_secret,
    name_fault,
    name_key,
    secret_fault,
    secret_kind,
    tidy_name,
)
from console.ward.people import LONGEST_NAME


@pytest.mark.parametrize("name", ["R. Test", "Zoë Ångström", "Иванова", "王", "a", "x" * LONGEST_NAME, "  R. Test "])
def test_names_of_people_are_taken(name: str) -> None:
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give a name"),
        ("   ", "Give a name"),
        ("x" * (LONGEST_NAME + 1), "at most 40"),
        ("a\x00b", "control characters"),
        ("a\nb", "control characters"),
        ("\x1b[31mred", "control characters"),
        ("abc\u202edef", "writing direction"),
        ("abc\u2066def", "writing direction"),
        ("abc\u200fdef", "writing direction"),
        ("a\u200bb", "control characters"),
        ("a\ud800", "control characters"),
        ("system", "stands in the records"),
        ("SYSTEM", "stands in the records"),
        (" Admissions  Office ".replace("  ", " "), "stands in the records"),
        ("ｎｏｂｏｄｙ", "stands in the records"),
        ("os:root", "stands in the records"),
    ],
)
def test_what_cannot_be_the_name_of_a_person_is_refused_with_a_sentence(name: str, said: str) -> None:
    assert said in name_fault(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("R. Test", "r. TEST"), ("STRASSE", "straße"), ("Zoe\u0308", "ZOË"), ("ﬁona", "Fiona"), (" A. B ", "a. b")],
)
def test_names_that_people_would_take_for_the_same_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(st.text(max_size=60))
def test_any_text_is_judged_and_a_name_that_is_taken_stays_the_same_when_it_is_read_again(text: str) -> None:
    if name_fault(text) == "":
        kept = tidy_name(text)
        assert kept
        assert tidy_name(kept) == kept
        assert name_key(kept) == name_key(text)
        assert kept.isprintable()
        kept.encode("utf-8")


@pytest.mark.parametrize(
    "pin", ["0000", "1111", "999999999999", "1234", "4321", "0123", "9876", "7890", "2109", "123456789012"]
)
def test_trivial_pins_are_refused(pin: str) -> None:
    assert "easy to guess" in secret_fault(pin, "R. Test")


@pytest.mark.parametrize(
    "secret", ["1379", "2580", "112233", "908172635441", "correct horse", "пароль-дня", "Tr0ub4d!"]
)
def test_other_secrets_are_taken(secret: str) -> None:
    assert secret_fault(secret, "R. Test") == ""


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "PIN of 4 to 12 digits, or a password"),
        ("12", "4 to 12 digits"),
        ("abc", "password of 8 to 128"),
        ("seven77", "password of 8 to 128"),
        ("x" * 129, "password of 8 to 128"),
        ("aaaaaaaa", "easy to guess"),
        ("1234567890123", "easy to guess"),
        ("pass\x00word", "control characters"),
        ("pass\nword", "control characters"),
        ("pass\ud800word", "control characters"),
        ("RUTH. TEST", "must not be the name"),
    ],
)
def test_other_bad_secrets_are_refused_with_a_sentence(secret: str, said: str) -> None:
    assert said in secret_fault(secret, "Ruth. Test")


@pytest.mark.parametrize(
    ("secret", "kind"), [("1379", "PIN"), ("1" * 12, "PIN"), ("1" * 13, "password"), ("13a9", "password")]
)
def test_digits_are_a_pin_and_the_rest_a_password(secret: str, kind: str) -> None:
    assert secret_kind(secret) is SecretKind(kind)


@given(st.text(max_size=200))
def test_every_secret_that_is_taken_can_be_hashed_and_its_sentence_never_repeats_it(text: str) -> None:
    fault = secret_fault(text, "R. Test")
    if fault == "":
        assert kept_secret(text)
    elif len(text) >= 8:
        assert text not in fault


def test_a_letter_composed_by_another_keyboard_is_the_same_secret() -> None:
    assert kept_secret("caf\u00e9 ouvert") == kept_secret("cafe\u0301 ouvert")
