"""`detect --stream`: many series judged together, tick by tick, in the JSON Lines protocol of the surge data."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from alerts import baseline, statistic
from alerts.baseline import DAY_TICKS, Baseline
from alerts.nab import run_nab
from alerts.statistic import WINDOWS, Array
from domain.errors import InvalidInput

__all__ = ["Incidents", "Scores", "Stream", "run_nab", "run_stream"]  # both protocols of `tingchao detect`

RING_TICKS: Final = 2 * DAY_TICKS
"""How late a post may come and still find its tick."""
SETTLE_TICKS: Final = 24
"""A day joins the level two hours after its end, when its late posts are in."""
NOTICE_SCORE: Final = 10.0
PAGE_SCORE: Final = 15.0
CALM_SCORE: Final = 6.0
CALM_TICKS: Final = 6
REOPEN_TICKS: Final = 24
PAGE_AUTHORS: Final = 5
PAGE_EFFECT: Final = 2.0
FLOOD_AUTHORS: Final = 10
FLOOD_SHARE: Final = 0.4

NONE, NOTICE, PAGE = 0, 1, 2
LEVELS: Final = {NOTICE: "notice", PAGE: "page"}


@attrs.frozen(kw_only=True, eq=False)
class Scores:
    """What one tick says of each of S series."""

    notice: Array
    """(S,) loudest window, whatever is behind it."""
    page: Array
    """(S,) loudest window among those with enough authors and effect that are no flood; −inf = none."""
    calm: NDArray[np.bool_]
    """(S,) the last 15 and 60 minutes are both near the usual."""


@attrs.define(kw_only=True, eq=False)
class Incidents:
    """Per series the level told, and how long it has been calm."""

    told: NDArray[np.int64]
    calm: NDArray[np.int64]
    """Calm ticks in a row."""

    @classmethod
    def none(cls, series: int) -> "Incidents":
        """All quiet."""
        return cls(told=np.zeros(series, dtype=np.int64), calm=np.zeros(series, dtype=np.int64))

    @property
    def open(self) -> NDArray[np.bool_]:
        """(S,) something was told and it is not over."""
        return (self.told > NONE) & (self.calm < CALM_TICKS)

    def follow(self, scores: Scores, *, judged: NDArray[np.bool_], page_score: float) -> NDArray[np.int64]:
        """Move every incident one tick on. Returns (S,) the level newly told, NONE = nothing to say."""
        wanted = np.where(scores.page >= page_score, PAGE, np.where(scores.notice >= NOTICE_SCORE, NOTICE, NONE))
        wanted = np.where(judged, wanted, NONE)
        news = np.where(wanted > self.told, wanted, NONE)
        self.told = np.maximum(self.told, news)
        self.calm = np.where(scores.calm & (wanted == NONE), self.calm + 1, 0)
        # within two hours after its end a rise belongs to the same incident; then the series is armed again
        self.told = np.where(self.calm >= CALM_TICKS + REOPEN_TICKS, NONE, self.told)
        return news


class Stream:
    """S series from their history on, one tick after the other. Nothing later than the tick is visible."""

    def __init__(
        self,
        *,
        sources: Sequence[str],
        delivered: Mapping[str, Sequence[float]],
        total: Array,
        negative: Array,
        authors: Array,
        page_score: float = PAGE_SCORE,
    ) -> None:
        """sources: each series' source. delivered: per source the share of posts that come 0, 1, … ticks after their own.

        total, negative, authors: (S, T) history, tick 0 a Monday's midnight; what does not fill a day at the end only warms up.
        """
        self.sources = np.array(sources)
        self.page_score = page_score
        _, groups = np.unique(self.sources, return_inverse=True)
        whole = total.shape[1] // DAY_TICKS * DAY_TICKS
        self.baseline, self.days = baseline.fit(
            total=total[:, :whole],
            negative=negative[:, :whole],
            authors=authors[:, :whole],
            first_tick=0,
            groups=groups,
        )
        self.completeness = np.array([_completeness(delivered.get(source, (1.0,))) for source in sources])
        self.now = total.shape[1] - 1
        self._rest, self._authors, self._negative = (
            self._ring(counts) for counts in (total - negative, authors, negative)
        )
        self._usable = np.ones(self._rest.shape, dtype=bool)
        self.incidents = Incidents.none(len(sources))

    def tick(
        self, posts: Iterable[tuple[int, int, float, float, float]], *, down: Iterable[str] = ()
    ) -> NDArray[np.int64]:
        """One tick on. posts: (series, tick of publication, total, negative, authors). Returns (S,) the level newly told."""
        self.now += 1
        now = self.now % RING_TICKS
        for ring in (self._rest, self._authors, self._negative):
            ring[:, now] = 0.0
        for series, event, total, negative, authors in posts:
            if self.now - RING_TICKS < event <= self.now:
                self._rest[series, event % RING_TICKS] += total - negative
                self._negative[series, event % RING_TICKS] += negative
                self._authors[series, event % RING_TICKS] += authors
        judged = ~np.isin(self.sources, list(down))
        news = self.incidents.follow(self.scores(), judged=judged, page_score=self.page_score)
        self._usable[:, now] = judged & ~self.incidents.open
        if (self.now + 1) % DAY_TICKS == SETTLE_TICKS:
            self._learn_yesterday()
        return news

    def scores(self) -> Scores:
        """Judge every series as it stands."""
        ticks = np.arange(self.now - WINDOWS[-1] + 1, self.now + 1)
        at = ticks % RING_TICKS
        mu, nu = self.baseline.expected(ticks)
        return judge_windows(
            self.baseline,
            authors=self._authors[:, at],
            negative=self._negative[:, at],
            rest=self._rest[:, at],
            mu=mu * self.completeness,
            nu=nu * self.completeness,
        )

    def _learn_yesterday(self) -> None:
        """Take the settled day into the levels, without the ticks of incidents and outages."""
        last = (self.now + 1 - SETTLE_TICKS) // DAY_TICKS * DAY_TICKS
        ticks = np.arange(last - DAY_TICKS, last)
        kind, slot = baseline.kind_and_slot(ticks)
        at, season = ticks % RING_TICKS, self.baseline
        usable = self._usable[:, at]
        self.days.add(
            authors=(self._authors[:, at] * usable).sum(axis=1),
            author_season=(season.author_season[:, kind, slot] * usable).sum(axis=1),
            rest=(self._rest[:, at] * usable).sum(axis=1),
            rest_season=(season.rest_season[:, kind, slot] * usable).sum(axis=1),
        )
        author_level, rest_level, posts = self.days.levels()
        self.baseline = attrs.evolve(season, author_level=author_level, rest_level=rest_level, posts=posts)

    def _ring(self, counts: Array) -> Array:
        """The last two days of history, each tick at its place modulo the ring's length."""
        ring = np.zeros((counts.shape[0], RING_TICKS))
        ticks = np.arange(max(0, counts.shape[1] - RING_TICKS), counts.shape[1])
        ring[:, ticks % RING_TICKS] = counts[:, ticks]
        return ring


