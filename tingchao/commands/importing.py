"""tingchao import: files and folders of other tools."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import attrs
import typer

from domain.errors import InvalidInput, TingchaoError
from tingchao.commands.answers import Faults, console, emit, flush, say

SUFFIXES = (".csv", ".tsv", ".xlsx", ".jsonl", ".json", ".csv.gz", ".jsonl.gz")


def add_to(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command("import")(import_files)


def import_files(
    path: Annotated[Path, typer.Argument(help="CSV, XLSX or JSONL (also .gz), a folder of them, or - for stdin")],
    mapping: Annotated[
        str, typer.Option(help="column mapping: a .toml or .json file; without one the columns are guessed")
    ] = "",
    source: Annotated[str, typer.Option(help="name of the source; without one it follows from the file")] = "",
) -> None:
    """Import files of other tools. The same file twice stores nothing twice; bad rows are named, good ones go through.

    Example:  tingchao import reviews.csv
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from tingchao.wiring import working_desk

    faults = Faults()
    with (
        TemporaryDirectory(prefix="tingchao-") as spool,
        working_desk() as desk,
        Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as bar,
    ):
        for file in _files(path, spool):
            task = bar.add_task(f"{file.name}: reading")

            def shown(rows: int, name: str = file.name, task_id: int = task) -> None:
                bar.update(task_id, description=f"{name}: {rows:,} rows read")  # type: ignore[arg-type]  # rich's TaskID is an int

            try:
                report = desk.imports.run(file, source=source, mapping=mapping, progress=shown)
            except TingchaoError as error:
                faults.tell(error)
                continue
            if str(path) == "-":
                report = attrs.evolve(report, file="-")
            emit({**attrs.asdict(report, recurse=False), "refused": [attrs.asdict(r) for r in report.refused]})
            flush()
            for refused in report.refused[:20]:
                say(f"{file.name} line {refused.line}: {refused.why}")
            faults.count += len(report.refused)
            say(
                f"{file.name}: {report.rows:,} rows, {report.stored:,} stored, {report.known:,} known already, "
                f"{len(report.refused):,} refused"
            )
    faults.exit_code()


def _files(path: Path, spool: str) -> list[Path]:
    if str(path) == "-":  # the columns are looked at before the rows are read: stdin can't be read twice
        stdin = Path(spool) / "import"
        with stdin.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        return [stdin]
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.name.lower().endswith(SUFFIXES))
        if not found:
            raise InvalidInput(f"{path}: no file to import in this folder ({', '.join(SUFFIXES)})")
        return found
    if not path.exists():
        raise InvalidInput(f"{path}: no such file")
    return [path]
