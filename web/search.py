"""全文搜索: a query box, marked rows, facets that narrow, a cursor for more, and errors shown in their place."""

from datetime import datetime

import attrs
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from domain.errors import InvalidInput, InvalidQuery
from flows.search import FACETS, Answer
from flows.selections import SUSPECT
from web.rendering import address
from web.shell import Shell
from web.spans import Span, span_of

SORTS = {"time": "最新在前", "relevance": "最相关在前"}
PAGE_ROWS = 20


@attrs.frozen(kw_only=True)
class Asked:
    """What a search page was asked."""

    q: str
    """The query as typed."""
    picked: dict[str, str]
    """Facet field → chosen value."""
    span: Span
    sort: str
    without_spam: bool = False
    """Leave out what looks like paid posts or adverts."""

    @property
    def query(self) -> str:
        """The query with its picked facets, in the query language."""
        return self._with(f"spam:<{SUSPECT}") if self.without_spam else self._with()

    @property
    def suspect_query(self) -> str:
        """Of the same rows those that look like paid posts or adverts."""
        return self._with(f"spam:>={SUSPECT}")

    def _with(self, *more: str) -> str:
        narrowed = [
            f'{f}:"{v.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
            for f, v in self.picked.items()
        ]
        if not narrowed and not more:
            return self.q
        return " AND ".join([*[f"({self.q})"] * bool(self.q.strip()), *narrowed, *more])

    @property
    def params(self) -> dict[str, str]:
        """What an address carries to ask the same again."""
        sort = {} if self.sort == "time" else {"sort": self.sort}
        spam = {"nospam": "1"} if self.without_spam else {}
        return {"q": self.q, **self.picked, **self.span.params, **sort, **spam}

    def at(self, path: str, **changed: str) -> str:
        """An address that asks the same, with changes; an empty value takes a part away."""
        return address(path, self.params, **changed)

    @property
    def download(self) -> dict[str, str]:
        """What an export of the same rows carries."""
        return {"query": self.query, **self.span.params}


@attrs.frozen(kw_only=True)
class Fault:
    """Why a query can't be read, cut at the character that broke it."""

    message: str
    before: str
    at: str
    after: str


def router(shell: Shell) -> APIRouter:
    """The addresses of the search."""
    routes = APIRouter()
    desk = shell.desk

    def find(asked: Asked, *, after: str | None = None) -> Answer:
        desk.search.node(asked.q)  # first by itself, so that a fault is told at the typed character
        return desk.search.find(
            asked.query,
            since=asked.span.since,
            until=asked.span.until,
            sort=asked.sort,
            limit=PAGE_ROWS,
            after=after,
            facets=after is None,
        )

    @routes.get("/search", response_class=HTMLResponse)
    def search(request: Request, after: str | None = None) -> HTMLResponse:
        asked = asked_of(request, shell.now)
        try:
            answer, fault = find(asked, after=after), None
        except InvalidQuery as error:
            answer, fault = None, fault_of(asked.q, error)
        suspect = 0 if fault else desk.search.count(asked.suspect_query, since=asked.span.since, until=asked.span.until)
        return shell.show(
            request,
            "search.html",
            status=400 if fault else 200,
            asked=asked,
            answer=answer,
            fault=fault,
            sorts=SORTS,
            suspect=suspect,
        )

    @routes.get("/search/more", response_class=HTMLResponse)
    def more(request: Request, after: str) -> HTMLResponse:
        asked = asked_of(request, shell.now)
        return shell.show(request, "search_rows.html", asked=asked, answer=find(asked, after=after))

    return routes


def asked_of(request: Request, now: datetime) -> Asked:
    """The question in an address. Raises InvalidInput for a sort or time that is none."""
    params = request.query_params
    sort = params.get("sort") or "time"
    if sort not in SORTS:
        raise InvalidInput(f"没有 {sort!r} 这种排序：可选 {'、'.join(SORTS)}")
    return Asked(
        q=params.get("q", "").strip(),
        picked={f: v for f in FACETS if (v := params.get(f, ""))},
        span=span_of(
            preset=params.get("span", ""), since=params.get("since", ""), until=params.get("until", ""), now=now
        ),
        sort=sort,
        without_spam=params.get("nospam") == "1",
    )


def fault_of(q: str, error: InvalidQuery) -> Fault:
    """The fault with the query cut around the character that broke it."""
    message = str(error)
    if error.position is None:
        return Fault(message=message, before=q, at="", after="")
    at = min(error.position, len(q))
    message = message.removesuffix(f" (character {error.position + 1})")
    return Fault(message=message, before=q[:at], at=q[at : at + 1] or "␣", after=q[at + 1 :])
