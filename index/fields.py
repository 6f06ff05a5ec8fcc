"""The fields of the query language: their names in two languages, and what may stand after the colon."""

import difflib
from enum import StrEnum

import attrs

from domain.analysis import Polarity, SeverityClass
from domain.documents import Flag, Kind


class Sort(StrEnum):
    """What a field's value is."""

    TEXT = "text"
    """Part of the normalised text."""
    WORD = "word"
    """A value as a whole."""
    CHOICE = "choice"
    """One of a few values."""
    NUMBER = "number"
    TIME = "time"


@attrs.frozen(kw_only=True)
class Field:
    """One field that people can ask for."""

    name: str
    """As in `index.nodes`."""
    sort: Sort
    aliases: tuple[str, ...] = ()
    """Other names, lower case."""
    choices: tuple[tuple[str, str], ...] = ()
    """Pairs (what people write, stored value) of a CHOICE."""
    whole: bool = False
    """A NUMBER that is always whole."""


SENTIMENTS = (
    *((p.value, p.value) for p in Polarity),
    *(("负面", "negative"), ("负", "negative"), ("差", "negative"), ("中性", "neutral"), ("中", "neutral")),
    *(("正面", "positive"), ("正", "positive"), ("好", "positive")),
)
COUNTED = (("negative", "negative"), ("负面", "negative"))
"""What the monitor counts: surely negative, no filler, no clear spam."""
KINDS = (
    *((k.value, k.value) for k in Kind),
    *(("评价", "review"), ("帖子", "post"), ("微博", "post"), ("评论", "comment"), ("投诉", "complaint")),
)
SEVERITIES = (
    *((s.value, s.value) for s in SeverityClass),
    *(("安全", "safety"), ("群体", "group"), ("监管", "regulator"), ("声誉", "reputation")),
)
FLAGS = (
    *((f.value, f.value) for f in Flag),
    *(("高星差评", "praised_stars"), ("低星好评", "blamed_stars"), ("追评转差", "turned"), ("有偿好评", "paid")),
)

FIELDS = (
    Field(name="text", sort=Sort.TEXT, aliases=("内容", "正文", "文本")),
    Field(name="brand", sort=Sort.WORD, aliases=("品牌",)),
    Field(name="group", sort=Sort.WORD, aliases=("集团", "厂商")),
    Field(name="category", sort=Sort.WORD, aliases=("品类", "类目")),
    Field(name="line", sort=Sort.WORD, aliases=("系列", "产品线")),
    Field(name="model", sort=Sort.WORD, aliases=("型号",)),
    Field(name="product", sort=Sort.WORD, aliases=("产品", "商品")),
    Field(name="sku", sort=Sort.WORD, aliases=("商品号",)),
    Field(name="source", sort=Sort.WORD, aliases=("来源", "平台")),
    Field(name="kind", sort=Sort.CHOICE, aliases=("类型",), choices=KINDS),
    Field(name="sentiment", sort=Sort.CHOICE, aliases=("情感", "情绪"), choices=SENTIMENTS),
    Field(name="counted", sort=Sort.CHOICE, aliases=("计入",), choices=COUNTED),
    Field(name="aspect", sort=Sort.WORD, aliases=("方面",)),
    Field(name="bad", sort=Sort.WORD, aliases=("差评", "问题", "缺点")),
    Field(name="good", sort=Sort.WORD, aliases=("好评", "优点")),
    Field(name="cause", sort=Sort.WORD, aliases=("原因", "病因")),
    Field(name="wish", sort=Sort.WORD, aliases=("愿望", "建议", "希望")),
    Field(name="flag", sort=Sort.CHOICE, aliases=("标记", "矛盾"), choices=FLAGS),
    Field(name="severity", sort=Sort.CHOICE, aliases=("严重", "严重性"), choices=SEVERITIES),
    Field(name="rating", sort=Sort.NUMBER, aliases=("星级", "评分", "星"), whole=True),
    Field(name="score", sort=Sort.NUMBER, aliases=("情感分",)),
    Field(name="spam", sort=Sort.NUMBER, aliases=("水军", "广告")),
    Field(name="published_at", sort=Sort.TIME, aliases=("date", "日期", "时间", "发布")),
    Field(name="since", sort=Sort.TIME, aliases=("起", "自", "从")),
    Field(name="until", sort=Sort.TIME, aliases=("止", "至", "到")),
    Field(name="cluster", sort=Sort.WORD, aliases=("相似",)),
    Field(name="author", sort=Sort.WORD, aliases=("作者",)),
    Field(name="id", sort=Sort.WORD, aliases=("编号",)),
)
_BY_NAME = {name: field for field in FIELDS for name in (field.name, *field.aliases)}


def field_named(name: str) -> Field | None:
    """The field with this name or alias, letters of either case; None = no such field."""
    return _BY_NAME.get(name.lower())


def nearest(name: str) -> str | None:
    """A known name that looks like this one; None = none does."""
    return next(iter(difflib.get_close_matches(name.lower(), _BY_NAME, n=1, cutoff=0.5)), None)
