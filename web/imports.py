"""导入数据: upload a file, look at its first rows, correct the guessed columns, watch it go in, read which lines were refused."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from domain.errors import InvalidInput, TingchaoError
from flows.import_folder import ImportFolder
from flows.imports import FIELDS, KINDS
from web.shell import Shell, field
from web.uploads import ENDINGS, Upload, Uploads

SAMPLES = 3
LISTED_FILES = 30


@attrs.frozen(kw_only=True)
class Column:
    """One column of an uploaded file as the page shows it."""

    name: str
    field: str
    """Our field, as guessed; empty = not read."""
    samples: tuple[str, ...]
    """Its first values."""


def router(shell: Shell) -> APIRouter:
    """The addresses of the import."""
    routes = APIRouter()
    desk = shell.desk
    uploads = Uploads(folder=desk.folder / "uploads", imports=desk.imports)
    watched = ImportFolder(path=desk.folder / "import", imports=desk.imports)

    def known(upload_id: str) -> Upload:
        upload = uploads.get(upload_id)
        if upload is None:
            raise HTTPException(404, "没有这次上传：可能产品重启过，请重新上传")
        return upload

    def draw(request: Request, upload: Upload, *, fault: str = "") -> HTMLResponse:
        guesses: tuple[Any, ...] = ()
        if upload.state == "waiting":
            try:
                guesses = desk.imports.preview(upload.path)
            except TingchaoError as error:
                fault = str(error).replace(str(upload.path), upload.name)
        return shell.show(
            request,
            "import_file.html",
            status=400 if fault else 200,
            upload=upload,
            guess=guesses[0] if guesses else None,
            others=guesses[1:],
            columns=columns_of(guesses[0]) if guesses else [],
            fields=FIELDS,
            kinds=KINDS,
            fault=fault,
        )

    @routes.get("/import", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        return shell.show(
            request,
            "import.html",
            recent=uploads.recent(),
            files=desk.imports.files.recent(LISTED_FILES),
            folder=watched.path,
            waiting=watched.waiting(),
            refused=watched.refused(),
            mappings=desk.imports.mappings.all(),
            endings=(*ENDINGS, ".gz"),
            kinds=KINDS,
        )

    @routes.post("/import")
    def receive(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise InvalidInput("请选择一个文件：CSV、XLSX、XLS、JSON、JSONL 或 SQLite，可以是 .gz、.zip")
        upload = uploads.receive(sent.filename, lambda target: _copy(sent, target))
        return shell.go(f"/import/{upload.id}")

    @routes.get("/import/{upload_id}", response_class=HTMLResponse)
    def look(request: Request, upload_id: str) -> HTMLResponse:
        return draw(request, known(upload_id))

    @routes.get("/import/{upload_id}/progress", response_class=HTMLResponse)
    def progress(request: Request, upload_id: str) -> HTMLResponse:
        return shell.show(request, "import_progress.html", upload=known(upload_id))

    @routes.post("/import/{upload_id}/start")
    def start(request: Request, upload_id: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        upload = known(upload_id)
        source, name, mapping = field(form, "source"), field(form, "save"), None
        if upload.state == "waiting":
            try:
                guess = desk.imports.preview(upload.path)[0]
                mapping = desk.imports.corrected(
                    guess, columns=chosen_of(form, guess), kind=field(form, "kind"), source=source
                )
                if name:
                    desk.imports.mappings.save(name, mapping)
                if (
                    source == guess.mapping.source
                ):  # as the file says it: then it is the same file from the command line, too
                    source = ""
            except TingchaoError as error:
                return draw(request, upload, fault=str(error))
            if guess.certain and (mapping.kind, mapping.columns) == (guess.mapping.kind, guess.mapping.columns):
                mapping = None  # nothing was corrected: each sheet is read as what it is
        uploads.start(upload.id, source=source, mapping=mapping or "", again=field(form, "again") == "1")
        return shell.go(f"/import/{upload_id}")

    @routes.post("/import/mappings/{name}/remove")
    def forget(name: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        gone = desk.imports.mappings.remove(name)
        return shell.go(
            "/import", said=f"「{name}」已删除；按它导入的内容会保留" if gone else f"没有名为「{name}」的映射"
        )

    return routes


def columns_of(guess: Any) -> list[Column]:
    """The columns of a guess as `Imports.preview` gives it, those that are read first."""
    field_of = {column: name for name, column in guess.mapping.columns.items()}
    found = [
        Column(name=name, field=field_of.get(name, ""), samples=tuple(row[place] for row in guess.rows[:SAMPLES]))
        for place, name in enumerate(guess.header)
    ]
    return sorted(found, key=lambda column: not column.field)


def chosen_of(form: FormData, guess: Any) -> dict[str, str]:
    """Field → column as the form says; every field of the guess that it leaves out is empty. Raises InvalidInput for a field chosen twice."""
    chosen = dict.fromkeys(guess.mapping.columns, "")
    for column in columns_of(guess):
        wanted = form.get(f"column:{column.name}")
        if wanted is None:  # a form without this select changes nothing
            wanted = column.field
        if not isinstance(wanted, str) or not wanted:
            continue
        if wanted not in FIELDS:
            raise InvalidInput(f"没有字段 {wanted!r}")
        if chosen.get(wanted):
            raise InvalidInput(f"「{chosen[wanted]}」和「{column.name}」都选成了{FIELDS[wanted]}；一个字段只能来自一列")
        chosen[wanted] = column.name
    return chosen


def _copy(sent: UploadFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(sent.file, out)
