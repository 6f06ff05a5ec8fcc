"""What a source is called: a site by any of its names, else by the file."""

import re
from collections.abc import Iterable
from pathlib import Path

_NAMES = {  # as the collectors name them: Tmall is read by the collector of Taobao
    "jd": "jd jingdong 京东 京麦 京东商城 京东自营",
    "taobao": "taobao tmall 淘宝 天猫 千牛 生意参谋 淘宝网",
    "suning": "suning 苏宁 苏宁易购 苏宁云台 易购",
    "pdd": "pdd 拼多多",
    "weibo": "weibo wb 微博 新浪微博",
    "xhs": "xhs xiaohongshu 小红书",
    "douyin": "douyin dy 抖音",
    "kuaishou": "kuaishou ks 快手",
    "bilibili": "bilibili bili b站 哔哩哔哩",
    "zhihu": "zhihu 知乎",
    "tieba": "tieba 贴吧 百度贴吧",
    "wechat": "wechat weixin 微信 公众号 微信公众号",
    "toutiao": "toutiao 今日头条 头条",
    "smzdm": "smzdm 什么值得买 值得买",
    "tousu": "tousu heimao 黑猫 黑猫投诉",
}
_SITES = {word: site for site, words in _NAMES.items() for word in words.split()}
_COPY = re.compile(r"(?:\s*[（(]\d+[)）]|\s*-\s*(?:副本|copy))+$")  # what a browser adds to a file fetched again
_DATED = re.compile(
    r"(?:[\s_\-]*(?:20\d{2}[年\-_.]?(?:w?\d{1,4}|\d{1,2}[月\-_.]?\d{1,2}日?)?[月周日]?|\d{6,14}|至|to))+$"
)
DEFAULT = "import"


def site_of(word: str) -> str:
    """Our name of a site from its own or Chinese name; empty for anything else."""
    return _SITES.get(word.strip().lower(), "")


def site_in(words: Iterable[str]) -> str:
    """The one site that some of these texts speak of (京麦 评价导出); empty where they name none or several."""
    found = {site for text in words for word, site in _SITES.items() if not word.isascii() and word in text.lower()}
    return found.pop() if len(found) == 1 else ""


def source_of(name: str) -> str:
    """A source's name from a file's: `jd_aircon.csv.gz` → jd, `门店回访 2026-11.xlsx` → 门店回访: next month's is the same."""
    stem = _COPY.sub("", Path(name).name.split(".")[0].strip().lower())
    first = re.split(r"[\s_\-]", stem)[0]
    return site_of(first) or site_in([stem]) or slug(_DATED.sub("", stem))


def slug(name: str) -> str:
    """A name that a query can hold: source:门店回访."""
    return re.sub(r"[\s:/\\]+", "_", name.strip()).strip("_")[:40] or DEFAULT
