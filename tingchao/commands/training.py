"""Commands that make the reading one's own: train, model list, use and remove."""

import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from domain.errors import InvalidInput, MissingExtra
from tingchao.commands.answers import Faults, emit, flush, say
from tingchao.commands.evaluating import tell_faults

_GUARD_POSTS = 3_000


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(train)
    model = typer.Typer(help="Sentiment models trained on your own reviews.", no_args_is_help=True)
    model.command("list")(model_list)
    model.command("use")(model_use)
    model.command("remove")(model_remove)
    app.add_typer(model, name="model")


def train(
    source: Annotated[Path, typer.Option("--from", help="CSV, JSON Lines or XLSX of your reviews (.gz too)")],
    stars: Annotated[str, typer.Option(help="column of 1–5 stars: 1–2 negative, 3 neutral, 4–5 positive")] = "",
    text: Annotated[str, typer.Option(help="column of the text; default: found by its name")] = "",
    label: Annotated[str, typer.Option(help="column of labels, instead of stars")] = "",
    encoding: Annotated[str, typer.Option(help="of the file; default: found out (UTF-8, GB18030 …)")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="measure and report, install nothing")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="the report as JSON on stdout")] = False,
) -> None:
    """Train the sentiment model further on your own star-labelled reviews; a model that is not better is not installed.

    Exit 0 = installed (or would be), 1 = refused, 2 = some rows or the file could not be read.

    Example:  tingchao train --from reviews.csv --stars stars --dry-run
    """
    from flows.labelled import Columns, read_labelled
    from flows.own_training import cleaned, learned
    from nlp.sentiment import load_model
    from tingchao.folders import real_folder
    from tingchao.own_models import free_name, install

    if find_spec("scipy") is None or find_spec("sklearn") is None:
        raise MissingExtra("train", "tingchao train")
    if not stars and not label:
        raise InvalidInput("say which column holds the stars: --stars COLUMN (or --label COLUMN for labels)")
    faults, folder = Faults(), real_folder()
    rows = read_labelled(source, Columns(text=text, label=label, stars=stars, encoding=encoding))
    tell_faults(faults, rows.faults, str(source))
    kept = cleaned(rows)
    name = free_name(folder.path, f"{_today():%Y%m%d}")
    base = load_model()
    say(f"learning from {len(kept.rows.texts)} reviews …")
    outcome = learned(kept, base=base, version=f"{base.version}+{name}", guards=_guards())
    report = {
        "file": str(source),
        "read": len(rows.texts) + len(rows.faults),
        "refused": len(rows.faults),
        "default_texts": kept.default_texts,
        "copies": kept.copies,
        "contradictions": kept.contradictions,
        "learnt_from": kept.counts(),
        "held_out": _pair(outcome.own),
        "guards": {guard: _pair(pair) for guard, pair in outcome.guards.items()},
        "accepted": outcome.verdict.accepted,
        "reasons": outcome.verdict.reasons,
        "model": outcome.model.version,
        "installed": outcome.verdict.accepted and not dry_run,
    }
    if report["installed"]:
        notes = {"base": base.version, "own_rows": len(kept.rows.texts), "report": report}
        install(folder.path, name, lambda place: _save(outcome.model, place, notes))
    if jsonl:
        emit(report)
    else:
        from tingchao.commands.training_tables import show

        show(report, base=base.version)
    flush()
    if not outcome.verdict.accepted:
        raise typer.Exit(1)
    faults.exit_code()


def model_list(jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines on stdout")] = False) -> None:
    """List your own models beside the shipped one; * is in use.

    Example:  tingchao model list
    """
    for row in _models():
        if jsonl:
            emit(row)
        else:
            mark = "*" if row["chosen"] else " "
            sys.stdout.write(f"{mark} {row['name']:<18} {row['version']:<32} {row['rows'] or ''}\n")
    flush()


def model_use(name: Annotated[str, typer.Argument(help="own-20261122, or shipped")]) -> None:
    """Read with this model from now on; texts that are stored keep the score and version they have.

    Example:  tingchao model use shipped
    """
    from tingchao.folders import real_folder
    from tingchao.own_models import choose

    choose(real_folder().path, name)
    say(f"{name} is in use")


def model_remove(name: Annotated[str, typer.Argument(help="own-20261122")]) -> None:
    """Delete one of your own models that is not in use.

    Example:  tingchao model remove own-20261122
    """
    from tingchao.folders import real_folder
    from tingchao.own_models import remove

    remove(real_folder().path, name)
    say(f"{name} is removed")


def _models() -> Iterator[dict[str, Any]]:
    from nlp.sentiment import load_model
    from tingchao.folders import real_folder
    from tingchao.own_models import SHIPPED, chosen_name, installed

    folder = real_folder().path
    shipped = load_model().version
    yield {"name": SHIPPED, "version": shipped, "base": shipped, "rows": 0, "chosen": chosen_name(folder) == SHIPPED}
    for model in installed(folder):
        yield attrs.asdict(model)


def _guards() -> dict[str, Any]:
    """Other texts than the customer's, on which a new model must not collapse."""
    import numpy as np

    from flows.labelled import Columns, read_labelled
    from nlp.composed import compose
    from tingchao.shipped_sets import HARD_TEXTS

    hard = read_labelled(HARD_TEXTS, Columns())
    posts = compose(_GUARD_POSTS, unseen=True)
    return {
        "难例": (hard.texts, hard.labels),
        "日常帖子": ([post.text for post in posts], np.array([post.mood for post in posts], np.int64)),
    }


def _pair(pair: Any) -> dict[str, Any]:
    names = ("rows", "two_class", "accuracy", "macro_f1", "negative_recall", "ece")
    sides = {side: {name: getattr(getattr(pair, side), name) for name in names} for side in ("old", "new")}
    return sides | {
        "gain": {name: [gain.value, gain.low, gain.high] for name, gain in pair.gains.items()},
        "slices": {
            part: {"rows": old.rows, "old": old.accuracy, "new": new.accuracy}
            for part, (old, new) in pair.slices.items()
        },
    }


def _save(model: Any, place: Path, notes: Mapping[str, Any]) -> None:
    from nlp.training import save

    save(model, place, **notes)


def _today() -> Any:
    from domain.times import SystemClock, shanghai

    return shanghai(SystemClock().now())
