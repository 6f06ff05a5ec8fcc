"""差评主题: themes, new themes, wishes and contradictions over any filter, each figure opening to exactly its rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, QueryParams

from domain.analysis import Polarity
from domain.errors import InvalidInput
from domain.handling import ThemeState
from domain.times import shanghai
from flows.contradictions import contradiction_row
from flows.export import FORMATS
from flows.new_themes import aspect_lines, new_theme_row
from flows.search import Search
from flows.selections import NAMED, SPAM, Selection, periods, together
from flows.themes import theme_row
from flows.wishes import wish_row
from index.query import render
from web.downloads import download
from web.rendering import address
from web.shell import WHO, YEAR_S, Shell, field, fields
from web.spans import Span, span_of

TABS = {"": "主题", "new": "新主题", "wishes": "愿望", "contradictions": "矛盾"}
STARS = {"": "全部星级", "1-2": "1–2 星", "3": "3 星", "4-5": "4–5 星"}


@attrs.frozen(kw_only=True)
class Chosen:
    """A selection, and what in an address chose it."""

    selection: Selection
    span: Span
    stars: str = ""
    q: str = ""
    tab: str = ""

    @property
    def params(self) -> dict[str, str]:
        """What an address carries to choose the same again."""
        named = {name: getattr(self.selection, name) for name in NAMED}
        more = {"stars": self.stars, "q": self.q, "tab": self.tab, "nospam": "1" if self.selection.without_spam else ""}
        sentiment = "" if self.selection.sentiment is Polarity.NEGATIVE else self.selection.sentiment.value
        return {k: v for k, v in {**named, **more, "sentiment": sentiment, **self.span.params}.items() if v}

    def at(self, path: str, **changed: str) -> str:
        """An address that chooses the same, with changes; an empty value takes a part away."""
        return address(path, self.params, **changed)

    @property
    def further(self) -> bool:
        """Is one of the filters chosen that are folded away?"""
        folded = ("group", "line", "model", "sku")
        return bool(self.q or self.span.since_text or self.span.until_text) or any(
            getattr(self.selection, name) for name in folded
        )


def router(shell: Shell) -> APIRouter:
    """The addresses of the themes."""
    routes = APIRouter()
    desk = shell.desk

    def asked(request: Request) -> Chosen:
        return chosen_of(request.query_params, shell.now, search=desk.search)

    @routes.get("/themes", response_class=HTMLResponse)
    def themes(request: Request, theme: str = "") -> HTMLResponse:
        chosen = asked(request)
        everything = desk.search.find("", limit=1)
        suspect = together(attrs.evolve(chosen.selection, without_spam=False).node(_mood(chosen)), SPAM)
        return shell.show(
            request,
            "themes.html",
            chosen=chosen,
            tabs=TABS,
            stars=STARS,
            choices={name: [v for v, _ in everything.facets.get(name, [])] for name in ("brand", "category", "source")},
            days=periods(chosen.selection, shell.now),
            suspect=desk.search.count(render(suspect)),
            suspect_query=render(suspect),
            opened=theme,
            **found(chosen, theme),
        )

    def found(chosen: Chosen, theme: str = "") -> dict[str, Any]:
        """What the chosen tab shows."""
        selection = chosen.selection
        if chosen.tab == "new":
            decided = [(each, aspect_lines(each)) for each in desk.new_themes.decided()]
            return {"findings": desk.new_themes.of(selection), "decided": decided}
        if chosen.tab == "wishes":
            return {"wishes": desk.wishes.of(selection)}
        if chosen.tab == "contradictions":
            return {"rows": desk.contradictions.of(selection)}
        rows = desk.themes.of(selection, limit=40)
        drill = desk.themes.causes(selection, theme) if theme else None
        return {"rows": rows, "drill": drill, "confirmed": confirmed(chosen, theme) if theme else []}

    def confirmed(chosen: Chosen, theme: str) -> list[tuple[str, int]]:
        return desk.worklist.confirmed(chosen.selection, theme)

    @routes.get("/themes/causes", response_class=HTMLResponse)
    def causes(request: Request, theme: str) -> HTMLResponse:
        chosen = asked(request)
        drill = desk.themes.causes(chosen.selection, theme)
        return shell.show(request, "themes_causes.html", chosen=chosen, drill=drill, confirmed=confirmed(chosen, theme))

    @routes.get("/themes/rows.{form}")
    def rows(request: Request, form: str) -> Response:
        if form not in FORMATS:
            raise HTTPException(404, f"没有 {form} 这种格式")
        chosen = asked(request)
        name = f"tingchao-{chosen.tab or 'themes'}-{shanghai(shell.now):%Y%m%d-%H%M}"
        return download(exported(chosen, found(chosen)), form=form, name=name)

    @routes.post("/themes/decide")
    def decide(request: Request, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        by = field(form, "by")
        if id_ := field(form, "let_go"):
            desk.new_themes.let_go(id_, by=by)
            said = "已撤销：这个主题可能再次作为新主题出现"
        else:
            state = ThemeState.IGNORED if field(form, "decision") == "ignore" else ThemeState.TRACKED
            kept = desk.new_themes.decide(name=field(form, "name"), phrases=fields(form, "phrase"), state=state, by=by)
            said = f"已保留“{kept.name}”，从现在起和其他主题一起统计" if state is ThemeState.TRACKED else f"已忽略“{kept.name}”"  # fmt: skip
        response = shell.go(_back(field(form, "back")), said=said)
        response.set_cookie(WHO, quote(by[:40]), max_age=YEAR_S, httponly=True, samesite="strict")
        return response

    return routes


def exported(chosen: Chosen, found: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The rows of a tab as a file has them."""
    if chosen.tab == "new":
        return map(new_theme_row, found["findings"].rows)
    if chosen.tab == "wishes":
        return map(wish_row, (*found["wishes"].aspects, *found["wishes"].phrases))
    if chosen.tab == "contradictions":
        return map(contradiction_row, found["rows"])
    return map(theme_row, found["rows"])


