"""导入数据: upload a file, look at the guessed columns, confirm, watch it go in, read which lines were refused."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from domain.errors import InvalidInput
from web.shell import Shell, field
from web.uploads import Upload, Uploads

COLUMNS = {
    "id": "编号",
    "text": "正文",
    "source": "来源",
    "url": "链接",
    "author": "作者",
    "published_at": "发布时间",
    "rating": "星级",
    "brand": "品牌",
    "product": "商品",
    "sku": "商品编号",
    "likes": "点赞",
    "region": "地区",
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
    """(field in Chinese, column of the file) of a guess, the unmapped left out; its shape is `crawlers.imports`' own."""
    mapping = getattr(guess, "mapping", None)
    if mapping is None:
        return []
    pairs = mapping if isinstance(mapping, dict) else attrs.asdict(mapping, recurse=False)
    flat = pairs.get("columns", pairs)
    flat = flat if isinstance(flat, dict) else dict(flat)
    return [(COLUMNS.get(k, k), str(v)) for k, v in flat.items() if v not in (None, "", (), [])]
