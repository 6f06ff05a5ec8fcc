"""tingchao import, tingchao mapping: files and folders of other tools, and how their columns are read."""

import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from domain.errors import InvalidInput, TingchaoError
from domain.times import shanghai
from tingchao.commands.answers import Faults, console, emit, flush, say

if TYPE_CHECKING:
    from crawlers.imports.mapping import Guess, Mapping
    from flows.desk import Desk
    from flows.imports import ImportReport

SUFFIXES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl", ".json", ".db", ".sqlite", ".sqlite3", ".zip")
PACKED = (".csv.gz", ".tsv.gz", ".jsonl.gz", ".json.gz", ".xlsx.gz")
SETTLE_S = 1.0
TOLD = 20


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command("import")(import_files)
    group = typer.Typer(help="Saved column mappings of imports.", no_args_is_help=True)
    group.command("list")(list_mappings)
    group.command("show")(show_mapping)
    group.command("remove")(remove_mapping)
    app.add_typer(group, name="mapping")


@attrs.frozen(kw_only=True)
class _Way:
    """How the files of one call are to be read."""

    mapping: str
    source: str
    columns: dict[str, str]
    kind: str
    save: str
    again: bool


def import_files(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="CSV, XLSX, XLS, JSON, JSONL, SQLite (also .gz, .zip), a folder of them, or - for stdin; without one: the watched import folder, once"
        ),
    ] = None,
    mapping: Annotated[
        str, typer.Option(help="saved column mapping, or a .toml or .json file; without one the columns are guessed")
    ] = "",
    source: Annotated[str, typer.Option(help="name of the source; without one it follows from the file")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="field=column: corrects the guess, such as text=顾客说; field= leaves it out; repeat"),
    ] = None,
    kind: Annotated[str, typer.Option(help="reviews, posts, comments, complaints, prices; corrects the guess")] = "",
    save_mapping: Annotated[
        str, typer.Option(help="save the mapping under this name: used for the same headings")
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help="show what would be read, import nothing")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="store a file even if the same one was imported before")
    ] = False,
) -> None:
    """Import files of other tools. The same file twice stores nothing twice; bad rows are named, good ones go through.

    Example:  tingchao import reviews.csv
    """
    from tingchao.wiring import working_desk

    way = _Way(
        mapping=mapping, source=source, columns=_columns(column or []), kind=kind, save=save_mapping, again=again
    )
    faults = Faults()
    with TemporaryDirectory(prefix="tingchao-") as spool, working_desk() as desk:
        if path is None:
            _take_folder(faults)
        else:
            for file in _files(path, spool):
                shown = "-" if str(path) == "-" else str(file)
                try:
                    if preview:
                        _show_guess(desk, file, shown, way)
                    else:
                        _import_one(desk, file, shown, way, faults)
                except TingchaoError as error:
                    faults.tell(error)
    faults.exit_code()


def list_mappings() -> None:
    """The saved mappings: {"name","kind","source","columns"} a line.

    Example:  tingchao mapping list
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        for name, mapping in desk.imports.mappings.all().items():
            emit({"name": name, "kind": mapping.kind, "source": mapping.source, "columns": mapping.columns})


def show_mapping(name: Annotated[str, typer.Argument(help="as `mapping list` gives it")]) -> None:
    """One saved mapping as TOML, ready for `--mapping FILE.toml` elsewhere.

    Example:  tingchao mapping show 门店 > 门店.toml
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        typer.echo(_toml(_saved(desk, name)), nl=False)


def remove_mapping(name: Annotated[str, typer.Argument(help="as `mapping list` gives it")]) -> None:
    """Forget a saved mapping; what was imported by it stays.

    Example:  tingchao mapping remove 门店
    """
    from tingchao.wiring import working_desk

    with working_desk() as desk:
        _saved(desk, name)
        desk.imports.mappings.remove(name)
        say(f"mapping {name} removed")


def _import_one(desk: "Desk", file: Path, shown: str, way: _Way, faults: Faults) -> None:
    from rich.progress import Progress, SpinnerColumn, TextColumn

    chosen = _chosen(desk, file, way)
    with ExitStack() as stack:
        bar = stack.enter_context(
            Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                console=console,
                transient=True,
                disable=not console.is_terminal,
            )
        )
        task = bar.add_task(f"{file.name}: reading")

        def told(rows: int) -> None:
            bar.update(task, description=f"{file.name}: {rows:,} rows read")

        report = desk.imports.run(file, source=way.source, mapping=chosen, again=way.again, progress=told)
    if way.save and not isinstance(chosen, str):
        desk.imports.mappings.save(way.save, chosen)
        say(f"mapping saved as {way.save}: files with the same headings are read by it")
    _tell(attrs.evolve(report, file=shown), faults)


def _chosen(desk: "Desk", file: Path, way: _Way) -> "str | Mapping":
    """The mapping that a person asks for; empty = the file speaks for itself."""
    from crawlers.imports.mapping import corrected

    if way.mapping and not (way.columns or way.kind):
        return way.mapping
    guess = _first(desk, file, way)
    if way.columns or way.kind or way.save:
        return corrected(guess, columns=way.columns, kind=way.kind, source=way.source)
    if guess.certain or not (sys.stdin.isatty() and console.is_terminal):
        return ""
    return _asked(guess, way)


