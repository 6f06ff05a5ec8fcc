"""Severity: does the text itself report a grave matter as really having happened?"""

import re
from collections.abc import Iterable, Sequence

import attrs

from domain.analysis import SeverityClass
from nlp.dictionaries import read

_ORDER = (SeverityClass.SAFETY, SeverityClass.REGULATOR, SeverityClass.GROUP, SeverityClass.REPUTATION)
"""Of several classes in a text the first is told."""

_DENIED = re.compile(
    r"(?:(?<!是)没有?|无|毫无|未|并未|从未|从没有?|不会|不会再|不再|不|零|防|防止|避免|预防|杜绝|拒绝|远离|告别|免受|不怕|不用怕|隔绝|严防|消除|降低|减少)"
    r"(?:任何|什么|发生|出现|再|有|过|一点|发现|引起|造成|导致|被|曾|人员|人|遭到|收到|受到|其他|因|的|了){0,4}$"
)
_SUPPOSED = re.compile(
    r"如果|万一|要是|假如|倘若|假设|一旦|会不会|是否|是不是会|会否|该不会|担心|害怕|生怕|就怕|怕(?!是)|以为|容易|易(?=$)|以免|免得|小心|谨防|注意防|警惕|可能会?|或许|也许|迟早|早晚|恨不得"
    r"|感觉要|感觉会|快要|简直|差点|险些|仿佛|好像要|像是要|别等|千万别|扬言|准备去?|打算|考虑|必要时|再不.{0,8}就|不然|否则|估计|将会|怎么还不|什么时候|何时|求|应该|希望|建议|等着|早该|能不能|可不可以|要不要|有没有可能|导致.{0,4}风险|为了?防|如何|怎么(?:避免|预防|防)|假设|比如说|追剧|电视剧|小说|剧里|剧情|电影|游戏|梦见|梦到|段子|我觉得|我感觉|要么|下次|试试"
)
_INTENT = re.compile(
    r"(?:我?要|想|会|去|就去|直接|准备|只能|必须|一定|坚决|马上|明天|立马|等会|再)(?:去|打|找|向|给|上|到|让)*$"
)
_AFTER = re.compile(
    r"(?:保护|断电|隐患|风险|危险|怎么办|防护|险|开关|检测|演练|知识|预警|报警|墙|的可能|器|的话|可不好|不是闹着玩|装置|模拟|实验|测试|须知|自救|小常识|事故(?:应急|预防|警示|频发怎)|警示|怎么处理|如何处理|怎么逃生|的梗|的节奏"
    r"|性|糖|头|米花|街|点|盐|款|品|式|级|声浪|就惨了|就完了|了怎么|咋办|怎么赔)|(?:的)?(?:吗|么|嘛)(?:$|[?!。])"
)
_PROBLEM = re.compile(r"^[^,。;!]{0,6}[?？]|^.{0,12}(?:吗|么)[?？]?$")
_STATED = re.compile(
    r"被|正式|公告|通知|宣布|启动|发布|责令|真的|居然|竟然|突然|昨天|今天|昨晚|今早|凌晨|刚才|刚刚|已经|结果|直接|当场|半夜|早上|晚上|上午|下午|了"
)


_LONGEST_IDIOM, _CLAUSE_LOOK = 8, 60
"""Characters."""


@attrs.frozen(kw_only=True)
class Grave:
    """A word that may report a grave matter."""

    kind: SeverityClass
    weak: bool
    """Only beside a product or a victim."""


@attrs.frozen(kw_only=True)
class Finding:
    """What a text reports, by its place in the joined view."""

    kind: SeverityClass
    start: int
    end: int


class SeverityTerms:
    """The words of `severity.yaml` by what they do."""

    def __init__(self) -> None:
        content = read("severity")
        self.grave: dict[str, Grave] = {}
        for kind in _ORDER:
            weak = set(content[kind.value].get("weak", ()))
            for word in (*content[kind.value]["happened"], *weak):
                self.grave.setdefault(word, Grave(kind=kind, weak=word in weak))
        self.jokes = frozenset(content["undone"]["jokes"])
        self.adverts = frozenset(content["undone"]["adverts"])
        self.things = frozenset(content["things"])


def finding(
    found: Iterable[tuple[int, int, Grave]],
    *,
    jokes: Sequence[tuple[int, int]],
    adverts: int,
    thing: bool,
    clauses: Sequence[tuple[int, int]],
    view: str,
) -> Finding | None:
    """The gravest matter that one text reports, or nothing.

    found: place, length and meaning of each word. clauses: start and end of the clause of each. jokes: stretches of idioms
    (热得要爆炸), whose words do not count. adverts: words of advertising in the text. thing: does it name a product, brand or victim?
    """
    best: Finding | None = None
    idioms = dict(jokes)
    for (place, length, grave), (start, end) in zip(found, clauses, strict=True):
        if any(idioms.get(begin, 0) > place for begin in range(place - _LONGEST_IDIOM, place + 1)):
            continue
        if (grave.weak and not thing) or (adverts >= 2 and grave.kind is SeverityClass.SAFETY):
            continue
        if _undone(
            grave,
            view[max(start, place - _CLAUSE_LOOK) : place],
            view[place + length : min(end + 1, place + _CLAUSE_LOOK)].rstrip(" \n\x1e"),
        ):
            continue
        if best is None or _ORDER.index(grave.kind) < _ORDER.index(best.kind):
            best = Finding(kind=grave.kind, start=start, end=end)
    return best


def _undone(grave: Grave, before: str, after: str) -> bool:
    """Is the word denied, supposed, asked, warned of or only intended?"""
    if (_DENIED.search(before[-14:]) and not re.search(r"不$", before)) or re.search(r"(?<!要)(?<!差)不$", before):
        return True
    if grave.kind is not SeverityClass.GROUP and _SUPPOSED.search(before):
        return True
    if (
        grave.kind is SeverityClass.REGULATOR
        and grave.weak
        and (_INTENT.search(before) or not _STATED.search(before + after))
    ):
        return True
    return bool(_AFTER.match(after) or _PROBLEM.match(after))
