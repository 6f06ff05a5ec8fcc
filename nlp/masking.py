"""Personal data out of a text: each becomes a fixed token, and what merely looks like it stays."""

import re

from nlp.characters import BROKEN, codes_of, text_of, view_table
from nlp.markup import has_hidden, shown

PHONE, ORDER, IDENTITY, EMAIL = "［电话］", "［订单号］", "［证件号］", "［邮箱］"
CONTACT, ADDRESS, BANK, PLATE = "［联系号］", "［地址］", "［银行卡］", "［车牌］"
TOKENS = (PHONE, ORDER, IDENTITY, EMAIL, CONTACT, ADDRESS, BANK, PLATE)

Span = tuple[int, int, str]
"""Start, end (half-open) and the token that goes there."""

_HAN_DIGIT = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_ANY = f"[0-9{_HAN_DIGIT}]"
_SECOND = "[3-9三四五六七八九叁肆伍陆柒捌玖]"
_GAP = r"[^0-9a-z一-鿿\n×]{1,3}"
"""Between the groups of a number: any one to three signs, pictures too, but not those of a size."""
_NOT_BEFORE = r"(?<![a-z0-9._/\-])"  # inside a model number, a price or a page address it is no phone
_NOT_AFTER = r"(?![0-9a-z])"
_NO_DATE = r"(?!(?:19|20)[0-9]{2}[\-/.年]?[0-9]{1,2}[\-/.月]?[0-9]{1,2}(?![0-9]))"
_NO_HOTLINE = r"(?!400|800|95|1[0-9]{2}|20[0-9]{2})"
_COUNTRY = r"(?:\(?(?:\+|0{1,2})?86\)?[ \-]?)?"
_NAME = r"(?=[a-z_\-]{0,19}[0-9])(?![0-9]{1,5}(?![a-z0-9_\-]))[a-z0-9][a-z0-9_\-]{4,}"
"""An account's name: five or more letters, digits and lines with a digit among them; six if only digits."""
_PLAIN_NAME = r"[a-z]{2,12}[_\-]?[0-9]{2,}[a-z0-9_]{0,8}"
_HOSTS = r"(?:163|126|139|189|qq|vip\.qq|sina|sohu|gmail|outlook|hotmail|foxmail|yeah|aliyun|icloud|yahoo|live|msn)"
_DOMAINS = r"(?:com|cn|net|org|edu|gov|io|me|cc|co|hk|tw|jp|info|vip|top|xyz|site|dev)"
_AT, _DOT = r"(?:@|#|\(at\)|\[at\]| at |艾特)", r"(?:\.|点|\[dot\]|\(dot\)| dot )"
_COUNT = "[0-9一二三四五六七八九十百]"
_BUILDING = r"(?:[0-9]{1,3}|[a-z]|[一二三四五六七八九十]{1,3}) ?(?:号楼|\#楼?|栋楼?|幢|座)"
_ROOM = r"(?:[0-9]{3,4}|[零一二三四五六七八九]{3,4}) ?(?:室|房|号房?|户)?(?![0-9元块个条度台次年多瓦w%.])"
_UNIT = r"(?:(?:[0-9]{1,2}|[a-z]|[一二三四五六七八九十]{1,2}) ?(?:单元|门|梯|[\-]) ?)"
_DASHED = r"[0-9]{1,3} ?[\-] ?[0-9]{1,2} ?[\-] ?[0-9]{3,4}(?![0-9\-])"
_HOUSE = rf"(?:{_BUILDING}[ ,]?(?:{_UNIT}{{0,2}}|[0-9]{{1,2}}[楼层] ?){_ROOM}|{_BUILDING}[ ,]?{_UNIT}(?![0-9]))"
_ESTATE = "(?:小区|花园|公寓|家园|新村|苑|府|湾|社区|大厦|广场|城|园|庭|里|轩|阁|邸|岸|国际|中心|山庄|别墅|宿舍|家属院|大院|[一二三四五六七八九十]期)"
_WITHIN = rf"(?:[一-鿿]{{0,10}}? ?(?:{_HOUSE}|{_DASHED}|[0-9a-z一二三四五六七八九十]{{1,4}} ?(?:号楼|\#楼?|栋|幢|座|单元|楼|层|室|号房|户|号)))"
_VILLAGE = "(?:村|屯|庄|寨|湾|坝|沟|坪|冲|岭|塘|营|店子|河子)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (EMAIL, r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}"),
    (EMAIL, rf"(?<![a-z0-9])[a-z0-9._\-]{{3,32}} ?{_AT} ?{_HOSTS}{_DOT}{_DOMAINS}(?![a-z0-9])"),
    (
        IDENTITY,
        r"(?<![0-9a-z])[1-9][0-9]{5}[ \-]?(?:19|20)[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12][0-9]|3[01])[ \-]?[0-9]{3}[0-9x](?![0-9a-z])",
    ),
    (
        IDENTITY,
        r"(?:护照|通行证|回乡证|台胞证|军官证|驾驶证|居住证)(?:号码?|是|为|[::]| ){0,3}[a-z]{0,2}[0-9]{7,18}(?![0-9])",
    ),
    (
        PLATE,
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-z][·.•\- ]?(?=[a-z]{0,2}[0-9]{3,5}[a-z]?(?![a-z0-9]))[a-z0-9]{5,6}(?![a-z0-9])",
    ),
    (
        CONTACT,
        r"(?:微信|威信|薇信|徽信|维信|[微威薇v]芯|v信|[微薇威v]❤|vx|wx|weixin|wechat|[加+➕]我?[v微薇威]|微号|卫星(?=[号::])|qq|扣扣|抠抠|蔻蔻|球球|企鹅|[群裙]号|[qv]群|[加进]群|旺旺)"
        rf"(?:号码?|[群号]|是|为|同号|id|[::;+,、~\-]|联系| ){{0,4}}{_NAME}",
    ),
    (CONTACT, r"(?:微信号|v信号|vx|wx|wechat)[:: ]{1,2}[a-z][a-z0-9_\-]{5,19}"),
    (CONTACT, rf"(?<![a-z0-9])(?:v|薇|威|微)[:: ~\-]{{1,2}}{_PLAIN_NAME}"),
    (CONTACT, r"(?:(?<![a-z0-9])[vq]|加[vq]群?|q号|q群)[::]? ?[0-9]{6,12}(?![0-9])"),
    (PHONE, rf"{_NOT_BEFORE}{_COUNTRY}1[3-9][0-9][ \-.]?[0-9*]{{4}}[ \-.]?[0-9]{{4}}(?![0-9])"),
    (PHONE, rf"(?<![a-z0-9])[1l][3-9][0-9o]{{9}}{_NOT_AFTER}"),
    (
        PHONE,
        rf"(?<![{_HAN_DIGIT}a-z0-9.])[1一幺壹]{_SECOND}(?:{_ANY}{{9}}|{_ANY}(?P<g1>{_GAP}){_ANY}{{4}}(?P=g1){_ANY}{{4}}|{_ANY}(?P<g2>{_GAP}){_ANY}{{3}}(?P=g2){_ANY}{{5}}"
        rf"|{_ANY}{{2}}(?P<g3>{_GAP}){_ANY}{{3}}(?P=g3){_ANY}{{4}}|{_ANY}{{5}}{_GAP}{_ANY}{{4}}|{_ANY}{_GAP}{_ANY}{{8}}|{_ANY}{{3}}{_GAP}{_ANY}{{6}})(?!{_ANY})",
    ),
    (PHONE, rf"(?<![{_HAN_DIGIT}a-z0-9.])[1一幺壹](?P<g4>{_GAP}){_SECOND}(?:(?P=g4){_ANY}){{9}}(?!{_ANY})"),
    (
        PHONE,
        rf"{_NOT_BEFORE}\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})(?:[ \-–—]{{0,3}}|\) {{0,2}})[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}(?:[\-–转][0-9]{{1,5}})?{_NOT_AFTER}",
    ),
    (
        PHONE,
        rf"(?:电话|座机|手机|固话|联系方式|来电|致电|拨打|☎)(?:号码?|是|为|[::]| ){{0,3}}{_NO_HOTLINE}[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}(?![0-9\-])",
    ),
    (
        ORDER,
        r"(?:订单|单号|工单|快递单|物流单|运单|流水|编号|发票|受理|保修卡|服务单|合同|(?<![a-z])s/?n|(?<![a-z])no\.?)[号编码单是为::# (]{0,6}"
        rf"(?=(?:[a-z\- ]{{0,6}}[0-9]){{6}}){_NO_DATE}(?:[0-9]{{3,5}}(?:[ \-][0-9]{{3,5}}){{1,5}}(?![0-9])|[a-z]{{0,6}}-?[0-9][0-9a-z\-]{{5,31}})",
    ),
    (ORDER, r"(?<![a-z0-9])(?:sf|jdv?[a-z]?|yt|zto|sto|yd|jt|dpk|ems)[0-9]{10,15}(?![0-9a-z])"),
    (
        BANK,
        r"(?<![0-9a-z.\-])(?:62[0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})(?:[ \-][0-9]{4}){3}(?:[ \-]?[0-9]{1,3})?(?![0-9a-z])",
    ),
    (ORDER, r"(?<![0-9a-z.\-/#=])[0-9]{12,24}(?![0-9a-z./\-])"),
    (
        ADDRESS,
        rf"[一-鿿]{{1,6}}(?:路|街|大道|巷|弄|胡同|村)(?:[东西南北中]段?|第?[一二三四五六七八九十0-9]段)? ?[甲乙丙丁附]?{_COUNT}{{1,5}}(?:[\-之][0-9]{{1,4}})? ?[号弄](?![线店台码型位])"
        rf"(?:[院楼]|大院)?{_WITHIN}*(?: ?[0-9]{{3,4}}(?![0-9元块]))?",
    ),
    (ADDRESS, rf"(?:(?<=[一-鿿]){_ESTATE} ?|(?<![0-9.]))(?:{_HOUSE})"),
    (
        ADDRESS,
        rf"(?<=[一-鿿]{{2}}){_ESTATE} ?(?:{_DASHED}|{_BUILDING}{_WITHIN}*|{_COUNT}{{1,3}} ?[区号](?![线店台码型位]){_WITHIN}*|[0-9]{{3,4}} ?室)",
    ),
    (ADDRESS, r"(?<![0-9.])[0-9]{1,2} ?楼 ?[0-9]{3,4} ?(?:室|房|号房|户)"),
    (
        ADDRESS,
        rf"[一-鿿]{{1,6}}{_VILLAGE}(?:委会)? ?第?{_COUNT}{{1,3}} ?(?:村民)?小?[组队社](?: ?{_COUNT}{{1,4}} ?[号户])?",
    ),
    (ADDRESS, rf"(?:地址|住址|送货到|收货)(?:是|为|[::]| ){{0,3}}[一-鿿]{{0,12}}{_DASHED}"),
)
_ALL = re.compile("|".join(f"(?P<k{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS)))
_TOKEN_OF = {f"k{i}": token for i, (token, _) in enumerate(_PATTERNS)}
_TAKEN = "\ue000"
_ESTATE_NAME = re.compile("[一-鿿]+$")
_REGION = re.compile(r"(?:[一-鿿]{1,7}?(?:省|自治区|市|自治州|区|县|旗|镇|乡|街道)){1,5}")
SUSPECT = re.compile(
    rf"(?=[0-9*#\[(+➕a-z{_HAN_DIGIT}十百艾加微威薇徽维❤卫扣抠蔻球企护通])(?:[0-9*]{{5}}|[0-9]{{3}}[^0-9a-z一-鿿\n]{{1,3}}[0-9*]{{3}}|{_ANY}{{7}}|(?:{_ANY}{_GAP}){{6}}|{_ANY}{{3}}{_GAP}{_ANY}{{4}}|[a-z0-9] ?@|#(?:163|126|139|qq|sina)|[0-9]-[0-9]{{1,2}}-[0-9]{{3}}|\[at\]|\(at\)|艾特|加我?v|加微|wx|vx|微信|[威薇徽维]信|[微威薇v]芯|v信|wechat|weixin"
    rf"|❤|[+➕]我?[v微薇威]|卫星|微号|薇|威[:: ]|qq|扣扣|抠抠|蔻蔻|球球|企鹅|(?<![a-z])[vq][:: ~\-]|护照|通行证|(?<=[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])[a-hj-z][·.•\- ]?[a-z0-9]{{5}}|{_COUNT} ?[号弄栋幢座#室组]|[a-z][座栋])"
)
"""Nothing personal stands in a text where this does not match; cheap, so that most texts are never looked at twice."""
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


def view_of(text: str) -> tuple[str, list[int] | None]:
    """The text as matching sees it, one character for one; what a person does not see (`nlp.markup`) is out.

    Also for each character its place in the text; None where places are equal.
    """
    if not has_hidden(text):
        return text_of(view_table()[codes_of(text)]), None
    seen, kept = shown(text)
    return text_of(view_table()[codes_of(seen)]), kept


def personal_spans(view: str) -> list[Span]:
    """Where personal data stand in a view, in order, without overlap."""
    spans: list[Span] = []
    while SUSPECT.search(view) is not None:
        more = _found(view)
        if not more:
            break
        spans += more
        signs = list(view)
        for start, end, _ in more:  # its neighbours are seen as they will stand beside the token
            signs[start:end] = ["[", *_TAKEN * (end - start - 2), "]"]
        view = "".join(signs)
    return sorted(spans)


def _found(view: str) -> list[Span]:
    spans: list[Span] = []
    for found in _ALL.finditer(view):
        token = _TOKEN_OF[found.lastgroup or ""]  # the outer group closes last
        start = found.start()
        if token == ADDRESS:
            start = _address_start(view, found.start(), found.end(), spans[-1][1] if spans else 0)
        spans.append((start, found.end(), token))
    return spans


def _address_start(view: str, start: int, end: int, floor: int) -> int:
    """An address begins with its province or town, but not with the verb before it (住在, 送到)."""
    estate = _ESTATE_NAME.search(view, max(floor, start - 8), start) if "一" <= view[start] <= "鿿" else None
    start = estate.start() if estate else start
    region = _REGION.search(view, max(floor, start - 24), start + 6)
    start = min(start, region.start()) if region and region.end() >= start else start
    lead = _ADDRESS_LEAD.match(view[start : min(end, start + 12)])
    return start + lead.end() if lead and lead.end() < min(end - start, 12) else start


def _back(span: Span, kept: list[int] | None) -> tuple[int, int]:
    if kept is None:
        return span[0], span[1]
    return kept[span[0]], kept[span[1] - 1] + 1
