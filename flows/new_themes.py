"""New themes: what bad reviews say that no aspect covers, found in a sample, counted exactly, named and kept by people."""

import hashlib
from typing import Any, Protocol

import attrs

from domain.analysis import Polarity
from domain.errors import InvalidInput
from domain.handling import NamedTheme, Step, ThemeState
from domain.times import Clock
from flows.selections import Selection, any_of, periods, together
from flows.themes import Quote
from flows.trends import Trend, comparison, trend_row
from index.query import Term, render
from index.store import Documents
from nlp.normalize import normalize
from nlp.phrases import Cluster, new_themes
from nlp.themes import phrase_quotes
from nlp.typical import names_of

SAMPLE_BAD, SAMPLE_GOOD = 1_500, 1_000
"""Newest documents of each side that are read for phrases; the counts are of all."""
_QUOTED_ROWS = 12
_MOST_PHRASES, _LONGEST_NAME, _LONGEST_PHRASE = 12, 20, 30


class NamedThemes(Protocol):
    """Themes that people have decided about; `index.tables.NamedThemes`."""

    def all(self, state: ThemeState | None = None) -> list[NamedTheme]:
        """By name."""
        ...

    def save(self, theme: NamedTheme, step: Step) -> None:
        """Insert or replace, with its line of audit."""
        ...

    def remove(self, theme_id: str, step: Step) -> bool:
        """Forget the decision; its audit stays. False if unknown."""
        ...

    def audit(self, theme_id: str) -> list[Step]:
        """Every decision about one theme, oldest first."""
        ...


@attrs.frozen(kw_only=True)
class NewTheme:
    """A theme that no aspect covers."""

    id: str
    """Made of its phrases."""
    theme: str
    """Its most typical phrase."""
    phrases: tuple[str, ...]
    """Normalised; a document belongs where it holds one of them."""
    count: int
    """Documents; `query` finds exactly as many."""
    share: float
    """Of the selection's bad documents, 0–1."""
    lift: float
    """How many times as frequent as among the good ones."""
    query: str
    quotes: tuple[Quote, ...]
    trend: Trend


@attrs.frozen(kw_only=True)
class Findings:
    """The new themes of a selection, and what was read for them."""

    rows: tuple[NewTheme, ...]
    """Most frequent first."""
    read: int
    """Bad documents that were read for phrases: the newest."""
    of: int
    """Bad documents of the selection."""
    compared: int
    """Good documents that were read beside them."""


@attrs.frozen(kw_only=True)
class NewThemes:
    """Finds them, and keeps what people decide about them."""

    documents: Documents
    clock: Clock
    named: NamedThemes

    def of(self, selection: Selection, *, limit: int = 12, quoted: int = 3) -> Findings:
        """The new themes of a selection's bad reviews. What a person named, kept or ignored is not found again."""
        here, there = selection.node(Polarity.NEGATIVE), selection.node(Polarity.POSITIVE)
        bad = self.documents.search(here, sort="time", limit=SAMPLE_BAD)
        good = self.documents.search(there, sort="time", limit=SAMPLE_GOOD)
        known = {phrase for theme in self.named.all() for phrase in theme.phrases}
        read = [h.document for h in bad.hits]
        clusters = new_themes(read, (h.document for h in good.hits), names=names_of(read), known=known, limit=limit)
        compared = comparison(self.documents, selection, periods(selection, self.clock.now()))
        mood = Term(field="sentiment", value=Polarity.NEGATIVE.value)
        rows = []
        for cluster in clusters:
            phrases = any_of("text", cluster.phrases)
            wanted = together(here, phrases)
            count = self.documents.count(wanted)
            rows.append(
                NewTheme(
                    id=theme_id(cluster.phrases),
                    theme=cluster.name,
                    phrases=cluster.phrases,
                    count=count,
                    share=round(count / max(1, bad.total), 4),
                    lift=_lift(count, bad.total, self.documents.count(together(there, phrases)), good.total),
                    query=render(wanted),
                    quotes=self._quotes(cluster, read, quoted),
                    trend=compared.counted(self.documents, together(mood, phrases), known=count),
                )
            )
        rows.sort(key=lambda row: (-row.count, row.theme))
        return Findings(rows=tuple(rows), read=len(bad.hits), of=bad.total, compared=len(good.hits))

    def decided(self) -> list[NamedTheme]:
        """What people decided so far, by name."""
        return self.named.all()

    def decide(self, *, name: str, phrases: tuple[str, ...], state: ThemeState, by: str) -> NamedTheme:
        """Keep a theme under a name, or put it aside. Raises InvalidInput for one without a name, phrases or person."""
        kept = tuple(dict.fromkeys(p for phrase in phrases if (p := normalize(phrase).strip())))[:_MOST_PHRASES]
        name, by = name.strip()[:_LONGEST_NAME], by.strip()[:40]
        if not name or not kept or not by or any(len(phrase) > _LONGEST_PHRASE for phrase in kept):
            raise InvalidInput(f"新主题需要名称、至少一个短语（每个不超过 {_LONGEST_PHRASE} 字）和您的名字")
        theme = NamedTheme(id=theme_id(kept), name=name, phrases=kept, state=state, by=by, updated_at=self.clock.now())
        self._free(theme)
        self.named.save(theme, Step(at=self.clock.now(), by=by, action=state.value, note=name))
        return theme

    def let_go(self, id_: str, *, by: str) -> bool:
        """Take a decision back: the theme may be found anew. False if unknown."""
        return self.named.remove(id_, Step(at=self.clock.now(), by=by.strip()[:40], action="removed"))

    def _free(self, theme: NamedTheme) -> None:
        taken = next((t for t in self.named.all(ThemeState.TRACKED) if t.name == theme.name and t.id != theme.id), None)
        if taken and theme.state is ThemeState.TRACKED:
            raise InvalidInput(f"已有名为“{theme.name}”的主题（{'、'.join(taken.phrases)}）：请换一个名称")

    def _quotes(self, cluster: Cluster, documents: list[Any], quoted: int) -> tuple[Quote, ...]:
        holding = [d for d in documents if any(p in d.normalized for p in cluster.phrases)][:_QUOTED_ROWS]
        return tuple(Quote(id=i, text=t) for i, t in phrase_quotes(holding, cluster.phrases, limit=quoted))


def theme_id(phrases: tuple[str, ...]) -> str:
    """The same phrases, in any order, are the same theme."""
    return hashlib.sha256("\n".join(sorted(phrases)).encode()).hexdigest()[:12]


def aspect_lines(theme: NamedTheme) -> str:
    """The lines that make an aspect of it in nlp/dictionaries/aspects.yaml."""
    words = ", ".join(_yaml(phrase) for phrase in theme.phrases)
    return f"{_yaml(theme.name)}:\n  bad: [{words}]\n"


def new_theme_row(row: NewTheme) -> dict[str, Any]:
    """The row that `themes --new --jsonl` gives."""
    return {
        "theme": row.theme,
        "count": row.count,
        "share": row.share,
        "lift": row.lift,
        "query": row.query,
        "quotes": [attrs.asdict(quote) for quote in row.quotes],
        "phrases": list(row.phrases),
        **trend_row(row.trend),
    }


def _lift(bad: int, of_bad: int, good: int, of_good: int) -> float:
    return round(((bad + 1) / (of_bad + 2)) / ((good + 1) / (of_good + 2)), 2)


def _yaml(word: str) -> str:
    plain = all(character.isalnum() for character in word) and not word.isascii()
    return word if plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
