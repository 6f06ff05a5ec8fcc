"""How a text is handed to the deep stage: its view, with emoticons in words and without what tells nothing of a mood."""

import re
from collections.abc import Sequence

from nlp.batch import batch_of

LONGEST = 128
"""Tokens that are read; of a longer text the beginning and the end, where verdicts stand."""
_HEAD, _TAIL = 84, 42
_CHARACTERS = 2_000
"""Of a longer text only so many characters at each end are cut into tokens."""

_EMOJI = {
    "笑哭": "😂🤣", "高兴": "😀😃😄😁😆😊🙂😇☺", "喜欢": "😍🥰😘😻❤♥💕💖💗💓💛💚💙💜🧡💞💝", "调皮": "😜😝😛😋🤪😏😎", "大哭": "😭",
    "难过": "😢😔😞😟😥😪😓☹🙁😿🥺", "心碎": "💔", "生气": "😡😠🤬😤👿😾", "无奈": "😒🙄😑😐😶🤷", "痛苦": "😣😖😫😩😰😨🤕",
    "吃惊": "😱😲😳😮😯🤯", "恶心": "🤢🤮💩", "生病": "🤒😷🤧", "思考": "🤔", "祈祷": "🙏🕯", "加油": "💪✊👊", "赞": "👍👏🙌💯✌👌", "差": "👎🖕",
    "抱抱": "🤗", "庆祝": "🎉🎂🎁🎊🥳💃", "鲜花": "🌹🌸🌻💐🌺", "晚安": "🌙💤😴", "怒火": "🔥💢",
}  # fmt: skip
"""Emoticons that the tokenizer does not know, by what they say."""
_WORDS = str.maketrans({one: f"[{word}]" for word, signs in _EMOJI.items() for one in signs})
_SILENT = re.compile(r"https?://\S*|\bt\.cn/\S*|[\x00-\x1f\ue000\ufffd]+", re.ASCII)
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)


def deep_texts(texts: Sequence[str]) -> list[str]:
    """What the tokenizer gets for each text; any text is welcome. Half surrogates, NUL and blots become blanks."""
    batch = batch_of([_ends(text) for text in texts])
    views = [batch.view[start:end] for start, end in zip(batch.starts.tolist(), batch.ends.tolist(), strict=True)]
    return [_REPEATED.sub(r"\1\1\1", _SILENT.sub(" ", view.translate(_WORDS))) for view in views]


def shortened(tokens: Sequence[int]) -> list[int]:
    """The numbers of the tokens, at most LONGEST - 2 of them."""
    return list(tokens) if len(tokens) <= LONGEST - 2 else [*tokens[:_HEAD], *tokens[-_TAIL:]]


def _ends(text: str) -> str:
    return text if len(text) <= 2 * _CHARACTERS else f"{text[:_CHARACTERS]} {text[-_CHARACTERS:]}"
