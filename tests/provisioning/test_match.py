"""`karaula match` and `karaula mrz`: what goes in, what comes out, and what a wrong line is told."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from provisioning.cli import root
from tests.house.documentation import pages

LIST = """id,surname,given_names,birth_date,nationality,document_number,plate,other_names
A1,Đorđević,Ana,1990-05-17,SRB,AB0123456,,Анка Ђорђевић;Anka D.
A2,Hoxha,Enver,16.10.1958,ALB,,,
A3,,,,,,A12-K-345,
"""
ZONE = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]


def run(*words: str, text: str | bytes | None = None) -> Result:
    return CliRunner().invoke(root(), list(words), input=text)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "alerts.csv"
    path.write_text(LIST, encoding="utf-8")
    return str(path)


def test_pairs_come_back_a_line_each_with_score_and_reasons() -> None:
    """In order, from standard input, in any script."""
    given = '{"a": "Ђорђевић Ана", "b": "DJORDJEVIC ANA"}\n\n{"a": "Marko", "b": "Petar"}\n'
    result = run("match", "--pair", "-", text=given)
    assert result.exit_code == 0
    same, other = lines(result)
    assert (same["score"], other["score"]) == (1.0, 0.0)
    assert same["reasons"] == ["djordjevic: same", "ana: same"]
    assert same["codes"] == ["word_same", "word_same"]


@pytest.mark.parametrize(
    "bad", ["xx", "[]", "{", '{"a": 1, "b": "x"}', '{"a": "x"}', "[" * 100_000, '"a"' * 40_000]
)
def test_a_line_that_is_no_pair_is_answered_with_its_error_and_the_rest_goes_on(bad: str) -> None:
    """One line out for each line in; the exit status says that something was wrong."""
    result = run("match", "--pair", "-", text=f'{bad}\n{{"a": "Ana", "b": "Ana"}}\n')
    assert result.exit_code == 1
    wrong, right = lines(result)
    assert wrong["error"]["code"] in {"bad_line", "bad_pair"}
    assert wrong["line"] == 1
    assert right["score"] == 1.0


def test_one_query_by_its_options_finds_the_row_with_tier_score_and_reasons(listed: str) -> None:
    """The name spelled otherwise, the date in another form: a hit, and why."""
    result = run(
        "match",
        "--list",
        listed,
        "--surname",
        "HODZA",
        "--given-names",
        "ENVER",
        "--birth-date",
        "1958-10-16",
    )
    answer = json.loads(result.stdout)
    assert (answer["tier"], answer["matches"][0]["id"], answer["matches"][0]["tier"]) == ("hit", "A2", "hit")
    assert answer["matches"][0]["score"] >= 0.95
    assert answer["matches"][0]["reasons"] == ["same name", "same birth date"]


@pytest.mark.parametrize(
    ("words", "tier", "row"),
    [
        (["--name", "Ана Ђорђевић", "--birth-date", "1990-05-17"], "hit", "A1"),
        (["--name", "Anka Djordjevic", "--birth-date", "1990-05-17"], "hit", "A1"),
        (["--document", "AB0123456"], "hit", "A1"),
        (["--document", "ABO123456"], "possible", "A1"),
        (["--plate", "а12к345"], "hit", "A3"),
        (["--plate", "AI2-K-345"], "possible", "A3"),
    ],
)
def test_each_way_of_asking_reaches_its_row(listed: str, words: list[str], tier: str, row: str) -> None:
    """Whole names, aliases, documents and plates, exact and look-alike."""
    answer = json.loads(run("match", "--list", listed, *words).stdout)
    assert (answer["tier"], answer["matches"][0]["id"]) == (tier, row)


def test_many_queries_come_from_csv_or_json_lines_and_are_answered_in_order(
    listed: str, tmp_path: Path
) -> None:
    """The two formats of a file give the same answers."""
    csv, jsonl = tmp_path / "q.csv", tmp_path / "q.jsonl"
    csv.write_text(
        "id,surname,given_names,birth_date\nq1,Hodza,Enver,1958-10-16\nq2,Nobody,Known,1958-10-16\n",
        encoding="utf-8",
    )
    jsonl.write_text(
        '{"id": "q1", "surname": "Hodza", "given_names": "Enver", "birth_date": "1958-10-16"}\n'
        '{"id": "q2", "last_name": "Nobody", "first_name": "Known", "dob": "1958-10-16"}\n',
        encoding="utf-8",
    )
    answers = [lines(run("match", "--list", listed, "--queries", str(path))) for path in (csv, jsonl)]
    assert answers[0] == answers[1]
    assert [(each["id"], each["tier"]) for each in answers[0]] == [("q1", "hit"), ("q2", "clear")]


def test_a_row_of_the_list_that_cannot_be_used_is_named_and_left_out(tmp_path: Path) -> None:
    """The rest of the list still answers, and the exit status says so."""
    path = tmp_path / "alerts.jsonl"
    path.write_text(
        '{"surname": "Hoxha", "birth_date": "31.31.1958"}\n{"note": "x"}\n{"name": "Enver Hoxha"}\n',
        encoding="utf-8",
    )
    result = run("match", "--list", str(path), "--name", "Enver Hodža")
    assert result.exit_code == 1
    assert "line 1, left out: impossible_date" in result.stderr
    assert "line 2, left out: nothing_to_match" in result.stderr
    assert "1 rows on the list." in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--pair", "-", "--list", "x"],
        ["--pair", "-", "--surname", "A"],
        ["--list", "LIST"],
        ["--list", "missing.csv", "--name", "A"],
    ],
)
def test_a_wrong_use_says_what_to_give(words: list[str], listed: str) -> None:
    """Neither a pair nor a list, both, a list without a query, a file that is not there: status 2."""
    result = run("match", *[listed if word == "LIST" else word for word in words])
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_a_zone_is_printed_as_one_object() -> None:
    """Format, verdict, fields, digits and repairs, from arguments or standard input."""
    typed, piped = run("mrz", *ZONE), run("mrz", "-", text="\n".join(ZONE) + "\n")
    assert (typed.exit_code, piped.exit_code) == (0, 0)
    assert typed.stdout == piped.stdout
    read = json.loads(typed.stdout)
    assert {"format", "valid", "fields", "checks", "repairs"} <= set(read)
    assert (read["format"], read["valid"], read["repairs"]) == ("TD3", True, [])
    assert read["fields"]["surname"] == "ERIKSSON"
    assert read["fields"]["birth"] == "1974-08-12"
    assert all(check["ok"] for check in read["checks"].values())


def test_a_repaired_character_is_shown_and_a_wrong_digit_makes_it_invalid() -> None:
    """An O in the birth date is a 0, and says so; a wrong check digit is a verdict, no error."""
    repaired = json.loads(run("mrz", ZONE[0], ZONE[1].replace("740812", "74O812")).stdout)
    assert (repaired["valid"], repaired["repairs"][0]["before"], repaired["repairs"][0]["after"]) == (
        True,
        "O",
        "0",
    )
    wrong = run("mrz", ZONE[0], ZONE[1].replace("L898902C36", "L898902C37"))
    assert wrong.exit_code == 0
    assert not json.loads(wrong.stdout)["valid"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "mrz_empty"),
        ("hello world", "mrz_character"),
        (ZONE[0], "mrz_line_count"),
        (ZONE[0] + "\n" + ZONE[1][:-1], "mrz_length"),
        ("<" * 100_000, "mrz_too_long"),
        (b"\xff\xfe\x00", "mrz_encoding"),
    ],
)
def test_what_is_no_zone_is_a_coded_error_in_json(text: str | bytes, code: str) -> None:
    """Programs read why, people read what to do, and the exit status is 1."""
    result = run("mrz", "-", text=text)
    assert result.exit_code == 1
    refusal = json.loads(result.stdout)
    assert (refusal["valid"], refusal["error"]["code"]) == (False, code)
    assert refusal["error"]["hint"]


def test_the_examples_of_the_documentation_run(tmp_path: Path) -> None:
    """Each command line of docs/matching.md works as it stands, by the installed program."""
    (page,) = [each for each in pages() if each.path == "docs/matching.md"]
    (tmp_path / "zone.txt").write_text("\n".join(ZONE), encoding="utf-8")
    for line in page.lines():
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env={"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    answer = json.loads((tmp_path / "answers.jsonl").read_text(encoding="utf-8"))
    assert (answer["id"], answer["tier"]) == ("q1", "possible")
