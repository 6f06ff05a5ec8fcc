"""tingchao word …: the team's own words, which segmentation then keeps whole."""

from typing import Annotated

import typer

from tingchao.commands.answers import emit, flush, say


def add_to(app: typer.Typer) -> None:
    """Put the command group on the app."""
    word = typer.Typer(help="Words of your own that stay whole when texts are cut.", no_args_is_help=True)
    word.command("add")(add)
    word.command("list")(list_words)
    word.command("remove")(remove)
    app.add_typer(word, name="word")


Words = Annotated[list[str], typer.Argument(help="one or more; quote what holds a blank")]


def add(words: Words) -> None:
    """Add words to words.txt of the data folder; a running product takes them up with its next texts.

    Example:  tingchao word add 澜川云境 '云境 Pro'
    """
    from flows.own_words import FILE, add_words
    from tingchao.wiring import changing_folder

    file = changing_folder().made().path / FILE
    fresh = add_words(file, words)
    say(f"已加入 {len(fresh)} 个词，{len(set(words)) - len(fresh)} 个已在 {file} 中；新来的文本即按新词切分")


def list_words() -> None:
    """All own words, one JSON line each, with where they come from: file, settings or watch.

    Example:  tingchao word list
    """
    from flows.own_words import FILE, read_words, words_of
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        from tingchao.settings import load

        sources = {
            "file": read_words(desk.folder / FILE),
            "settings": load(desk.folder).reading.words,
            "watch": words_of(desk.watches.list()),
        }
    for source, words in sources.items():
        for word in words:
            emit({"word": word, "from": source})
    flush()


def remove(words: Words) -> None:
    """Remove words from words.txt; those of settings and watches are changed where they stand.

    Example:  tingchao word remove 澜川云境
    """
    from flows.own_words import FILE, remove_words
    from tingchao.wiring import changing_folder

    gone = remove_words(changing_folder().made().path / FILE, words)
    say(
        f"已去掉 {len(gone)} 个词"
        + (f"；没有：{'、'.join(sorted(set(words) - set(gone)))}" if set(words) - set(gone) else "")
    )
