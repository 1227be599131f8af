"""What people may do to a task: each rule by example, and what always holds by drawn sequences."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemas.verdict import Rating
from services.ports.work import (
    Action,
    Actor,
    AskSpecialist,
    Decide,
    HandOver,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Skip,
    Snooze,
    Stage,
    State,
    Take,
    Work,
)
from services.review.workflow import Forbidden, Refused, act, decided, offered, seen_by
from services.runtime.errors import UserError

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANA, BEN, CAI = (Actor(name=name) for name in ("ana", "ben", "cai"))
EDITOR = Actor(name="edith", editor=True)


def take(work: Work, actor: Actor = ANA, now: datetime = NOW) -> Work:
    return act(work, Take(seconds=900), actor, now)


def find(work: Work, actor: Actor, rating: Rating, now: datetime = NOW) -> Work:
    work = take(work, actor, now)
    return act(
        work, Decide(lease=work.lease, rating=rating, rationale=f"by {actor.name}"), actor, now
    )


def test_one_review_is_enough_unless_two_are_asked_for() -> None:
    work = find(Work(), ANA, Rating.FALSE)
    assert work.state is State.DONE
    found = decided(work)
    assert found is not None
    assert found.reviewer == "ana"


def test_two_who_find_the_same_decide_together_and_neither_knew_of_the_other() -> None:
    work = find(Work(needs=2), ANA, Rating.FALSE)
    assert (work.state, work.stage, decided(work)) == (State.OPEN, Stage.SECOND, None)
    work = take(work, BEN)
    assert seen_by(work, BEN).opinions == ()
    assert [one.reviewer for one in seen_by(work, ANA).opinions] == ["ana"]
    work = act(work, Decide(lease=2, rating=Rating.FALSE, rationale="too"), BEN, NOW)
    assert work.state is State.DONE
    found = decided(work)
    assert found is not None
    assert found.rationale == "by ana"


def test_two_who_differ_are_adjudicated_by_a_third_who_sees_both() -> None:
    work = find(find(Work(needs=2), ANA, Rating.FALSE), BEN, Rating.TRUE)
    assert (work.state, work.stage) == (State.OPEN, Stage.ADJUDICATION)
    for one in (ANA, BEN):
        assert not offered(work, one, NOW)
        with pytest.raises(Forbidden, match="another person"):
            take(work, one)
    work = take(work, CAI)
    assert [one.reviewer for one in seen_by(work, CAI).opinions] == ["ana", "ben"]
    work = act(work, Decide(lease=work.lease, rating=Rating.HALF_TRUE, rationale="x"), CAI, NOW)
    found = decided(work)
    assert found is not None
    assert found.reviewer == "cai"


def test_nobody_reviews_twice_not_even_an_editor() -> None:
    work = find(Work(needs=2), EDITOR, Rating.FALSE)
    with pytest.raises(Forbidden):
        take(work, EDITOR)
    with pytest.raises(UserError, match="has given an opinion"):
        act(take(work, BEN), HandOver(lease=2, to="edith"), BEN, NOW)


def test_a_lease_that_ran_out_is_open_and_still_good_until_somebody_comes() -> None:
    work, later = take(Work()), NOW + timedelta(hours=1)
    assert work.at(later).state is State.OPEN
    assert offered(work, BEN, later)
    draft = act(work, Save(lease=1, rationale="so far"), ANA, later)
    assert act(draft, Release(lease=1), ANA, later).state is State.OPEN
    taken = take(draft, BEN, later)
    assert taken.lease == 2
    with pytest.raises(Refused, match="ben holds it under lease 2"):
        act(taken, Decide(lease=1, rating=Rating.TRUE, rationale="late"), ANA, later)
    assert [one.rationale for one in seen_by(taken, ANA).drafts] == ["so far"]
    assert seen_by(taken, BEN).drafts == ()


def test_a_heartbeat_keeps_the_number_and_a_second_take_changes_it() -> None:
    work = act(take(Work()), Renew(lease=1, seconds=3_600), ANA, NOW)
    assert (work.lease, work.lease_until) == (1, NOW + timedelta(hours=1))
    assert take(work).lease == 2
    with pytest.raises(Refused):
        act(take(work), Renew(lease=1, seconds=60), ANA, NOW)


def test_what_is_sent_twice_counts_once() -> None:
    decide = Decide(lease=1, rating=Rating.TRUE, rationale="x")
    once = act(take(Work(needs=2)), decide, ANA, NOW)
    assert act(once, decide, ANA, NOW) == once
    with pytest.raises(Refused):
        act(once, decide.model_copy(update={"rating": Rating.FALSE}), ANA, NOW)


def test_what_was_skipped_is_offered_to_others_only_and_can_still_be_chosen() -> None:
    work = act(take(Work()), Skip(lease=1, reason="I know her"), ANA, NOW)
    assert not offered(work, ANA, NOW)
    assert offered(work, BEN, NOW)
    assert take(work, ANA).holder == "ana"


def test_what_sleeps_wakes_by_itself_or_is_woken() -> None:
    work = act(
        take(Work()), Snooze(lease=1, until=NOW + timedelta(days=2), reason="vote"), ANA, NOW
    )
    assert not offered(work, BEN, NOW)
    with pytest.raises(Refused, match="sleeps until 2026-05-03 09:00"):
        take(work, BEN)
    assert take(work, BEN, NOW + timedelta(days=2)).holder == "ben"
    assert take(act(work, Resume(reason="news"), BEN, NOW), BEN).holder == "ben"


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=5_000)])
def test_no_sleep_into_the_past_or_for_ever(until: datetime) -> None:
    with pytest.raises(UserError, match="cannot sleep until"):
        act(take(Work()), Snooze(lease=1, until=until, reason="x"), ANA, NOW)


def test_what_is_handed_over_is_theirs() -> None:
    work = act(take(Work()), HandOver(lease=1, to="ben"), ANA, NOW)
    with pytest.raises(Forbidden, match="handed over to ben"):
        take(work, CAI)
    assert take(work, BEN).holder == "ben"
    assert take(act(work, Resume(reason="ben is ill"), CAI, NOW), CAI).holder == "cai"


def test_what_needs_a_specialist_waits_for_one() -> None:
    work = act(take(Work()), AskSpecialist(lease=1, skill="law", reason="statute"), ANA, NOW)
    with pytest.raises(Forbidden, match="knows about law"):
        take(work, BEN)
    assert take(work, Actor(name="lex", skills=frozenset({"law"}))).holder == "lex"


def test_a_decision_can_be_taken_back_by_who_made_it_or_an_editor() -> None:
    done = find(Work(), ANA, Rating.FALSE)
    with pytest.raises(Forbidden):
        act(done, Reopen(reason="?"), BEN, NOW)
    for actor in (ANA, EDITOR):
        work = act(done, Reopen(reason="new source"), actor, NOW)
        assert (work.state, work.round, work.opinions, work.lease) == (State.OPEN, 2, (), 2)
    with pytest.raises(Refused):
        act(Work(), Reopen(reason="x"), EDITOR, NOW)


def test_only_an_editor_takes_from_others() -> None:
    work = take(Work())
    with pytest.raises(Refused, match="ana holds it"):
        take(work, BEN)
    assert take(work, EDITOR).holder == "edith"


ACTORS = (ANA, BEN, CAI, EDITOR, Actor(name="lex", skills=frozenset({"law"})))
_LEASES = st.integers(1, 4)
_ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Take, seconds=st.just(600.0)),
    st.builds(Renew, lease=_LEASES, seconds=st.just(600.0)),
    st.builds(Release, lease=_LEASES),
    st.builds(Save, lease=_LEASES, rationale=st.just("draft")),
    st.builds(Skip, lease=_LEASES, reason=st.just("r")),
    st.builds(Snooze, lease=_LEASES, until=st.just(NOW + timedelta(days=9)), reason=st.just("r")),
    st.builds(HandOver, lease=_LEASES, to=st.sampled_from(["ana", "ben"])),
    st.builds(AskSpecialist, lease=_LEASES, skill=st.just("law"), reason=st.just("r")),
    st.builds(
        Decide,
        lease=_LEASES,
        rating=st.sampled_from([Rating.TRUE, Rating.FALSE]),
        rationale=st.just("r"),
    ),
    st.builds(Resume, reason=st.just("r")),
    st.builds(Reopen, reason=st.just("r")),
)


class Desk(RuleBasedStateMachine):
    """People who do anything at any time; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.work = Work(needs=2)
        self.greatest = 0
        self.taken_by: dict[int, str] = {}

    @rule(action=_ACTIONS, actor=st.sampled_from(ACTORS))
    def anybody_does_anything(self, action: Action, actor: Actor) -> None:
        self._do(action, actor)

    @precondition(lambda self: self.work.holder is not None)
    @rule(rating=st.sampled_from([Rating.TRUE, Rating.FALSE]))
    def the_holder_decides(self, rating: Rating) -> None:
        actor = next(one for one in ACTORS if one.name == self.work.holder)
        self._do(Decide(lease=self.work.lease, rating=rating, rationale="r"), actor)

    @rule(minutes=st.integers(1, 10_000))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def _do(self, action: Action, actor: Actor) -> None:
        before = self.work
        try:
            self.work = act(before, action, actor, self.now)
        except (Refused, Forbidden, UserError):
            return
        if isinstance(action, Take):
            assert self.work.lease > self.greatest
            self.taken_by[self.work.lease] = actor.name
        self.greatest = max(self.greatest, self.work.lease)

    @invariant()
    def who_holds_it_took_it(self) -> None:
        if self.work.state is State.TAKEN:
            assert self.taken_by[self.work.lease] == self.work.holder
            assert self.work.lease_until is not None
        else:
            assert (self.work.holder, self.work.lease_until) == (None, None)

    @invariant()
    def every_opinion_is_by_another_person_under_their_own_lease(self) -> None:
        reviewers = [opinion.reviewer for opinion in self.work.opinions]
        assert len(set(reviewers)) == len(reviewers)
        for opinion in self.work.opinions:
            assert self.taken_by[opinion.lease] == opinion.reviewer

    @invariant()
    def it_is_done_when_enough_agree_or_a_third_decided(self) -> None:
        ratings = [opinion.rating for opinion in self.work.opinions]
        agreed = len(ratings) == 2 and ratings[0] == ratings[1]
        assert (self.work.state is State.DONE) == (agreed or len(ratings) == 3)

    @invariant()
    def it_is_kept_as_it_is(self) -> None:
        assert Work.model_validate_json(self.work.model_dump_json()) == self.work


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=30)
