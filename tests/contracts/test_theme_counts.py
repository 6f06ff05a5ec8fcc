"""Themes, causes, new themes, wishes, contradictions and the work list: every figure is what its query finds, on either engine."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from domain.analysis import AspectOpinion, Polarity, Wish
from domain.documents import Flag, StoredDocument
from domain.handling import Handling, HandlingState, NamedTheme, ThemeState
from flows.contradictions import Contradictions
from flows.new_themes import NewThemes
from flows.search import Search
from flows.selections import Selection
from flows.themes import Themes
from flows.wishes import Wishes
from flows.worklist import Asked, WorkList
from index.query import parse
from index.store import Documents
from nlp.normalize import normalize
from nlp.segment import segmenter
from tests.contracts.samples import DAY, START, document
from tests.contracts.test_documents import ENGINES, opened

CUT = segmenter()
NOW = START + DAY


class Clock:
    speed = 1.0

    def now(self) -> Any:
        return NOW

    def real_seconds(self, duration: timedelta) -> float:
        return duration.total_seconds()


@attrs.define
class Held:
    """Named themes and handling in memory."""

    themes: list[NamedTheme] = attrs.field(factory=list)
    handled: list[Handling] = attrs.field(factory=list)

    def all(self, state: ThemeState | None = None) -> list[NamedTheme]:
        return [t for t in self.themes if state in (None, t.state)]

    def rows(self, *, state: HandlingState | None = None, owner: str = "") -> list[Handling]:
        return self.handled

    def owners(self) -> list[tuple[str, int]]:
        return []


def said(number: int, text: str, **changes: Any) -> StoredDocument:
    words = tuple(CUT.cut(normalize(text)))
    return document(f"jd:{number}", text, normalized=normalize(text), tokens=words, **changes)


def leak(cause: str, aspect: str = "漏水", polarity: str = "negative") -> AspectOpinion:
    return AspectOpinion(
        aspect=aspect, polarity=Polarity(polarity), opinion="漏", start=0, end=1, cause=cause
    )  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("themes")
    made = opened(request, folder)
    wish = (Wish(text="希望能定时", start=0, end=5, aspect="功能遥控"),)
    made.put(
        [
            *(said(n, "柜门关不严，要用力按", rating=1 + n % 3) for n in range(12)),
            *(said(20 + n, "漏水", aspects=(leak(("接口", "内胆", "")[n % 3]), leak("接口"))) for n in range(9)),
            *(said(40 + n, "漏水", aspects=(leak(""),), published_at=START - 45 * DAY) for n in range(5)),
            *(said(60 + n, "很安静", sentiment=Polarity.POSITIVE, aspects=(leak("", "噪音", "positive"),)) for n in range(20)),
            *(said(90 + n, "希望能定时", sentiment=Polarity.NEUTRAL, wishes=wish) for n in range(4)),
            said(95, "希望快点", wishes=(Wish(text="希望快点", start=0, end=4),)),
            said(96, "太吵，好评返现", rating=5, flags=(Flag.PRAISED_STARS, Flag.PAID), spam=0.7),
            said(97, 'A.O.青松 "R5" (大)', model='KFR/35 "R5"', line="酷爽", groups=("岚川",), aspects=(leak("接头\\管"),)),
        ]
    )  # fmt: skip
    yield made
    made.close()


def opens(documents: Documents, query: str) -> int:
    return documents.count(parse(query, now=NOW, normalize=normalize))


SELECTIONS: Sequence[Selection] = (
    Selection(),
    Selection(since=START - 10 * DAY),
    Selection(without_spam=True, stars=(1, 2, 5)),
    Selection(line="酷爽", group="岚川", model='KFR/35 "R5"'),
    Selection(within=parse("漏水 OR 柜门", now=NOW, normalize=normalize)),
)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_figure_is_what_its_query_finds(engine: Documents, selection: Selection) -> None:
    clock, held = Clock(), Held(themes=[NamedTheme(id="t", name="门", phrases=("柜门关不严", "用力按"))])
    search = Search(documents=engine, complaints=None, normalize=normalize, clock=clock)  # type: ignore[arg-type]  # not asked
    themes = Themes(documents=engine, search=search, clock=clock, named=held)
    rows: list[Any] = [*themes.of(selection), *themes.of(attrs.evolve(selection, sentiment=Polarity.POSITIVE))]
    rows += themes.causes(selection, "漏水").rows
    rows += NewThemes(documents=engine, clock=clock, named=Held()).of(selection).rows  # type: ignore[arg-type]  # only reads
    wishes = Wishes(documents=engine, clock=clock).of(selection)
    rows += [*wishes.aspects, *wishes.phrases]
    rows += Contradictions(documents=engine, clock=clock).of(selection)
    assert rows
    for row in rows:
        assert opens(engine, row.query) == row.count, row
        assert opens(engine, row.trend.query) == row.trend.before, row


def test_new_themes_and_named_ones_are_found(engine: Documents) -> None:
    flow = NewThemes(documents=engine, clock=Clock(), named=Held())  # type: ignore[arg-type]  # only reads
    assert flow.of(Selection()).rows[0].count == 12
    assert "柜门" in flow.of(Selection()).rows[0].theme


def test_the_work_list_gives_exactly_what_it_counts(engine: Documents) -> None:
    handled = [
        Handling(document=f"jd:{n}", state=HandlingState.SOLVED, owner="林", updated_at=NOW) for n in (0, 1, 20, 60)
    ]
    work = WorkList(documents=engine, ledger=None, log=Held(handled=handled))  # type: ignore[arg-type]  # only these are asked
    page = work.page(Asked(selection=Selection()), limit=7)
    seen = len(page.jobs)
    while page.after:
        page = work.page(Asked(selection=Selection()), limit=7, after=page.after)
        seen += len(page.jobs)
    assert page.counts[HandlingState.SOLVED] == 3  # jd:60 praises
    assert seen == page.total == sum(page.counts.values())
