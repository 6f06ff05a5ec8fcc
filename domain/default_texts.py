"""What sites write themselves where a buyer wrote nothing: 此用户未填写评价内容, 系统默认好评 …"""

import html
import re
import unicodedata

_TAG = re.compile(r"<[^<>]{0,200}>")
_NOISE = re.compile(r"[\W_]+")
_PAIRS = "戶户評评價价內内買买寫写統统認认給给該该這这發发顧顾會会員员費费覺觉還还較较訂订單单時时間间進进個个滿满過过沒没無无東东對对寶宝貝贝懶懒麼么麽么樣样動动後后級级顆颗為为與与說说論论暫暂輸输錯错條条點点達达斷断"
_SIMPLE = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
"""The traditional characters of these phrases; the reader of texts has OpenCC, a page's parser needs no more than this."""
_WHO = r"(?:此|该|本|这位|这个|当前)?(?:用户|买家|顾客|评价方|会员|客户|消费者|评价人|买方|您)"
_SAID = r"(?:评价|评论|评语|点评|晒单|文字|内容|留言)"
_NOT = r"(?:还|也|暂时?|仍)?(?:未能?|没有?|尚未|并未|忘记)(?:及时|按时|主动|来得及)?"
_DO = r"(?:填写|填|写下?|作出?|做出?|发表|发布|留下|进行|提交|输入|给出|撰写|添加|完成|有)?(?:了)?(?:任何|文字|具体|详细|商品|购物|本次|追加|有效|相关)*(?:的)?"
_FORMS = (
    rf"{_WHO}{_NOT}{_DO}{_SAID}+(?:信息)?",
    rf"(?:超时)?(?:未|尚未|暂未)(?:及时|按时)?{_DO}{_SAID}+(?:信息)?",
    rf"{_WHO}?(?:系统|平台|京东|淘宝|天猫|苏宁|拼多多)?(?:已|将|会|为)*(?:您|其|你)?(?:自动)?(?:默认|自动)(?:给予?|给出|给|为|作出|做出|评)?(?:了)?(?:该?商品|卖家|商家|宝贝)?"
    rf"(?:[五5]|全)?(?:颗?星|分)?级?(?:好评|{_SAID}|五星|满分|全五分)(?:内容)?",
    r"(?:系统|平台)(?:自动)?(?:给予?|给出|给|评)(?:了)?(?:该?商品|卖家)?(?:[五5]|全)?(?:颗?星|分)?(?:好评|五星|满分)",
    rf"{_WHO}(?:觉得|认为|感觉)(?:该|此|这个?|本)?(?:商品|宝贝|产品|东西|货品|服务)?(?:还|很|非常|比较|挺|较|十分|特别|太)?(?:不错|好|满意|一般|差|棒|可以|喜欢|不满意)(?:了)?",
    rf"{_WHO}(?:很|太|比较|有点|偷)(?:懒|忙|害羞)(?:了)?(?:还)?(?:什么|啥|一个字|任何)?(?:都|也)?(?:没有?|未)?(?:写|留下?|填写?|说)?(?:下|任何)?{_SAID}*(?:话)?",
    r"(?:暂无|暂时没有|无)(?:文字|任何|买家|用户)?(?:评价|评论)(?:内容|信息)?",
    rf"{_WHO}?给(?:了|出)?(?:该?商品|卖家|商家)?(?:了)?(?:[五5]|全)?(?:[0-9]?颗?星)?[好中差]评",
    rf"(?:此|该|本)条?{_SAID}(?:为|是|由)?系统(?:自动)?(?:默认)?(?:生成|给出|评价|好评)?(?:的)?",
)
_LEAD = r"(?:初次评价|首次评价|评价内容|评价|超过?[0-9]+天(?:内)?|[0-9]+天(?:内)?|订单完成后?|订单超时|超时|到期|逾期|交易成功后?|确认收货后?)"
_DEFAULT = re.compile(rf"{_LEAD}?(?:(?:{'|'.join(_FORMS)})(?:于是|所以|因此|故|由|则)?){{1,4}}哦?")
_LONGEST = 80


def is_default_text(text: str) -> bool:
    """Is the whole text a site's own filler? Marks, blanks, tags, full width and traditional characters make no difference."""
    if not 3 < len(text) < _LONGEST:
        return False
    plain = unicodedata.normalize("NFKC", _TAG.sub("", html.unescape(text))).lower().translate(_SIMPLE)
    return _DEFAULT.fullmatch(_NOISE.sub("", plain)) is not None
