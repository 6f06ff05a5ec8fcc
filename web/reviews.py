"""差评处理: the work list, and the card of each review with what was done about it."""

from typing import Annotated, Any
from urllib.parse import quote

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from domain.documents import StoredDocument
from domain.errors import InvalidInput
from domain.handling import HandlingState
from domain.times import shanghai
from flows.evidence import Piece as Proof
from flows.export import COLUMNS, FORMATS
from flows.reviews import Change
from flows.worklist import Asked, handling_row
from web.downloads import download
from web.evidence import shown_for
from web.rendering import address
from web.shell import WHO, YEAR_S, Shell, field
from web.themes import STARS, Chosen, chosen_of

PAGE_ROWS = 30
STATES = {"": "全部", **{state.value: "" for state in HandlingState}}


@attrs.frozen(kw_only=True)
class Wanted:
    """What a work list was asked for, and how an address says it."""

    chosen: Chosen
    aspect: str
    state: str
    owner: str
    cause: str

    @property
    def params(self) -> dict[str, str]:
        """What an address carries to ask the same again."""
        own = {"aspect": self.aspect, "state": self.state, "owner": self.owner, "cause": self.cause}
        return {**self.chosen.params, **{k: v for k, v in own.items() if v}}

    def at(self, path: str, **changed: str) -> str:
        """An address that asks the same, with changes; an empty value takes a part away."""
        return address(path, self.params, **changed)

    @property
    def asked(self) -> Asked:
        """As the flow takes it."""
        state = HandlingState(self.state) if self.state else None
        return Asked(
            selection=self.chosen.selection, aspect=self.aspect, state=state, owner=self.owner, cause=self.cause
        )


def router(shell: Shell) -> APIRouter:
    """The addresses of the work list and the cards."""
    routes = APIRouter()
    desk = shell.desk

    def wanted(request: Request) -> Wanted:
        params = request.query_params
        state = params.get("state", "")
        if state not in STATES:
            raise InvalidInput(f"没有 {state!r} 这种处理状态：可选 {'、'.join(s for s in STATES if s)}")
        return Wanted(
            chosen=chosen_of(params, shell.now, search=desk.search),
            aspect=params.get("aspect", "").strip(),
            state=state,
            owner=params.get("owner", "").strip(),
            cause=params.get("cause", "").strip(),
        )

    @routes.get("/reviews", response_class=HTMLResponse)
    def worklist(request: Request, after: str = "") -> HTMLResponse:
        asked = wanted(request)
        everything = desk.search.find("", limit=1).facets
        choices = {name: [v for v, _ in everything.get(name, [])] for name in ("brand", "category", "source", "bad")}
        work = desk.worklist.page(asked.asked, limit=PAGE_ROWS, after=after)
        return shell.show(request, "worklist.html", asked=asked, work=work, choices=choices, stars=STARS)

    @routes.get("/reviews/more", response_class=HTMLResponse)
    def more(request: Request, after: str) -> HTMLResponse:
        asked = wanted(request)
        work = desk.worklist.page(asked.asked, limit=PAGE_ROWS, after=after)
        return shell.show(request, "worklist_rows.html", asked=asked, work=work)

    @routes.get("/reviews/rows.{form}")
    def rows(request: Request, form: str) -> Response:
        if form not in FORMATS:
            raise HTTPException(404, f"没有 {form} 这种格式")
        found = map(handling_row, desk.worklist.every(wanted(request).asked))
        name = f"tingchao-handling-{shanghai(shell.now):%Y%m%d-%H%M}"
        return download(found, form=form, name=name, columns=COLUMNS["handling"])

    @routes.post("/reviews/handle")
    def handle(request: Request, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        document_id, by = field(form, "document"), field(form, "by")
        desk.reviews.handle(document_id, change_of(form))
        response: Response
        if request.headers.get("hx-request"):
            response = shell.show(request, "review_handling.html", card=desk.reviews.card(document_id))
        else:
            response = shell.go(f"/reviews/{quote(document_id)}", said="已记录")
        response.set_cookie(WHO, quote(by[:40]), max_age=YEAR_S, httponly=True, samesite="strict")
        return response

    @routes.get("/reviews/{document_id:path}", response_class=HTMLResponse)
    def card(request: Request, document_id: str) -> HTMLResponse:
        found = desk.reviews.card(document_id)
        if found is None:
            raise HTTPException(404, "没有这条内容：可能已按删除请求移除，或随演示数据清除")
        return shell.show(
            request,
            "review.html",
            card=found,
            proofs=proofs(found.document),
            pictures=shown_for(desk, (document_id,)),
        )

    def proofs(document: StoredDocument) -> list[Proof]:
        return [p for p in desk.evidence.of(document.id) if p.kind == "answer"] if desk.evidence else []

    return routes


def change_of(form: FormData) -> Change:
    """What a handling form says; a field that it does not have leaves that part as it is. Raises InvalidInput."""
    state = field(form, "state")
    if state not in STATES:
        raise InvalidInput(f"没有 {state!r} 这种处理状态")
    cause: Any = field(form, "cause") if "cause" in form else None
    if cause == "*":  # another one than those offered
        cause = field(form, "other_cause")
    return Change(
        by=field(form, "by"),
        state=HandlingState(state) if state else None,
        owner=field(form, "owner") if "owner" in form else None,
        cause=cause,
        note=field(form, "note"),
    )
