"""Personal data out of a text: each becomes a fixed token, and what merely looks like it stays."""

import re

from nlp.characters import BROKEN, ZERO_WIDTH, codes_of, text_of, view_table

PHONE, ORDER, IDENTITY, EMAIL = "［电话］", "［订单号］", "［证件号］", "［邮箱］"
CONTACT, ADDRESS, BANK = "［联系号］", "［地址］", "［银行卡］"
TOKENS = (PHONE, ORDER, IDENTITY, EMAIL, CONTACT, ADDRESS, BANK)

Span = tuple[int, int, str]
"""Start, end (half-open) and the token that goes there."""

_DIGIT = "0-9零〇一二三四五六七八九"
_NOT_BEFORE = r"(?<![a-z0-9._/\-])"  # inside a model number, a price or a page address it is no phone
_NOT_AFTER = r"(?![0-9a-z])"
_NO_DATE = r"(?!(?:19|20)[0-9]{2}[\-/.年]?[0-9]{1,2}[\-/.月]?[0-9]{1,2}(?![0-9]))"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (EMAIL, r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}"),
    (
        IDENTITY,
        r"(?<![0-9a-z])[1-9][0-9]{5} ?(?:19|20)[0-9]{2} ?(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?[0-9]{3}[0-9x](?![0-9a-z])",
    ),
    (
        CONTACT,
        r"(?:微信|威信|薇信|徽信|v信|v❤|vx|wx|wechat|加微|加我?v|\+v|qq|扣扣|企鹅|[群裙]号|[qv]群|[加进]群|旺旺)"
        r"(?:号码?|群|是|为|同号|[::;+,]|联系| ){0,4}(?:(?=[a-z_\-]{0,19}[0-9])[a-z0-9][a-z0-9_\-]{4,19})",
    ),
    (CONTACT, r"(?:微信号|v信号|vx|wx|wechat)[:: ]{1,2}[a-z][a-z0-9_\-]{5,19}"),
    (CONTACT, r"(?<![a-z0-9])[vq][::]? ?[0-9]{6,12}(?![0-9])"),
    (PHONE, rf"{_NOT_BEFORE}(?:(?:\+|00)?86[ \-]?)?1[3-9][0-9][ \-.]?[0-9*]{{4}}[ \-.]?[0-9]{{4}}(?![0-9])"),
    (PHONE, rf"{_NOT_BEFORE}1(?:[ \-.][3-9])(?:[ \-.][0-9]){{9}}(?![0-9])"),
    (PHONE, rf"(?<![{_DIGIT}a-z.\-])[1一幺][3-9三四五六七八九][{_DIGIT}幺]{{9}}(?![{_DIGIT}])"),
    (
        PHONE,
        rf"{_NOT_BEFORE}\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})(?:[\-– ]|\) ?)?[2-9][0-9]{{6,7}}(?:[\-–转][0-9]{{1,5}})?{_NOT_AFTER}",
    ),
    (PHONE, r"(?:电话|座机|手机|固话|联系方式|来电|致电|拨打|☎)(?:号码?|是|为|[::]| ){0,3}[2-9][0-9]{6,7}(?![0-9])"),
    (
        ORDER,
        r"(?:订单|单号|工单|快递单|物流单|流水|编号|发票|受理|保修卡|服务单|合同|(?<![a-z])s/?n)[号编码单是为::# (]{0,6}"
        rf"(?=(?:[a-z\-]{{0,6}}[0-9]){{6}}){_NO_DATE}[a-z]{{0,6}}-?[0-9][0-9a-z\-]{{5,31}}",
    ),
    (
        BANK,
        r"(?<![0-9a-z.\-])(?:62[0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})(?:[ \-][0-9]{4}){3}(?:[ \-]?[0-9]{1,3})?(?![0-9a-z])",
    ),
    (ORDER, r"(?<![0-9a-z.\-/#=])[0-9]{12,24}(?![0-9a-z./\-])"),
    (
        ADDRESS,
        r"[一-鿿]{1,6}(?:路|街|大道|巷|弄|胡同|村)(?:[东西南北中]段?|第?[一二三四五六七八九十0-9]段)? ?[0-9一二三四五六七八九十百]{1,5}(?:[\-之][0-9]{1,4})? ?[号弄](?![线店台码型位])"
        r"(?:[院楼]|大院)?(?:[一-鿿]{0,8}? ?[0-9a-z一二三四五六七八九十]{1,4} ?(?:号楼|栋|幢|座|单元|楼|层|室|号房|户|号))*(?: ?[0-9]{3,4}(?![0-9元块]))?",
    ),
    (
        ADDRESS,
        r"[一-鿿]{2,8}(?:小区|花园|公寓|家园|新村|苑|府|湾|社区|大厦|广场|[一二三四五六七八九十]期) ?[0-9a-z一二三四五六七八九十]{1,4} ?(?:号楼|栋|幢|座|区|号)"
        r"(?: ?[0-9a-z一二三四五六七八九十]{1,4} ?(?:号楼|栋|幢|座|单元|门|楼|层))*[\- ]?(?:[0-9]{2,5}(?:室|房|号|户)?)?",
    ),
    (
        ADDRESS,
        r"(?<![0-9.])[0-9一二三四五六七八九十]{1,3} ?(?:号楼|栋|幢|座) ?(?:[0-9一二三四五六七八九十]{1,2} ?单元 ?)?(?:[0-9]{1,2}楼)?[0-9]{3,4} ?(?:室|房|号|户)",
    ),
)
_ALL = re.compile("|".join(f"(?P<k{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS)))
_TOKEN_OF = {f"k{i}": token for i, (token, _) in enumerate(_PATTERNS)}
_REGION = re.compile(r"(?:[一-鿿]{1,7}?(?:省|自治区|市|自治州|区|县|旗|镇|乡|街道)){1,5}")
SUSPECT = re.compile(
    rf"[0-9*]{{5}}|[0-9*]{{3}}[ \-.)][0-9*]{{3}}|[{_DIGIT}幺]{{9}}|(?:[0-9][ \-.]){{6}}|@|加我?v|加微|wx|vx|微信|薇信|v信|wechat|qq|[0-9一二三四五六七八九十百] ?[号弄栋幢座]"
)
"""Nothing personal stands in a text where this does not match; cheap, so that most texts are never looked at twice."""
_ZERO_WIDTH = re.compile(f"[{ZERO_WIDTH}]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_ADDRESS_LEAD = re.compile(r"^.*(?:住在?|寄到|送到|地址是?|位于|家在|在|到|我家|于|是|给|去|来|从|了)")


def mask(text: str) -> str:
    """The text with phones, orders, identity and bank cards, e-mail, QQ and 微信 numbers and street addresses as tokens.

    Model numbers, prices, capacities and dates stay. NUL and half surrogates become U+FFFD, so that the answer can be stored.
    """
    text = storable(text)
    view, kept = view_of(text)
    return masked_with(text, [(*_back(span, kept), span[2]) for span in personal_spans(view)])


def is_broken(text: str) -> bool:
    """Does the text hold a character that files and databases refuse?"""
    return _BROKEN.search(text) is not None


def storable(text: str) -> str:
    """The text without characters that files and databases refuse, each replaced by U+FFFD."""
    return _BROKEN.sub(BROKEN, text)


def masked_with(text: str, spans: list[Span]) -> str:
    """The text with the spans, which are in order and apart, replaced by their tokens."""
    parts, at = [], 0
    for start, end, token in spans:
        parts += [text[at:start], token]
        at = end
    return "".join([*parts, text[at:]]) if spans else text


def has_zero_width(text: str) -> bool:
    """Does a character that takes no room stand anywhere in the text?"""
    return not text.isascii() and _ZERO_WIDTH.search(text) is not None


def view_of(text: str) -> tuple[str, list[int] | None]:
    """The text as matching sees it, one character for one, zero-width ones out.

    Also for each character its place in the text; None where places are equal.
    """
    if not has_zero_width(text):
        return text_of(view_table()[codes_of(text)]), None
    kept = [place for place, character in enumerate(text) if character not in ZERO_WIDTH]
    return text_of(view_table()[codes_of("".join(text[place] for place in kept))]), kept


def personal_spans(view: str) -> list[Span]:
    """Where personal data stand in a view, in order, without overlap."""
    if SUSPECT.search(view) is None:
        return []
    spans: list[Span] = []
    for found in _ALL.finditer(view):
        token = _TOKEN_OF[found.lastgroup or ""]
        start = found.start()
        if token == ADDRESS:
            start = _address_start(view, found.start(), found.end(), spans[-1][1] if spans else 0)
        spans.append((start, found.end(), token))
    return spans


def _address_start(view: str, start: int, end: int, floor: int) -> int:
    """An address begins with its province or town, but not with the verb before it (住在, 送到)."""
    region = _REGION.search(view, max(floor, start - 24), start + 6)
    start = min(start, region.start()) if region and region.end() >= start else start
    lead = _ADDRESS_LEAD.match(view[start : min(end, start + 12)])
    return start + lead.end() if lead and lead.end() < min(end - start, 12) else start


def _back(span: Span, kept: list[int] | None) -> tuple[int, int]:
    if kept is None:
        return span[0], span[1]
    return kept[span[0]], kept[span[1] - 1] + 1
