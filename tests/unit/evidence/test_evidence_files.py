"""Files of evidence in the encodings and shapes they come in."""

import gzip
import json
from pathlib import Path

import pytest

from services.evidence.files import read_rows
from services.runtime.errors import UserError


def test_json_lines_with_bad_ones_between(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"claim": "a"}\r\n\nnot json\n[1]\n{"claim": "\xff"}\n{"claim": "b"}'
    )
    rows = list(read_rows(path))
    assert [(row.place, row.row, row.note) for row in rows if row.row] == [
        ("1", {"claim": "a"}, ""),
        ("5", {"claim": "\xff"}, "not UTF-8; read as cp1252"),
        ("6", {"claim": "b"}, ""),
    ]
    assert [(row.place, row.error.split(":")[0]) for row in rows if not row.row] == [
        ("3", "not JSON"),
        ("4, item 1", "not a JSON object"),
    ]


def test_a_deeply_nested_line_is_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text("[" * 200_000 + '\n{"claim": "b"}\n')
    assert [bool(row.row) for row in read_rows(path)] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_usual_encodings(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "e.csv"
    text = f'id{delimiter}claim\r\n1{delimiter}"Zürich; ""quoted"",\nsecond line"\r\n\r\n2{delimiter}b\r\n'
    path.write_bytes(text.encode(encoding))
    rows = list(read_rows(path))
    assert [row.row for row in rows] == [
        {"id": "1", "claim": 'Zürich; "quoted",\nsecond line'},
        {"id": "2", "claim": "b"},
    ]
    assert [row.place for row in rows] == ["2", "5"]


def test_csv_rows_that_do_not_fit_are_told(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b"id,claim\n1,a,b\n2\n3,caf\xe9\n4,d\n")
    rows = list(read_rows(path))
    assert [row.error for row in rows] == ["3 cells under 2 headings", "", "", ""]
    assert rows[1].row == {"id": "2"}
    assert (rows[2].row, rows[2].note) == (
        {"id": "3", "claim": "café"},
        "not UTF-8; read as cp1252",
    )


def test_gzip_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"claim": "a"}).encode()))
    assert [row.row for row in read_rows(path)] == [{"claim": "a"}]
    packed = tmp_path / "e.csv"
    packed.write_bytes(gzip.compress(b"claim\na\n"))
    assert [row.row for row in read_rows(packed)] == [{"claim": "a"}]


def test_a_broken_gzip_and_an_unknown_file_are_clear_errors(tmp_path: Path) -> None:
    broken = tmp_path / "e.jsonl.gz"
    broken.write_bytes(gzip.compress(b'{"claim": "a"}\n' * 10_000)[:-20])
    with pytest.raises(UserError, match=r"e\.jsonl\.gz: the gzip data ends"):
        list(read_rows(broken))
    with pytest.raises(UserError, match="cannot be read"):
        list(read_rows(tmp_path / "absent.csv"))


def test_a_quotation_mark_that_is_not_closed_swallows_no_row(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text('claim,rating\n"unterminated,true\n"ok claim here",false\nafter,true\n')
    rows = list(read_rows(path))
    assert [row.row for row in rows if row.row] == [{"claim": "after", "rating": "true"}]
    assert [row.error.split(":")[0] for row in rows if not row.row] == ["not CSV"]


def test_a_quotation_mark_open_at_the_end_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text('claim,rating\ngood,true\n"cut off,false\n')
    first, second = read_rows(path)
    assert first.row == {"claim": "good", "rating": "true"}
    assert second.row is None
