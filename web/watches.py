"""监测我的品牌: the list of watches, the form, the live preview of its matches, and a test message."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, QueryParams

from domain.errors import InvalidInput
from domain.prices import yuan
from domain.watches import Watch, WatchedProduct
from flows.own_words import FILE, add_words, read_words, remove_words
from web.prices import yuan_of
from web.shell import Shell

PREVIEW_ROWS = 6
DEFAULTS = Watch(name="")


def router(shell: Shell) -> APIRouter:
    """The addresses of the watches."""
    routes = APIRouter()
    desk = shell.desk

    words_file = desk.folder / FILE

    def draw(request: Request, *, draft: Watch, fault: str = "", words_fault: str = "") -> HTMLResponse:
        return shell.show(
            request,
            "watches.html",
            status=400 if fault or words_fault else 200,
            watches=desk.watch_list.all(),
            draft=draft,
            products=products_text(draft),
            own_words=read_words(words_file),
            words_fault=words_fault,
            fault=fault,
            sources=desk.feeds(),
            channels=desk.notifiers,
        )

    @routes.get("/watches", response_class=HTMLResponse)
    def watches(request: Request, edit: str = "", brand: str = "") -> HTMLResponse:
        draft = next((w for w in desk.watch_list.all() if w.name == edit), None)
        return draw(request, draft=draft or Watch(name=brand, brand=brand))

    @routes.post("/watches")
    def save(request: Request, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        draft = Watch(name="")
        try:
            draft = watch_of(form)
            matched = desk.watch_list.save(draft)
        except InvalidInput as error:
            return draw(request, draft=draft, fault=str(error))
        return shell.go("/watches", said=f"「{draft.name}」已保存，历史中有 {matched:,} 条相关内容")

    @routes.get("/watches/preview", response_class=HTMLResponse)
    def preview(request: Request) -> HTMLResponse:
        draft = _draft(request.query_params)
        return shell.show(
            request,
            "watch_preview.html",
            draft=draft,
            preview=desk.watch_list.preview(draft, limit=PREVIEW_ROWS),
            promises=desk.overview.promises(also=draft) if draft.terms or draft.products else (),
        )

    @routes.post("/watches/{name}/remove")
    def remove(name: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        if not desk.watch_list.remove(name):
            raise HTTPException(404, f"没有名为 {name} 的监测")
        return shell.go("/watches", said=f"「{name}」已删除；已采集的内容仍然保留")

    @routes.post("/words")
    def add_own_words(request: Request, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        try:
            fresh = add_words(words_file, listed(_text(form, "words")))
        except InvalidInput as error:
            return draw(request, draft=DEFAULTS, words_fault=str(error))
        return shell.go("/watches", said=f"加入了 {len(fresh)} 个词；新来的文本按新词切分")

    @routes.post("/words/remove")
    def remove_own_word(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        if not remove_words(words_file, [_text(form, "word")]):
            raise HTTPException(404, "词表里没有这个词")
        return shell.go("/watches", said="已删除；新来的文本不再按它切分")

    @routes.post("/channels/{channel}/test")
    def test_message(request: Request, channel: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        delivery = desk.watch_list.test_message(channel)
        if request.headers.get("hx-request"):
            return shell.show(request, "watch_tested.html", delivery=delivery)
        return shell.go(
            "/watches", said=f"{channel}：{'已送达' if delivery.outcome == 'delivered' else delivery.detail}"
        )

    return routes


def _draft(form: QueryParams) -> Watch:
    """What is typed so far; a product line that is not finished yet is left out with all of them."""
    try:
        return watch_of(form)
    except InvalidInput:
        return watch_of(form, with_products=False)


def watch_of(form: FormData | QueryParams, *, with_products: bool = True) -> Watch:
    """The watch that a form describes. Raises InvalidInput for a figure or address that is none."""
    brand = _text(form, "brand")
    return Watch(
        name=_text(form, "name") or brand,
        brand=brand,
        rival=bool(_text(form, "rival")),
        aliases=listed(_text(form, "aliases")),
        words=listed(_text(form, "words")),
        excluded=listed(_text(form, "excluded")),
        products=products_of(_text(form, "products")) if with_products else (),
        sources=tuple(str(v) for v in form.getlist("sources")),
        channels=tuple(str(v) for v in form.getlist("channels")),
        minimum_authors=int(_number(form, "minimum_authors", DEFAULTS.minimum_authors, 1, 10_000)),
        strength=_number(form, "strength", DEFAULTS.strength, 1, 100),
        quiet=timedelta(minutes=_number(form, "quiet_minutes", DEFAULTS.quiet.total_seconds() / 60, 0, 1_440)),
    )


def listed(text: str) -> tuple[str, ...]:
    """Words that people separate as they like: commas, 、, semicolons, new lines."""
    return tuple(dict.fromkeys(w.strip() for w in re.split(r"[,，、;；\n]", text) if w.strip()))


def products_of(text: str) -> tuple[WatchedProduct, ...]:
    """Products from lines `address[ floor[ title]]`. Raises InvalidInput with the line for an address or amount that is none."""
    return tuple(_product(line, number) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def products_text(watch: Watch) -> str:
    """The lines that `products_of` reads."""
    return "\n".join(" ".join(p for p in (w.url, yuan(w.floor) or "", w.title) if p) for w in watch.products)


def _product(line: str, number: int) -> WatchedProduct:
    url, *rest = re.split(r"[\s,，]+", line.strip(), maxsplit=1)
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(f"商品链接第 {number} 行应以 https:// 开头：{url[:60]!r}")
    floor, title = _floor_and_title(rest[0] if rest else "")
    return WatchedProduct(url=url, floor=floor, title=title)


def _floor_and_title(rest: str) -> tuple[Decimal | None, str]:
    first, *title = re.split(r"[\s,，]+", rest.strip(), maxsplit=1)
    if re.fullmatch(r"[¥￥]?[\d.]+", first):
        return yuan_of(first), title[0] if title else ""
    return None, rest.strip()


def _text(form: FormData | QueryParams, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _number(form: FormData | QueryParams, name: str, default: float, low: float, high: float) -> float:
    text = _text(form, name)
    try:
        value = float(text) if text else float(default)
    except ValueError:
        raise InvalidInput(f"{text!r} 不是数字") from None
    if not low <= value <= high:
        raise InvalidInput(f"{text} 超出范围：应在 {low:g} 到 {high:g} 之间")
    return value