def _first(desk: "Desk", file: Path, way: _Way) -> "Guess":
    guess = desk.imports.preview(file)[0]
    if way.mapping:
        mapping = _saved(desk, way.mapping)
        guess = attrs.evolve(guess, mapping=mapping, certain=True, why=f"mapping {way.mapping}")
    return guess


def _asked(guess: "Guess", way: _Way) -> "Mapping":
    """On a terminal: shows what is not certain and asks for the one column that must be known."""
    from crawlers.imports.mapping import corrected

    say(guess.why)
    for name, *values in zip(guess.header, *guess.rows[:3], strict=True):
        say(f"  {name}: {' | '.join(values)}")
    needed = "price" if guess.mapping.kind == "prices" else "text"
    column = typer.prompt(
        f"which column is the {needed}?", default=guess.mapping.columns.get(needed, guess.header[0]), err=True
    )
    return corrected(guess, columns={needed: column.strip()}, source=way.source)


def _show_guess(desk: "Desk", file: Path, shown: str, way: _Way) -> None:
    """The guess of each sheet: what it is, which column is what, what is left out, and the first rows."""
    from crawlers.imports.mapping import corrected

    for guess in desk.imports.preview(file):
        mapping = guess.mapping
        if way.columns or way.kind:
            mapping = corrected(guess, columns=way.columns, kind=way.kind, source=way.source)
        emit(
            {
                "file": shown,
                "sheet": guess.sheet,
                "layout": guess.layout,
                "mapping": guess.saved,
                "certain": guess.certain,
                "why": guess.why,
                "kind": mapping.kind,
                "source": way.source or mapping.source,
                "columns": mapping.columns,
                "ignored": [name for name in guess.header if name not in mapping.columns.values()],
                "rows": [dict(zip(guess.header, row, strict=True)) for row in guess.rows],
            }
        )
    flush()


def _tell(report: "ImportReport", faults: Faults) -> None:
    row: dict[str, Any] = {name: getattr(report, name) for name in ("file", "rows", "stored", "known")}
    row["refused"] = [attrs.asdict(refused) for refused in report.refused]
    if report.notes:
        row["notes"] = [attrs.asdict(note) for note in report.notes]
    emit(row)
    flush()
    name = Path(report.file).name
    for refused in report.refused[:TOLD]:
        say(f"{name} line {refused.line}: {refused.why}")
    for note in report.notes[:TOLD]:
        say(f"{name} line {note.line}: {note.why}" if note.line else f"{name}: {note.why}")
    faults.count += len(report.refused)
    if report.before:
        say(
            f"{name}: the same file was imported on {shanghai(report.before.imported_at):%Y-%m-%d %H:%M} as {report.before.name}; "
            "nothing was stored (--again stores it all the same)"
        )
    say(
        f"{name}: {report.rows:,} rows, {report.stored:,} stored, {report.known:,} known already, "
        f"{len(report.refused):,} refused"
    )


def _take_folder(faults: Faults) -> None:
    """The watched folder, once; what is still being written stays for the next time."""
    from tingchao.importing import folder_held, import_folder
    from tingchao.wiring import changing_folder, opened

    folder = changing_folder()
    with opened(folder) as house, folder_held(folder):
        watched = import_folder(folder, house.desk.imports)
        watched.take()
        time.sleep(SETTLE_S)
        taken = watched.take()
        for one in taken:
            if one.report is None:
                faults.tell(InvalidInput(f"{one.name}: {one.why}"))
            else:
                _tell(attrs.evolve(one.report, file=one.name), faults)
        if not taken:
            say(f"{folder.imports}: nothing to import; put files or folders here, or name a file")


def _files(path: Path, spool: str) -> list[Path]:
    if str(path) == "-":  # the columns are looked at before the rows are read: stdin can't be read twice
        stdin = Path(spool) / "import"
        with stdin.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        return [stdin]
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith((*SUFFIXES, *PACKED)))
        if not found:
            raise InvalidInput(f"{path}: no file to import in this folder ({', '.join((*SUFFIXES, *PACKED))})")
        return found
    if not path.exists():
        raise InvalidInput(f"{path}: no such file")
    return [path]


def _columns(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in given:
        field, equals, name = pair.partition("=")
        if not equals or not field.strip():
            raise InvalidInput(f"--column {pair!r}: expected field=column, such as text=顾客说")
        found[field.strip()] = name.strip()
    return found


def _saved(desk: "Desk", name: str) -> "Mapping":
    mapping = desk.imports.mappings.get(name)
    if mapping is None:
        known = "、".join(desk.imports.mappings.all()) or "none is saved"
        raise InvalidInput(f"no saved mapping named {name!r}; saved: {known}")
    return mapping


def _toml(mapping: "Mapping") -> str:
    import json

    lines = [f"kind = {json.dumps(mapping.kind)}"]
    lines += [f"{key} = {_quoted(getattr(mapping, key))}" for key in ("source", "encoding") if getattr(mapping, key)]
    if mapping.header:
        lines.append(f"header = [{', '.join(map(_quoted, mapping.header))}]")
    lines += ["", "[columns]", *(f"{field} = {_quoted(name)}" for field, name in mapping.columns.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are among TOML's."""
    import json

    return json.dumps(text, ensure_ascii=False)
