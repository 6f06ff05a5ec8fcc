"""The pace of a visit, and what is done on each site's pages."""

from datetime import timedelta

from crawlers.pace import Pace
from crawlers.sites.gestures import GESTURES, READING, Press, Scroll, gestures_for
from crawlers.sites.logins import LOGINS


def visit(seed: str) -> list[object]:
    pace = Pace(seed)
    return [(pace.scroll_pixels(), pace.look(), pace.after_press(), pace.spot(100, 40)) for _ in range(30)]


def test_the_same_seed_gives_the_same_visit_and_another_one_another() -> None:
    assert visit("jd a") == visit("jd a")
    assert visit("jd a") != visit("jd b")


def test_no_two_looks_are_the_same_and_all_are_a_persons() -> None:
    pace = Pace("x")
    looks = [pace.look() for _ in range(200)]
    assert len(set(looks)) == 200
    assert all(timedelta(seconds=0.5) < look < timedelta(seconds=3) for look in looks)
    turns = [pace.scroll_pixels() for _ in range(200)]
    assert any(turn < 0 for turn in turns)
    assert sum(turns) > 200 * 250, "on the whole a reader goes down"


def test_a_finger_lands_on_the_button() -> None:
    pace = Pace("x")
    assert all(0 < x < 80 and 0 < y < 24 for x, y in (pace.spot(80, 24) for _ in range(200)))


def test_gestures_are_few_and_belong_to_sites_that_are_there() -> None:
    assert set(GESTURES) <= {*LOGINS, "tousu"}
    assert gestures_for("nobody", "page") == READING
    for pages in GESTURES.values():
        for gestures in pages.values():
            assert sum(g.times for g in gestures) <= 20
            assert all(isinstance(g, Scroll) or (isinstance(g, Press) and g.selector) for g in gestures)
