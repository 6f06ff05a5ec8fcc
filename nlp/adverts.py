"""Adverts that hide from word lists: characters of the same sound, signs between the characters, accounts under odd names."""

import re

_SOUNDS = {
    "公": "公宫工功攻恭弓供躬蚣共",
    "众": "众种中忠钟重衷终仲踵仲",
    "号": "号濠浩豪嚎壕皓昊毫",
    "加": "加伽迦嘉佳茄枷珈十+➕",
    "微": "微薇威徽维围溦卫v",
    "信": "信芯心新鑫馨欣忻❤",
    "领": "领岭玲翎",
    "取": "取娶曲趣",
    "券": "券卷劵圈倦蜷巻",
    "群": "群裙",
}
"""Characters that stand for one another because they sound or look alike."""
_MARK = r"[^一-鿿0-9a-z\s,，。!！?？、…~]{0,2}"
"""Signs put between the characters of one word."""
_END = r"(?![0-9a-z])"


def _any(word: str) -> str:
    return _MARK.join(f"[{_SOUNDS.get(character, character)}]" for character in word)


_ACCOUNT = re.compile(_any("公众号"))
_FOLLOWED = re.compile(
    rf"[关管观官冠][^一-鿿0-9a-z]{{0,3}}[注住主柱][^一-鿿0-9a-z]{{0,3}}[{_SOUNDS['公']}][^一-鿿0-9a-z]{{0,3}}[{_SOUNDS['众']}][^一-鿿0-9a-z]{{0,3}}[{_SOUNDS['号']}好耗告]"
)
_WECHAT = re.compile(
    rf"[{_SOUNDS['加']}][我你]?{_MARK}(?:{_any('微信')}|[v薇]{_MARK}(?:号|芯|❤)|(?:vx|wx|[v薇威徽]❤?)[:: ]?(?=[a-z0-9_]{{5}}))"
)
_COUPON = re.compile(
    rf"(?:[0-9零一二三四五六七八九十百千佰仟伍陆柒捌玖肆叁贰]+(?:元|块)?|内{_MARK}部|隐{_MARK}藏|大{_MARK}额|独{_MARK}家|神|商{_MARK}品|活{_MARK}动){_MARK}(?:的|优惠|折扣)?{_MARK}(?P<last>[{_SOUNDS['券']}])"
)
_FETCH = re.compile(rf"(?:{_any('领取')}|领{_MARK}(?:[{_SOUNDS['券']}]|的优惠))")
_GROUP = re.compile(rf"(?:[进加入]|优惠|福利|内购|羊毛|折扣|返利){_MARK}(?P<last>[{_SOUNDS['群']}])")
_LURE = re.compile("[关观][注住]|领|搜")
_APART = re.compile(r"(?:[一-鿿](?P<mark>[./\\*_|·^+&=-]{1,2})){4,}[一-鿿]")
_MAYBE = re.compile(
    rf"(?=[{_SOUNDS['公']}{_SOUNDS['券']}{_SOUNDS['取'][1:]}裙{_SOUNDS['加']}./\\*_|·^+&=-])(?:[{_SOUNDS['公']}][^一-鿿0-9a-z]{{0,3}}[{_SOUNDS['众']}]|[{_SOUNDS['券'][1:]}]|[{_SOUNDS['取'][1:]}]|裙|[{_SOUNDS['加'][1:]}][我你]?[{_SOUNDS['微']}]|加[我你]?{_MARK}[{_SOUNDS['微']}]|(?<=[一-鿿])[./\\*_|·^+&=-]{{1,2}}[一-鿿][./\\*_|·^+&=-])"
)


def hidden_adverts(view: str) -> list[tuple[str, str, float]]:
    """Word, reason and weight 0…1 of each hidden advert in a text as matching sees it; empty for nearly every text."""
    if _MAYBE.search(view) is None:
        return []
    found = [*_accounts(view), *_invitations(view), *_coupons(view)]
    apart = [match.group() for match in _APART.finditer(view) if len(set(match.group()[::2])) > 3]
    return found + [(_joined(text)[:12], "广告（拆字）", 0.5) for text in apart[:1]]


def _accounts(view: str) -> list[tuple[str, str, float]]:
    followed = _FOLLOWED.search(view)
    if followed and _joined(followed.group()) != "关注公众号":
        return [(_joined(followed.group()), "广告（谐音账号）", 0.6)]
    for match in _ACCOUNT.finditer(view):
        around = view[max(0, match.start() - 6) : match.end() + 12]
        likely = not match.group().startswith(("公众", "工中", "工种")) or _LURE.search(around)
        if match.group() != "公众号" and likely:
            return [(_joined(match.group()), "广告（谐音账号）", 0.6)]
    return []


def _invitations(view: str) -> list[tuple[str, str, float]]:
    match = _WECHAT.search(view)
    if match and _joined(match.group()) not in ("加微信", "加我微信"):  # the plain words stand in spam.yaml
        return [(_joined(match.group()), "广告（谐音微信）", 0.6)]
    group = _GROUP.search(view)
    return [(_joined(group.group()), "广告（谐音群）", 0.5)] if group and group["last"] != "群" else []


def _coupons(view: str) -> list[tuple[str, str, float]]:
    coupon, fetch = _COUPON.search(view), _FETCH.search(view)
    odd_fetch = fetch is not None and _joined(fetch.group()) not in ("领取", "领券", "领卷", "领的优惠")
    odd_coupon = coupon is not None and coupon["last"] != "券"
    if odd_fetch and fetch:
        return [(_joined(fetch.group()), "广告（谐音领券）", 0.6 if coupon else 0.4)]
    if odd_coupon and coupon and (fetch or len(coupon.group()) != len(_joined(coupon.group()))):
        return [(_joined(coupon.group()), "广告（谐音领券）", 0.4)]
    return []


def _joined(text: str) -> str:
    return re.sub(r"[^一-鿿0-9a-z+➕❤]", "", text)
