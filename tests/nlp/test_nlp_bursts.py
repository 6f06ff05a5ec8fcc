from datetime import UTC, datetime, timedelta
from random import Random

from nlp.bursts import ODD, SUSPECT, Bursts, Event

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def test_an_author_who_posts_five_times_in_ten_minutes_is_told_and_one_who_takes_his_time_is_not() -> None:
    quick, slow = Bursts(), Bursts()
    hasty = [quick.add(Event(at=at(n), author="a")) for n in range(7)]
    calm = [slow.add(Event(at=at(n * 3), author="a")) for n in range(40)]
    assert hasty[3] == (0.0, ())
    assert hasty[6] == (ODD, ("同一作者10分钟内发了7条",))
    assert calm == [(0.0, ())] * 40


def test_twenty_posts_in_ten_minutes_are_surely_made() -> None:
    bursts = Bursts()
    scores = [bursts.add(Event(at=at(n / 4), author="a"))[0] for n in range(20)]
    assert (scores[8], scores[9], scores[19] > 0.8) == (ODD, SUSPECT, True)


def test_many_authors_with_one_text_within_minutes_are_told_but_one_author_many_times_is_no_crowd() -> None:
    bursts = Bursts()
    crowd = [bursts.add(Event(at=at(n), author=f"a{n}", cluster="c")) for n in range(6)]
    assert crowd[-1] == (ODD, ("10分钟内6个账号发了几乎相同的话",))
    alone = [bursts.add(Event(at=at(n * 60), author="b", cluster="d")) for n in range(6)]
    assert alone[-1] == (0.0, ())


def test_a_run_of_five_star_scraps_on_one_article_is_told() -> None:
    bursts = Bursts()
    runs = [bursts.add(Event(at=at(n), author=f"a{n}", article="jd:1")) for n in range(12)]
    assert runs[-1] == (ODD, ("同款商品30分钟内出现12条五星短评",))
    assert bursts.add(Event(at=at(12), author="z", article="jd:2")) == (0.0, ())


def test_unknown_authors_make_no_flood() -> None:
    bursts = Bursts()
    assert {bursts.add(Event(at=at(0))) for _ in range(30)} == {(0.0, ())}


def test_late_arrivals_are_counted_at_their_own_time() -> None:
    events = [Event(at=at(n), author="a") for n in range(9)]
    Random(5).shuffle(events)
    bursts = Bursts()
    for event in events[:-1]:
        bursts.add(event)
    again = Bursts()
    for event in sorted(events[:-1], key=lambda event: event.at):
        again.add(event)
    assert bursts.add(events[-1]) == again.add(events[-1])
    assert bursts.add(Event(at=at(5000), author="a")) == (0.0, ())
