"""Watches from a file: whatever form it has, and each wrong key with its place and the way out."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from domain.errors import InvalidSettings
from domain.watches import Watch, WatchedProduct
from tingchao.watch_files import read_watches

TOML = """
[[watch]]
name = "岚川"
brand = "岚川"
aliases = ["LanChuan"]
excluded = ["股票"]
channels = ["duty"]
strength = 2.5
quiet_minutes = 45

[[watch.products]]
url = "https://item.jd.com/1.html"
floor = 1299.10

[[watch.products]]
url = "https://item.jd.com/2.html"
floor = "999"

[[watch]]
name = "北屿"
words = ["北屿空调"]
rival = true
"""
WATCHES = [
    Watch(
        name="岚川",
        brand="岚川",
        aliases=("LanChuan",),
        excluded=("股票",),
        channels=("duty",),
        strength=2.5,
        quiet=timedelta(minutes=45),
        products=(
            WatchedProduct(url="https://item.jd.com/1.html", floor=Decimal("1299.10")),
            WatchedProduct(url="https://item.jd.com/2.html", floor=Decimal(999)),
        ),
    ),
    Watch(name="北屿", words=("北屿空调",), rival=True),
]


def read(tmp_path: Path, text: str, *, name: str = "watches.toml") -> list[Watch | InvalidSettings]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return list(read_watches(path))


def complaint(tmp_path: Path, text: str, *, name: str = "watches.toml") -> str:
    try:
        (found,) = (w for w in read(tmp_path, text, name=name) if isinstance(w, InvalidSettings))
    except InvalidSettings as error:
        found = error
    assert str(found).startswith(str(tmp_path / name))
    return str(found)


def test_tables_become_watches_with_exact_money_and_minutes(tmp_path: Path) -> None:
    assert read(tmp_path, TOML) == WATCHES


def test_what_watch_list_prints_is_read_back(tmp_path: Path) -> None:
    encoded = [msgspec.json.encode(w).decode() for w in WATCHES]
    assert read(tmp_path, "\n".join(encoded) + "\n", name="watches.jsonl") == WATCHES
    assert read(tmp_path, f"[{','.join(encoded)}]", name="watches.json") == WATCHES


def test_a_wrong_key_is_named_with_its_watch_and_the_others_are_read(tmp_path: Path) -> None:
    text = TOML.replace("words =", "word =")
    assert read(tmp_path, text)[0] == WATCHES[0]
    assert "watch 2 (北屿): unknown key 'word'; did you mean 'words'?" in complaint(tmp_path, text)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("floor = 1299.10", "flor = 1299.10", "watch 1 (岚川): product 1: unknown key 'flor'; did you mean 'floor'?"),
        ('aliases = ["LanChuan"]', 'aliases = "LanChuan"', "Expected `array`, got `str` - at `aliases`"),
        ("strength = 2.5", 'strength = "viel"', "strength"),
        ('floor = "999"', 'floor = "一千"', "products[1].floor"),
        ("rival = true", "rival = 1", "rival"),
        ('name = "北屿"', 'label = "北屿"', "watch 2: unknown key 'label'; known here: name, brand"),
        ('name = "北屿"', "", "watch 2: Object missing required field `name`"),
        ("quiet_minutes = 45", 'quiet_minutes = "lang"', "watch 1 (岚川): quiet_minutes is 'lang', expected a number"),
        ("quiet_minutes = 45", "quiet_minutes = nan", "expected a number"),
    ],
)
def test_a_wrong_value_says_where_and_what_was_hoped_for(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert said in complaint(tmp_path, TOML.replace(before, after))


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("[[watch]\nname = 1", "w.toml", "line 1"),
        ('[{"name": "a",}]', "w.json", "line 1 column"),
        ("[[wache]]\nname = 'x'", "w.toml", "unknown key 'wache'"),
        ("", "w.toml", "no watch in it"),
        ("[]", "w.json", "no watch in it"),
        ("[1]", "w.json", "watch 1: expected a table"),
    ],
)
def test_a_file_that_is_none_of_ours_says_so(tmp_path: Path, text: str, name: str, said: str) -> None:
    assert said in complaint(tmp_path, text, name=name)


def test_a_file_in_another_encoding_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_bytes('[[watch]]\nname = "岚川"'.encode("gb18030"))
    with pytest.raises(InvalidSettings, match="not UTF-8: save"):
        list(read_watches(path))
    with pytest.raises(InvalidSettings, match="can't be opened"):
        list(read_watches(tmp_path / "nothing.toml"))
