"""The measures, against values worked out by hand."""

from pathlib import Path

import pytest

from services.evidence.evaluation import Figures, interval, mean, measure, read_judged
from services.evidence.fusion import fuse, ranked
from services.runtime.errors import UserError


@pytest.mark.parametrize(
    ("ranking", "right", "expected"),
    [
        (["a", "b"], {"a"}, Figures(1.0, 1.0, 1.0, 1.0)),
        (["x", "a"], {"a"}, Figures(0.5, 0.0, 0.5, 1.0)),
        (["a", "x", "b"], {"a", "b"}, Figures((1 + 2 / 3) / 2, 1.0, 1.0, 1.0)),
        (["x"] * 5 + ["a"], {"a"}, Figures(0.0, 0.0, 1 / 6, 1.0)),
        (["x"] * 20 + ["a"], {"a"}, Figures(0.0, 0.0, 0.0, 0.0)),
        ([], {"a"}, Figures(0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_the_figures_of_one_query(ranking: list[str], right: set[str], expected: Figures) -> None:
    assert measure(ranking, frozenset(right)) == expected


def test_more_right_items_than_places_can_still_reach_one() -> None:
    right = [str(n) for n in range(8)]
    assert measure(right, frozenset(right)).map == 1.0


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    figures = [Figures(n % 2, n % 2, n % 2, 1.0) for n in range(50)]
    bounds = interval(figures)
    assert bounds == interval(figures)
    assert bounds["map"][0] < mean(figures).map == 0.5 < bounds["map"][1]
    assert bounds["recall"] == (1.0, 1.0)


def test_a_judged_set_is_read_and_queries_without_right_items_left_out(tmp_path: Path) -> None:
    (tmp_path / "queries.dev.tsv").write_text("1\tone\ttext\n2\ttwo\n", encoding="utf-8")
    (tmp_path / "qrels.dev.tsv").write_text("1\ta\n1\tb\n", encoding="utf-8")
    judged = read_judged(tmp_path, "dev")
    assert [(one.id, one.text) for one in judged.topics] == [("1", "one\ttext")]
    assert judged.right == {"1": {"a", "b"}}


def test_a_wrong_line_and_a_missing_split_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"queries\.dev\.tsv"):
        read_judged(tmp_path, "dev")
    (tmp_path / "queries.dev.tsv").write_text("1 one\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"queries\.dev\.tsv:1"):
        read_judged(tmp_path, "dev")


def test_fusion_puts_what_both_rankings_hold_first() -> None:
    order = [one for one, _ in fuse([["a", "b", "c"], ["d", "b"]], top=3)]
    assert order == ["b", "a", "d"]


def test_ties_follow_the_counted_order_of_ids() -> None:
    assert ranked(dict.fromkeys(["10", "9", "100", "1"], 1.0), 3) == ["1", "9", "10"]