def judge_windows(fitted: Baseline, *, authors: Array, negative: Array, rest: Array, mu: Array, nu: Array) -> Scores:
    """Scores from the last 36 ticks of each series, all (S, 36) oldest first; mu, nu are what was to be expected and delivered."""
    x, bad, n = (statistic.window_sums(a) for a in (authors, negative, rest))
    mu_w, nu_w = statistic.window_sums(mu), statistic.window_sums(nu)
    hour = WINDOWS.index(statistic.HOUR_TICKS)
    ratio60 = statistic.hour_ratio(n[:, hour], nu_w[:, hour])[:, None]
    mean = mu_w * statistic.exposure(n, nu_w, ratio60)
    k = statistic.size(
        n, fitted.steady[:, None], fitted.burst[:, None], fitted.posts[:, None], np.array(WINDOWS, dtype=np.float64)
    )
    score = statistic.likelihood_ratio(x, mean, k)
    flood = (x < FLOOD_AUTHORS) & (x < FLOOD_SHARE * bad)
    convincing = (x >= PAGE_AUTHORS) & (x >= PAGE_EFFECT * mean) & ~flood
    return Scores(
        notice=score.max(axis=1),
        page=np.where(convincing, score, -np.inf).max(axis=1),
        calm=(score[:, WINDOWS.index(3)] < CALM_SCORE) & (score[:, hour] < CALM_SCORE),
    )


def run_stream(lines: Iterable[str], write: Callable[[str], None]) -> None:
    """Speak the protocol: `start`, `hist` per series, `tick`s with one written reply each, `end`. Raises InvalidInput with the line."""
    stream: Stream | None = None
    start: dict[str, Any] = {}
    history: dict[str, tuple[Array, Array, Array]] = {}
    index: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        message = _message(line, number)
        try:
            match message.get("type"):
                case "start":
                    start, index = message, {entry["id"]: i for i, entry in enumerate(message["series"])}
                case "hist":
                    history[message["series"]] = _three(message)
                case "tick":
                    stream = stream or _stream(start, history)
                    write(_reply(stream, message, index, int(start.get("history_ticks", 0))))
                case "end":
                    return
                case other:
                    raise InvalidInput(f"unknown type {other!r}, hoped for start, hist, tick or end", line=number)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InvalidInput(f"{message.get('type')} message: {type(error).__name__} {error}", line=number) from error


def _message(line: str, number: int) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error}", line=number) from None
    if not isinstance(message, dict):
        raise InvalidInput("hoped for a JSON object", line=number)
    return message


def _three(message: dict[str, Any]) -> tuple[Array, Array, Array]:
    total, negative, authors = (np.asarray(message[name], dtype=np.float64) for name in ("total", "neg", "authors"))
    return total, negative, authors


def _stream(start: dict[str, Any], history: dict[str, tuple[Array, Array, Array]]) -> Stream:
    """The stream once its history is complete; a series without history begins with zero days."""
    length = int(start["history_ticks"])
    empty = (np.zeros(length),) * 3
    rows = [history.pop(entry["id"], empty) for entry in start["series"]]
    return Stream(
        sources=[entry["source"] for entry in start["series"]],
        delivered=start.get("sources", {}),
        total=np.stack([row[0] for row in rows]),
        negative=np.stack([row[1] for row in rows]),
        authors=np.stack([row[2] for row in rows]),
    )


def _reply(stream: Stream, message: dict[str, Any], index: dict[str, int], history_ticks: int) -> str:
    posts = (
        (index[series], history_ticks + event, total, negative, authors)
        for series, event, total, negative, authors, *_ in message["posts"]
    )
    news = stream.tick(posts, down=message.get("down", ()))
    names = list(index)
    alerts = [{"series": names[i], "level": LEVELS[int(news[i])]} for i in np.flatnonzero(news)]
    return json.dumps({"k": message["k"], "alerts": alerts}, ensure_ascii=False)


def _completeness(delivered: Sequence[float]) -> Array:
    """(36,) share of a tick's posts that have come, oldest tick first."""
    shares = np.ones(WINDOWS[-1])
    come = np.minimum(np.cumsum(np.asarray(delivered, dtype=np.float64)), 1.0)[: WINDOWS[-1]]
    shares[: len(come)] = np.maximum(come, 1e-3)
    return shares[::-1]
