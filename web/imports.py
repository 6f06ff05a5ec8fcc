"""导入数据: upload a file, look at the guessed columns, confirm, watch it go in, read which lines were refused."""

import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from domain.errors import InvalidInput
from web.shell import Shell, field
from web.uploads import Upload, Uploads

COLUMNS = {
    "id": "编号",
    "bid": "短编号",
    "text": "正文",
    "headline": "标题",
    "rating": "星级",
    "polarity": "好中差评",
    "published_at": "发布时间",
    "sku": "商品编号",
    "product": "商品",
    "brand": "品牌",
    "shop": "店铺",
    "price": "价格",
    "list_price": "划线价",
    "promotions": "促销",
    "in_stock": "库存",
    "currency": "币种",
    "author": "作者（只存哈希）",
    "author_kind": "认证类型",
    "followers": "粉丝数",
    "reposts": "转发数",
    "comments": "评论数",
    "likes": "点赞数",
    "repost_of": "原帖",
    "parent": "上级评论",
    "region": "地区",
    "url": "链接",
    "images": "图片数",
    "variant": "规格",
    "append": "追评",
    "append_at": "追评时间",
    "reply": "商家回复",
    "reply_at": "回复时间",
    "kind": "类型",
    "source": "来源",
    "seen_at": "采集时间",
}


def router(shell: Shell) -> APIRouter:
    """The addresses of the import."""
    routes = APIRouter()
    desk = shell.desk
    uploads = Uploads(folder=desk.folder / "uploads", imports=desk.imports)

    def known(upload_id: str) -> Upload:
        upload = uploads.get(upload_id)
        if upload is None:
            raise HTTPException(404, "没有这次上传：可能产品重启过，请重新上传")
        return upload

    @routes.get("/import", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        return shell.show(request, "import.html", recent=uploads.recent())

    @routes.post("/import")
    def receive(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise InvalidInput("请选择一个文件：CSV、XLSX 或 JSONL，可以是 .gz")
        upload = uploads.receive(sent.filename, lambda target: _copy(sent, target))
        return shell.go(f"/import/{upload.id}")

    @routes.get("/import/{upload_id}", response_class=HTMLResponse)
    def look(request: Request, upload_id: str) -> HTMLResponse:
        upload = known(upload_id)
        guess = desk.imports.preview(upload.path) if upload.state == "waiting" else None
        return shell.show(request, "import_file.html", upload=upload, guess=guess, columns=columns_of(guess))

    @routes.get("/import/{upload_id}/progress", response_class=HTMLResponse)
    def progress(request: Request, upload_id: str) -> HTMLResponse:
        return shell.show(request, "import_progress.html", upload=known(upload_id))

    @routes.post("/import/{upload_id}/start")
    def start(upload_id: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        uploads.start(known(upload_id).id, source=field(form, "source"))
        return shell.go(f"/import/{upload_id}")

    return routes


def _copy(sent: UploadFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(sent.file, out)


def columns_of(guess: Any) -> list[tuple[str, str]]:
    """(our field in Chinese, column of the file) of a guess as `Imports.preview` gives it; empty for none."""
    columns: dict[str, str] = guess.mapping.columns if guess else {}
    return [(COLUMNS.get(field_, field_), column) for field_, column in columns.items()]
