"""Mappings are guessed by column names, saved as values, and never read another tool's judgement."""

from pathlib import Path

import pytest

from crawlers.imports.cells import BadCell, count, money, stars
from crawlers.imports.guessing import guess_columns
from crawlers.imports.mapping import load_mapping, mapping_from, values_of
from crawlers.imports.sources import source_of
from domain.errors import InvalidSettings


@pytest.mark.parametrize(
    "name", ["label", "Label", "sentiment", "情感", "情感倾向", "正负", "正负面", "polarity", "情绪（人工）"]
)
def test_a_label_like_column_is_never_read(name: str) -> None:
    guessed = guess_columns(["text", name], [{"text": "好", name: "1"}])
    assert name not in guessed.mapping.columns.values()
    assert name in guessed.ignored
    with pytest.raises(InvalidSettings, match="never read"):
        mapping_from({"kind": "reviews", "columns": {"text": "text", "rating": name}}, where="test")


def test_a_bare_score_is_stars_only_where_it_looks_like_stars() -> None:
    assert guess_columns(["content", "score"], [{"score": 5}, {"score": "1"}]).mapping.columns["rating"] == "score"
    assert "rating" not in guess_columns(["content", "score"], [{"score": "0.93"}, {"score": 1}]).mapping.columns


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["text", "stars", "sku"], "reviews"),
        (["评论内容", "评分", "店铺", "价格"], "reviews"),
        (["标题", "正文", "转发数", "粉丝数"], "posts"),
        (["商品名称", "价格", "店铺"], "prices"),
        (["title", "price"], "prices"),
        (["评价内容"], "reviews"),
    ],
)
def test_the_columns_say_what_kind_of_rows_a_file_has(header: list[str], kind: str) -> None:
    guessed = guess_columns(header, [])
    assert (guessed.mapping.kind, guessed.certain) == (kind, True)


def test_a_saved_mapping_comes_back_as_it_was(tmp_path: Path) -> None:
    mapping = guess_columns(["评价内容", "星级", "评价时间"], []).mapping
    assert mapping_from(values_of(mapping), where="values") == mapping
    saved = tmp_path / "shop.toml"
    saved.write_text(
        'kind = "reviews"\n[columns]\ntext = "评价内容"\nrating = "星级"\npublished_at = "评价时间"\n', "utf-8"
    )
    assert load_mapping(saved) == mapping


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "tweets", "columns": {"text": "a"}}, "kind is 'tweets'"),
        ({"kind": "posts", "columns": {}}, "columns must be a table"),
        ({"kind": "posts", "columns": {"words": "a"}}, "no field 'words'"),
        ({"kind": "posts", "columns": {"text": "a"}, "colour": 1}, "unknown key 'colour'"),
    ],
)
def test_a_wrong_mapping_names_the_key_and_what_was_hoped_for(values: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        mapping_from(values, where="shop.toml")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("jd_aircon.csv.gz", "jd"),
        ("/x/微博导出2026.xlsx", "weibo"),
        ("门店回访.xlsx", "门店回访"),
        ("Call Center.csv", "call_center"),
        (".csv", "import"),
    ],
)
def test_a_source_takes_its_name_from_the_file(name: str, source: str) -> None:
    assert source_of(name) == source


@pytest.mark.parametrize(
    ("cell", "value"),
    [("5", 5), (4.0, 4), ("3星", 3), ("五星", 5), ("★★★★☆", 4), ("score2", 2), ("0", None), ("", None)],
)
def test_stars_are_read_as_people_write_them(cell: object, value: int | None) -> None:
    assert stars(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("￥1,299.00", "1299.00"),
        ("1299元起", "1299.00"),
        (46.5, "46.50"),
        ("-1.00", None),
        ("0", None),
        ("暂无报价", None),
    ],
)
def test_money_is_exact_yuan_or_nothing(cell: object, value: str | None) -> None:
    amount = money(cell, "价格")
    assert (str(amount) if amount is not None else None) == value


def test_money_without_an_amount_is_refused() -> None:
    with pytest.raises(BadCell, match="不是金额"):
        money("面议", "价格")


@pytest.mark.parametrize(
    ("cell", "value"), [("1.2万", 12_000), ("100万+", 1_000_000), (7, 7), ("1,024", 1024), ("很多", None), (None, None)]
)
def test_counts_are_whole_numbers_or_unknown(cell: object, value: int | None) -> None:
    assert count(cell) == value


def test_a_file_fetched_again_is_the_same_source_so_its_rows_keep_their_ids() -> None:
    assert {source_of(n) for n in ("回访.csv", "回访 (1).csv", "回访(2).xlsx", "回访 - 副本.csv")} == {"回访"}
    assert source_of("jd_评价 (3).csv.gz") == "jd"
    assert source_of("(1).csv") == "import"
