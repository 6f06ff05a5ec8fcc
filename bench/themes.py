"""How long the theme explorer takes over many documents: themes, causes, new themes, wishes, contradictions, under filters.

python bench/themes.py [--documents 1000000] [--rounds 5]    builds an embedded index of the demo's invented reviews, repeated with
other ids, times and brands, in a temporary folder; prints wall and CPU milliseconds. CPU counts on a shared machine.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import attrs

from demo.catalogue import products
from demo.world import World
from domain.documents import Review, StoredDocument, with_analysis
from domain.handling import NamedTheme, ThemeState
from flows.contradictions import Contradictions, flags_of
from flows.new_themes import NewThemes
from flows.search import Search
from flows.selections import Selection
from flows.themes import Themes
from flows.wishes import Wishes
from index.embedded import Embedded
from nlp.analyzer import Analyzer
from nlp.normalize import normalize
from nlp.reading import Reading

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


class Clock:
    speed = 1.0

    def now(self) -> datetime:
        return NOW

    def real_seconds(self, duration: timedelta) -> float:
        return duration.total_seconds()


class Nobody:
    """No theme was named."""

    def all(self, state: ThemeState | None = None) -> list[NamedTheme]:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Embedded(Path(folder))
        begun = time.perf_counter()
        index.put(repeated(read_reviews(), asked.documents))
        print(f"{asked.documents:,} documents indexed in {time.perf_counter() - begun:.0f} s")
        print(f"{'filter':<12} {'view':<15} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8}")
        for name, selection in filters():
            for view, ask in views(index):
                print(f"{name:<12} {view:<15} {measured(lambda ask=ask, s=selection: ask(s), asked.rounds)}")
        index.close()


def read_reviews() -> list[StoredDocument]:
    """The demo's reviews of ninety days, read by the shipped analyzer."""
    world = World(seed=20261122, start=NOW, now=lambda: NOW)
    reviews = [
        Review(id=f"jd:{r.id}", source="jd", text=r.text, rating=r.score, product=p.title, brand=p.brand.name, sku=r.sku, seen_at=NOW)
        for p in products()
        for r in world.reviews(p.sku)
    ]  # fmt: skip
    analyses = Analyzer.load().analyze_many([Reading(text=r.text, brand=r.brand, product=r.product) for r in reviews])
    return [with_analysis(r, a, flags=flags_of(r, a)) for r, a in zip(reviews, analyses, strict=True)]


def repeated(documents: list[StoredDocument], number: int) -> Iterator[StoredDocument]:
    """As many as asked for, over a year and twenty brands."""
    dice = random.Random(7)
    for n in range(number):
        at = NOW - timedelta(minutes=dice.randrange(60 * 24 * 365))
        yield attrs.evolve(
            documents[n % len(documents)], id=f"jd:{n}", published_at=at, brands=(f"品牌{dice.randrange(20)}",), cluster=f"c{n}"
        )  # fmt: skip


def filters() -> list[tuple[str, Selection]]:
    quarter, month = NOW - timedelta(days=90), NOW - timedelta(days=30)
    return [
        ("everything", Selection()),
        ("90 days", Selection(since=quarter)),
        ("a brand", Selection(brand="品牌3")),
        ("brand, 30 d", Selection(brand="品牌3", since=month)),
    ]


def views(index: Embedded) -> list[tuple[str, Callable[[Selection], object]]]:
    clock, nobody = Clock(), Nobody()
    search = Search(documents=index, complaints=None, normalize=normalize, clock=clock)  # type: ignore[arg-type]  # not asked
    themes = Themes(documents=index, search=search, clock=clock, named=nobody)
    return [
        ("themes", themes.of),
        ("causes", lambda selection: themes.causes(selection, "漏水")),
        ("new themes", NewThemes(documents=index, clock=clock, named=nobody).of),  # type: ignore[arg-type]  # only reads
        ("wishes", Wishes(documents=index, clock=clock).of),
        ("contradictions", Contradictions(documents=index, clock=clock).of),
    ]


def measured(ask: Callable[[], object], rounds: int) -> str:
    ask()  # dictionaries are read once
    walls, processor = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        walls.append((time.perf_counter() - wall) * 1000)
        processor.append((time.process_time() - cpu) * 1000)
    walls.sort()
    return f"{walls[len(walls) // 2]:>8.0f} {walls[min(len(walls) - 1, int(len(walls) * 0.95))]:>8.0f} {min(processor):>8.0f}"


if __name__ == "__main__":
    main()
