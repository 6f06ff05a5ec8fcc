"""危机时钟: which watch the screen follows, and that all of its parts speak of the same alert."""

from domain.alerts import Alert, AlertKind, Notice, NoticeReason
from domain.feeds import Outcome, PageSeen
from index.store import Batch
from tests.flows.desks import HOUR, MINUTE, NOW, Rig, document


def alert(id_: str, watch: str, *, kind: AlertKind = AlertKind.SURGE, minutes: int = 5) -> Alert:
    return Alert(id=id_, kind=kind, watch=watch, brand=watch, opened_at=NOW - minutes * MINUTE, document_ids=("jd:1",))


def test_an_empty_house_has_a_screen_too(here: Rig) -> None:
    page = here.desk.story.page()
    assert (page.watch, page.watches, page.posts, page.band, page.alert, page.message) == ("", (), (), None, None, None)
    assert (page.chain, page.messages, page.silence) == ((), 0, "")


def test_without_an_alert_the_first_of_our_own_watches_is_followed(here: Rig) -> None:
    here.watch("北屿", rival=True)
    here.watch("岚川")
    here.store(document(1), document(2, published_at=NOW - 7 * HOUR), document(3, brands=("北屿",), text="北屿"))
    page = here.desk.story.page()
    assert page.watch == "岚川"
    assert page.watches == ("北屿", "岚川")
    assert [d.id for d in page.posts] == ["jd:1"]
    assert page.band is not None
    assert sum(page.band.negative) == 1
    assert page.evidence is not None
    assert page.evidence.awaited


def test_the_screen_goes_to_the_watch_with_an_open_alert_about_people(here: Rig) -> None:
    here.watch("岚川")
    here.watch("静水", channels=("duty",))
    here.store(document(1, "静水热水器漏电", brands=("静水",)))
    here.desk.alerts.save(alert("feed-1", "岚川", kind=AlertKind.FEED, minutes=1), action="opened")
    told = alert("surge-1", "静水")
    notice = Notice(
        key="k",
        alert_id=told.id,
        channel="duty",
        reason=NoticeReason.FIRST,
        title="静水：漏电",
        lines=("一", "二"),
        created_at=NOW,
    )
    here.desk.alerts.save(told, [notice], action="opened")
    page = here.desk.story.page()
    assert page.alert == told
    assert page.watch == "静水"
    assert page.message is not None
    assert (page.message["title"], page.messages) == ("静水：漏电", 1)
    assert page.chain[0].step == "发布"
    assert [d.id for d in page.posts] == ["jd:1"]
    other = here.desk.story.page("岚川")
    assert (other.watch, other.alert, other.message) == ("岚川", None, None)


def test_a_resolved_alert_stays_on_the_screen_for_twelve_hours(here: Rig) -> None:
    here.watch("岚川")
    here.desk.alerts.save(alert("surge-1", "岚川"), action="opened")
    here.desk.incidents.resolve("surge-1", by="值班")
    shown = here.desk.story.page().alert
    assert shown is not None
    assert shown.id == "surge-1"
    here.clock.at = NOW + 12 * HOUR
    assert here.desk.story.page().alert is None


def test_an_unknown_watch_falls_back_to_our_own(here: Rig) -> None:
    here.watch("岚川")
    assert here.desk.story.page("没有这个").watch == "岚川"


def test_quiet_of_a_dead_session_is_no_good_news(here: Rig) -> None:
    here.watch("岚川")
    page = PageSeen(source="weibo", page="search", url="", outcome=Outcome.LOGIN_REQUIRED, seen_at=NOW)
    here.desk.ledger.store(Batch(receipt="dead", pages=(page,)), (), now=NOW)
    shown = here.desk.story.page()
    assert "数据不足" in shown.silence
    assert shown.evidence is not None
    assert any("登录" in said or "数据" in said for said in shown.evidence.awaited)
    assert [f.name for f in shown.feeds] == ["weibo"]
