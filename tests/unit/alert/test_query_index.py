"""Many queries against a document: the index finds what trying each would."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alert.index import SETTLE, QueryIndex
from services.alert.parse import parse
from tests.support.queries import document_of, random_event, random_query


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=60)
def test_the_index_finds_what_trying_every_query_finds(seed: int, changes: int) -> None:
    draw = Random(seed)
    index, queries = QueryIndex(), {}
    for _ in range(changes):
        name = f"s{draw.randint(0, 12)}"
        if draw.random() < 0.25:
            index.remove(name)
            queries.pop(name, None)
        else:
            queries[name] = parse(random_query(draw))
            index.put(name, queries[name])
        document = document_of(random_event(draw))
        expected = [name for name in sorted(queries) if queries[name].matches(document)]
        assert [name for name, _ in index.matching(document)] == expected
        assert len(index) == len(queries)


def test_what_it_learns_of_rare_words_changes_no_answer() -> None:
    draw = Random(7)
    queries = {f"s{n:03}": parse(random_query(draw)) for n in range(200)}
    index = QueryIndex()
    for name, query in queries.items():
        index.put(name, query)
    for _ in range(SETTLE[1] + 5):
        document = document_of(random_event(draw))
        expected = [name for name, query in queries.items() if query.matches(document)]
        assert [name for name, _ in index.matching(document)] == expected
