"""Which column of another tool's file is which of our fields: guessed from the header, or saved by a person."""

import re
import tomllib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import msgspec

from domain.errors import InvalidSettings

KINDS = ("reviews", "posts", "comments", "prices", "documents")
NEVER_READ = frozenset(
    [
        "label",
        "labels",
        "sentiment",
        "sentiments",
        "emotion",
        "emotions",
        "target",
        "polarity",
        "标签",
        "情感",
        "情感倾向",
        "情感极性",
        "情感标签",
        "情感分类",
        "情绪",
        "情绪标签",
        "正负",
        "正负面",
        "正负向",
        "极性",
        "倾向",
        "倾向性",
        "调性",
        "褒贬",
        "positive",
        "negative",
        "pos",
        "neg",
        "是否负面",
        "敏感",
        "敏感度",
    ]
)
"""Another tool's judgement of a text: never read, our own reading decides."""

ALIASES: dict[str, str] = {
    "id": "id mid postid noteid awemeid videoid contentid commentid reviewid weiboid 编号 序号id 评价id 评论id 评论编号 评价编号 微博id 文章id 帖子id 笔记id 作品id 投诉编号 工单号 工单编号",
    "bid": "bid 短id mblogid",
    "text": "text content review reviewtext comment commenttext body 正文 内容 评价内容 评论内容 评论正文 评价 评论 微博正文 微博内容 文本 全文 全文内容 desc 笔记内容 contenttext 投诉内容 问题描述 反馈内容 留言内容 原文 原文内容 首次评价 初评内容 commentdata ratecontent 评价详情 评论详情",
    "headline": "title headline 标题 笔记标题 文章标题 投诉标题 主题",
    "rating": "rating stars star 星级 评分 评价星级 打分 commentscore 得分 评价分数 评分星级 分数 满意度 score",
    "polarity": "评价类型 评价等级 评论类型 评论等级 好中差评",
    "published_at": "publishedat time date datetime createdat createtime creationtime pubdate publishtime createdatetime 时间 日期 发布时间 评价时间 评论时间 发表时间 创建时间 初评时间 投诉时间 评价日期 评论日期 发布日期 commentdate ratedate 首次评价时间 posttime 发帖时间",
    "sku": "sku skuid productid goodsid itemid referenceid 商品编号 商品id 商品编码 货号 sku编号 sku编码 skuid编号 宝贝id 产品编号 商家编码",
    "product": "product productname goods goodsname item itemname referencename 商品名称 商品标题 商品 产品 产品名称 宝贝标题 宝贝名称 型号名称 品名",
    "brand": "brand brandname 品牌 品牌名称",
    "shop": "shop shopname store seller 店铺 店铺名称 卖家 商家 商家名称 渠道",
    "price": "price 价格 售价 到手价 现价 成交价 活动价 促销价 销售价 页面价 券后价 jdprice",
    "list_price": "listprice 原价 划线价 市场价 吊牌价 标价 指导价 官方价",
    "promotions": "promotions promotion 促销 促销信息 优惠 优惠信息 活动",
    "in_stock": "instock stock 有货 库存状态 是否有货 库存",
    "currency": "currency 币种 货币",
    "author": "userid authorid uid 用户id 作者id 会员id author",
    "author_name": "authorname nickname screenname username 作者 用户 买家 用户名 会员名 昵称 用户昵称 买家昵称 买家会员名 评价人 博主 发布者 发布人 账号 账号名称",
    "author_kind": "authorkind userauthentication verifiedtype 认证类型 用户认证 认证",
    "followers": "followers followerscount 粉丝数 粉丝 粉丝量",
    "reposts": "reposts repostscount 转发数 转发 转发量 sharedcount sharecount 分享数",
    "comments": "comments commentscount commentcount 评论数 评论量 回复数 subcommentcount videocomment",
    "likes": "likes likescount likedcount likecount attitudescount 点赞数 点赞 点赞量 赞 有用数 usefulvotecount voteupcount commentlikecount",
    "repost_of": "repostof retweetid 转发微博id 原微博id 源微博id",
    "post": "",
    "parent": "parent parentcommentid rootid 父评论id 上级评论id",
    "region": "region iplocation ip属地 属地 地区 省份 地域 所在地 location ip",
    "url": "url link noteurl awemeurl videourl contenturl 链接 网址 地址链接 原文链接 微博链接 商品链接 文章链接",
    "images": "images imagecount 图片数 晒图数 评价图片数",
    "variant": "variant 规格 商品规格 sku属性 颜色分类 型号规格 销售属性 购买规格",
    "append": "append 追评 追评内容 追加评价 追加评论 追评正文 追加内容",
    "append_at": "appendat appendtime 追评时间 追加时间 追加评价时间",
    "reply": "reply 商家回复 卖家回复 回复内容 解释 商家回复内容 客服回复",
    "reply_at": "replyat replytime 回复时间 商家回复时间",
    "kind": "kind",
    "source": "source 来源平台 平台 媒体来源 站点",
    "seen_at": "seenat 采集时间 抓取时间 观察时间 监测时间",
}  # fmt: skip
_BY_ALIAS = {alias: field for field, aliases in ALIASES.items() for alias in aliases.split()}
_PRIORITY = {field: {alias: n for n, alias in enumerate(aliases.split())} for field, aliases in ALIASES.items()}
_REVIEW_FIELDS = frozenset({"rating", "sku", "product", "variant", "append", "polarity", "reply"})
_POST_FIELDS = frozenset({"bid", "reposts", "comments", "followers", "repost_of", "headline", "author_kind"})
_LAYOUTS = (  # (columns that give it away, source, kind)
    ({"微博正文", "发布时间", "转发数"}, "weibo", "posts"),
    ({"正文", "转发数", "@用户"}, "weibo", "posts"),
    ({"awemeid"}, "douyin", "posts"),
    ({"noteid", "collectedcount"}, "xiaohongshu", "posts"),
    ({"noteid", "createdatetime"}, "weibo", "posts"),
    ({"noteid", "likedcount"}, "", "posts"),
    ({"videoid", "videoplaycount"}, "bilibili", "posts"),
    ({"contentid", "voteupcount"}, "zhihu", "posts"),
)
_SITES = {
    "jd": "jd", "京东": "jd", "jingdong": "jd", "weibo": "weibo", "微博": "weibo", "tmall": "tmall", "天猫": "tmall",
    "taobao": "taobao", "淘宝": "taobao", "suning": "suning", "苏宁": "suning", "xhs": "xiaohongshu", "xiaohongshu": "xiaohongshu",
    "小红书": "xiaohongshu", "douyin": "douyin", "抖音": "douyin", "dy": "douyin", "zhihu": "zhihu", "知乎": "zhihu",
    "bili": "bilibili", "bilibili": "bilibili", "tieba": "tieba", "贴吧": "tieba", "smzdm": "smzdm", "黑猫": "tousu", "tousu": "tousu",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Mapping:
    """How a file is read."""

    kind: str
    """reviews, posts, prices, or documents (each row says its own kind, as our own export does)."""
    columns: dict[str, str]
    """Our field → the file's column, as its header writes it."""
    source: str = ""
    """Name of the source of rows that name none; empty = by the file's name."""
    encoding: str = ""
    """Text encoding that somebody declared; empty = found out."""


@attrs.frozen(kw_only=True)
class Guess:
    """What a file seems to be."""

    mapping: Mapping
    certain: bool
    """Known by its own column names: no person need look. False: ask."""
    why: str
    """What made it so, or what is missing, Chinese."""
    header: tuple[str, ...] = ()
    """All columns of the file."""
    ignored: tuple[str, ...] = ()
    """Columns that are not read."""
    header_line: int = 0
    """1-based line of the header; 0 = every row has its own names (JSON)."""


def plain(name: Any) -> str:
    """A column's name without case, blanks, underscores and remarks in brackets."""
    words = re.sub(r"[(（\[【].*?[)）\]】]", "", str(name or "").strip().lower().removeprefix("\ufeff"))
    return re.sub(r"[\s_\-*:：]", "", words)


def guess_columns(header: Sequence[str], rows: Sequence[Table[str, Any]], *, header_line: int = 0) -> Guess:
    """The mapping for a header and some of its rows; label-like columns are never taken for anything."""
    named = [name for name in header if name]
    columns = _by_name(named, rows)
    layout = _comments(named, columns, rows) or _layout({plain(name) for name in named})
    kind = layout[1] if layout else _kind(columns)
    certain = _certain(kind, columns)
    if not certain and "text" not in columns and kind != "prices" and (longest := _longest_text(named, columns, rows)):
        columns["text"] = longest
    columns = _wanted(kind, columns)
    ignored = tuple(name for name in named if name not in columns.values())
    mapping = Mapping(kind=kind, columns=columns, source=layout[0] if layout else "")
    why = _why(mapping, certain)
    return Guess(
        mapping=mapping, certain=certain, why=why, header=tuple(named), ignored=ignored, header_line=header_line
    )


def header_score(cells: Sequence[Any]) -> int:
    """How many of these cells are names of columns that we know; a title line or a row of data has none."""
    return sum(1 for cell in cells if isinstance(cell, str) and (plain(cell) in _BY_ALIAS or plain(cell) in NEVER_READ))


_COPY = re.compile(r"(?:\s*[（(]\d+[)）]|\s*-\s*(?:副本|copy))+$")  # what a browser adds to a file fetched again


def source_of(name: str) -> str:
    """A source's name from a file's: `jd_aircon.csv.gz` → jd, `门店回访.xlsx` → 门店回访."""
    stem = _COPY.sub("", Path(name).name.split(".")[0].strip().lower()) or "import"
    first = re.split(r"[\s_\-]", stem)[0]
    return (
        site_of(first)
        or next((s for w, s in _SITES.items() if not w.isascii() and stem.startswith(w)), "")
        or _slug(stem)
    )


def site_of(word: str) -> str:
    """Our name of a site from its own or Chinese name; empty for anything else."""
    return _SITES.get(word.strip().lower(), "")


def _slug(stem: str) -> str:
    return re.sub(r"[\s:/]+", "_", stem) or "import"


def mapping_from(values: Table[str, Any], *, where: str) -> Mapping:
    """A saved mapping from its TOML or JSON values. where: file or form, for the message. Raises InvalidSettings."""
    kind, columns = values.get("kind"), values.get("columns")
    if kind not in KINDS:
        raise InvalidSettings(f"{where}: kind is {kind!r}, expected one of {', '.join(KINDS)}")
    if not isinstance(columns, dict) or not columns or not all(isinstance(v, str) for v in columns.values()):
        raise InvalidSettings(f'{where}: columns must be a table of field = "column of the file"')
    for field, column in columns.items():
        if field not in ALIASES:
            raise InvalidSettings(f"{where}: no field {field!r} in columns; fields are {', '.join(ALIASES)}")
        if plain(column) in NEVER_READ:
            raise InvalidSettings(f"{where}: column {column!r} is another tool's judgement and is never read")
    unknown = set(values) - {"kind", "columns", "source", "encoding"}
    if unknown:
        raise InvalidSettings(f"{where}: unknown key {sorted(unknown)[0]!r}; keys are kind, columns, source, encoding")
    return Mapping(
        kind=kind, columns=dict(columns), source=str(values.get("source", "")), encoding=str(values.get("encoding", ""))
    )


def load_mapping(path: Path) -> Mapping:
    """A saved mapping from a .toml or .json file. Raises InvalidSettings."""
    try:
        raw = path.read_bytes()
        values = msgspec.json.decode(raw) if path.suffix == ".json" else tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSettings(f"{path}: {error}") from error
    if not isinstance(values, dict):
        raise InvalidSettings(f"{path}: expected a table with kind and columns")
    return mapping_from(values, where=str(path))


def values_of(mapping: Mapping) -> dict[str, Any]:
    """The mapping as values that `mapping_from` takes back."""
    return {
        "kind": mapping.kind,
        "columns": dict(mapping.columns),
        "source": mapping.source,
        "encoding": mapping.encoding,
    }


def _by_name(header: Sequence[str], rows: Sequence[Table[str, Any]]) -> dict[str, str]:
    """Field → column; where two columns fit, the one that its alias list names first."""
    found: dict[str, tuple[int, str]] = {}
    for name in header:
        key = plain(name)
        field = None if key in NEVER_READ else _BY_ALIAS.get(key)
        if key == "score" and not all(str(row.get(name)) in ("1", "2", "3", "4", "5") for row in rows):
            field = None  # a bare score is stars only where it looks like stars; elsewhere it is a judgement
        if field and (field not in found or _PRIORITY[field][key] < found[field][0]):
            found[field] = (_PRIORITY[field][key], name)
    return {field: name for field, (_, name) in found.items()}


def _comments(
    header: Sequence[str], columns: dict[str, str], rows: Sequence[Table[str, Any]]
) -> tuple[str, str] | None:
    """MediaCrawler's comment files: each row names its own id and that of the post below which it stands."""
    names = {plain(name): name for name in header}
    above = next((names[n] for n in ("noteid", "awemeid", "videoid", "contentid") if n in names), None)
    if "commentid" not in names or above is None:
        return None
    columns.update(id=names["commentid"], post=above)
    if plain(above) == "noteid":
        digits = all(str(row.get(above, "")).isdigit() for row in rows)
        return ("weibo" if digits else "xiaohongshu"), "comments"
    return {"awemeid": "douyin", "videoid": "bilibili", "contentid": "zhihu"}[plain(above)], "comments"


def _layout(names: set[str]) -> tuple[str, str] | None:
    for marks, source, kind in _LAYOUTS:
        if marks <= names:
            return source, kind
    if {"id", "source", "kind", "text", "publishedat", "seenat"} <= names:
        return "", "documents"
    return ("", "prices") if {"sku", "price", "shop", "seenat"} <= names else None


def _kind(columns: dict[str, str]) -> str:
    fields = set(columns)
    if "price" in fields and "text" not in fields:
        return "prices"
    if len(fields & _REVIEW_FIELDS) >= len(fields & _POST_FIELDS) and fields & _REVIEW_FIELDS:
        return "reviews"
    review_words = ("评价", "review", "rate")
    return "reviews" if any(word in columns.get("text", "").lower() for word in review_words) else "posts"


def _certain(kind: str, columns: dict[str, str]) -> bool:
    if kind == "prices":
        return "price" in columns and bool({"sku", "product", "headline"} & set(columns))
    return "text" in columns


def _longest_text(header: Sequence[str], columns: dict[str, str], rows: Sequence[Table[str, Any]]) -> str:
    """The unnamed column that holds the longest Chinese texts; empty if none has any."""
    best, length = "", 8.0
    for name in header:
        if name in columns.values() or plain(name) in NEVER_READ:
            continue
        texts = [v for row in rows if isinstance(v := row.get(name), str) and re.search(r"[\u4e00-\u9fff]", v)]
        mean = sum(map(len, texts)) / len(texts) if texts else 0.0
        if mean > length:
            best, length = name, mean
    return best


def _wanted(kind: str, columns: dict[str, str]) -> dict[str, str]:
    """Only the fields that this kind of row has."""
    columns = dict(columns)
    headline = columns.get("headline")
    if kind == "prices" and headline and "product" not in columns:
        columns["product"] = headline
    if kind in ("prices", "reviews"):
        columns.pop("headline", None)
    if kind == "prices":
        kept = [
            "sku",
            "product",
            "brand",
            "shop",
            "price",
            "list_price",
            "promotions",
            "in_stock",
            "currency",
            "published_at",
            "seen_at",
            "url",
            "source",
        ]
        return {field: columns[field] for field in kept if field in columns}
    if kind != "documents":
        columns.pop("seen_at", None)
        columns.pop("kind", None)
    not_text = ("price", "list_price", "promotions", "in_stock", "currency", "shop")
    return {field: name for field, name in columns.items() if field not in not_text}


def _why(mapping: Mapping, certain: bool) -> str:
    what = {"reviews": "评价", "posts": "帖子", "comments": "评论", "prices": "价格", "documents": "听潮导出的文档"}[
        mapping.kind
    ]
    pairs = "，".join(f"{field}←{name}" for field, name in mapping.columns.items())
    if certain:
        return f"按列名认出是{what}：{pairs}"
    missing = "价格和商品" if mapping.kind == "prices" else "正文"
    return f"列名里没有认得的{missing}列，只能猜是{what}（{pairs or '一列也没认出'}）；请指定映射"
