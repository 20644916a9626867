"""Thresholds in the text of the configuration: changed in place, remarks kept, nothing else touched."""

from __future__ import annotations

import pytest

from console.config import ConfigError, parse_config
from console.config_text import with_alarms

TEXT = """# 7B
[ward]
beds = ["A"]  # the bed by the door

# agreed in March
[alarms]  # ours
withdrawal.hr.one = 115  # Dr Lee
"limits.hr.high" = 130

[alarms.overdose.rr]
one = 12   # night shift

[store]
url = "sqlite:///ward.db"
"""


def test_a_value_is_changed_where_it_stands_and_remarks_stay():
    changed = with_alarms(TEXT, {"withdrawal.hr.one": 118, "overdose.rr.one": 10, "limits.hr.high": 125.5})
    wanted = TEXT.replace("= 115 ", "= 118 ").replace("= 12 ", "= 10 ").replace("= 130", "= 125.5")
    assert changed == wanted


def test_a_new_value_goes_under_the_heading_by_its_whole_key():
    changed = with_alarms(TEXT, {"withdrawal.rr.one": 22})
    assert changed == TEXT.replace("# ours\n", '# ours\n"withdrawal.rr.one" = 22\n')


def test_without_a_section_there_is_one_at_the_end():
    changed = with_alarms('[ward]\nbeds = ["A"]', {"windows.drug_overdose": [1, 0, 8]})
    assert changed == '[ward]\nbeds = ["A"]\n\n[alarms]\n"windows.drug_overdose" = [1, 0, 8]\n'
    assert with_alarms("", {"withdrawal.hr.one": 112}) == '[alarms]\n"withdrawal.hr.one" = 112\n'


def test_none_takes_a_value_out_and_leaves_the_others():
    changed = with_alarms(TEXT, {"withdrawal.hr.one": None, "withdrawal.rr.two": None})
    assert changed == TEXT.replace("withdrawal.hr.one = 115  # Dr Lee\n", "")


def test_a_key_written_with_its_file_is_the_same_key():
    text = '[alarms]\n"detectors.withdrawal.hr.one" = 115\n'
    assert parse_config(with_alarms(text, {"withdrawal.hr.one": 112})).alarms == {"detectors.withdrawal.hr.one": 112}


def test_a_table_on_one_line_is_changed_inside():
    text = "[alarms.withdrawal]\nhr = { one = 111, two = 121 }\n"
    assert with_alarms(text, {"withdrawal.hr.one": 112}) == text.replace("111", "112")


@pytest.mark.parametrize(
    "text",
    [
        'alarms = { "withdrawal.hr.one" = 115 }\n',
        '[alarms]\n"withdrawal.hr.one" = 115\nwithdrawal.hr.one = 116\n',
    ],
)
def test_what_cannot_be_changed_surely_is_left_to_a_person(text):
    with pytest.raises(ConfigError, match="by hand"):
        with_alarms(text, {"withdrawal.hr.one": 112, "withdrawal.rr.one": 22})