def chosen_of(params: QueryParams, now: datetime, *, search: Search | None = None) -> Chosen:
    """The selection in an address, by default the negatives of all time. Raises InvalidInput for what is no choice, InvalidQuery."""
    asked, stars, tab = params.get("sentiment") or "negative", params.get("stars", ""), params.get("tab", "")
    if asked not in ("negative", "positive"):
        raise InvalidInput(f"主题只分负面（negative）和正面（positive），没有 {asked!r}")
    if stars not in STARS:
        raise InvalidInput(f"没有 {stars!r} 这种星级：可选 {'、'.join(s for s in STARS if s)}")
    if tab not in TABS:
        raise InvalidInput(f"没有 {tab!r} 这个分页：可选 {'、'.join(t for t in TABS if t)}")
    span = span_of(preset=params.get("span", ""), since=params.get("since", ""), until=params.get("until", ""), now=now)
    q = params.get("q", "").strip()
    named = {name: params.get(name, "").strip() for name in NAMED}
    selection = Selection(
        **named,  # type: ignore[arg-type]  # all of them are texts
        stars=stars_of(stars),
        since=span.since,
        until=span.until,
        sentiment=Polarity(asked),
        without_spam=params.get("nospam") == "1",
    )
    if q and search is not None:
        selection = attrs.evolve(selection, within=search.node(q))
    return Chosen(selection=selection, span=span, stars=stars, q=q, tab=tab)


def stars_of(text: str) -> tuple[int, ...]:
    """1-2 is (1, 2), 3 is (3,); empty for no choice."""
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last or first) + 1)) if first.isdecimal() else ()


def _mood(chosen: Chosen) -> Polarity | None:
    return None if chosen.tab in ("wishes", "contradictions") else chosen.selection.sentiment


def _back(path: str) -> str:
    return path if path.startswith("/themes") and "\\" not in path else "/themes?tab=new"
