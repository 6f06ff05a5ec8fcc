"""Does a text itself speak of a reward for praise: 好评返现, 晒图有礼, 好评卡?"""

import re
from functools import cache

from nlp.dictionaries import read
from nlp.normalize import normalize

_SENTENCE = re.compile(r"[。!?;\n\r]+")
_CLAUSE = re.compile(r"[,、:\s]+")
_HINT = re.compile(r"返|红包|有礼|有奖|好评|礼")


def paid_praise(text: str) -> str:
    """The words that say so, normalised; empty where none do. The buyer's complaint that a promised reward never came counts too."""
    seen = normalize(text)
    if _HINT.search(seen) is None:
        return ""
    surely, reward, praise, denied = _patterns()
    for sentence in _SENTENCE.split(seen):
        for found in surely.finditer(sentence):
            if not denied.search(_clause_before(sentence, found.start())):
                return found[0]
        given = reward.search(sentence)
        if given and praise.search(sentence) and not denied.search(_clause_before(sentence, given.start())):
            return given[0]
    return ""


def _clause_before(sentence: str, at: int) -> str:
    """The words of the same clause that go before a place, the last eight characters of them."""
    return _CLAUSE.split(sentence[:at])[-1][-8:]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists = read("paid")
    surely, reward, praise, denied = (
        re.compile("|".join(re.escape(word) for word in sorted(lists[name], key=len, reverse=True)))
        for name in ("surely", "reward", "praise", "denied")
    )
    return surely, reward, praise, denied
