"""Composes labelled posts for training from our own phrases, because no public set holds posts that only mention a product."""

import re
from collections.abc import Mapping
from importlib.resources import files
from random import Random
from typing import Any
from zlib import crc32

import attrs
import yaml

NAME = "composed"
"""What a composed example gives as its set."""
MOODS = ("negative", "neutral", "positive")
SHARES = (0.34, 0.31, 0.35)
"""Share of each mood: judging posts need more of them, because there are more ways to praise and to blame."""
WHOLE = (0.4, 0.7, 0.35)
"""Per mood: share of posts made of one whole phrase, the rest are clauses in a frame."""
AFTER_NEUTRAL = 0.12
"""Share of judging posts that open like a neutral one, so that a question or a plan alone decides nothing."""
CLAUSES = (0.45, 0.35, 0.2)
"""Share of frames with one, two and three clauses."""
ENDING, TOPIC, CUT = 0.2, 0.12, 0.5
"""Share with an ending, with a #topic#, and of questions that lose their question mark."""
HELD_OUT = 3
"""One phrase in so many is kept for measuring."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"\{(\w+)\}")


@attrs.frozen(kw_only=True)
class Composed:
    """One composed post."""

    text: str
    mood: int
    """Place in MOODS."""


def compose(count: int, *, seed: int = 20261122, unseen: bool = False) -> list[Composed]:
    """About `count` different posts, the same for the same seed.

    unseen: of the third of the phrases that is kept for measuring; otherwise of the other two thirds. No phrase lies on both sides.
    """
    return _posts(_Composer(_side(_phrases(), unseen=unseen), Random(seed)), count)


def compose_all(count: int, *, seed: int = 20261122) -> list[Composed]:
    """About `count` different posts of all phrases: for the model that is shipped."""
    return _posts(_Composer(_phrases(), Random(seed)), count)


def phrase_count() -> int:
    """Phrases with a mood, frames left out."""
    moody = {
        key: value for key, value in _phrases().items() if key not in ("words", "things", "marks", "topics", "frames")
    }
    return _leaves(moody)


def _posts(composer: "_Composer", count: int) -> list[Composed]:
    moods = composer.chance.choices(range(len(MOODS)), SHARES, k=count)
    return list({post.text: post for mood in moods if (post := composer.post(mood)).text}.values())


class _Composer:
    """Draws posts from phrases."""

    def __init__(self, phrases: Mapping[str, Any], chance: Random) -> None:
        self._phrases, self.chance = phrases, chance
        kinds = phrases["neutral"]
        self._whole = {
            0: [phrases["negative"]["whole"]],
            1: [kinds[name] for name in sorted(kinds)],
            2: [phrases["positive"]["whole"]],
        }

    def post(self, mood: int) -> Composed:
        """One post of a mood; a kind of neutral post is as likely as another, however many phrases it has."""
        thing, draw = self.chance.choice(self._phrases["things"]), self.chance.random()
        if draw < WHOLE[mood]:
            text = self._neutral_or(mood, thing)
        elif mood != 1 and draw < WHOLE[mood] + AFTER_NEUTRAL:
            text = f"{self._neutral_or(1, thing)}，{self._clauses(mood, thing, 1)}"
        else:
            clauses = self._clauses(mood, thing, self.chance.choices((1, 2, 3), CLAUSES)[0])
            text = self._filled(self.chance.choice(self._phrases["frames"]).replace("{x}", clauses), thing)
        return Composed(text=self._dressed(text, mood, thing), mood=mood)

    def _neutral_or(self, mood: int, thing: str) -> str:
        text = self._filled(self.chance.choice(self.chance.choice(self._whole[mood])), thing)
        return text.rstrip("？") if self.chance.random() < CUT else text

    def _clauses(self, mood: int, thing: str, count: int) -> str:
        known = self._phrases["clauses"][MOODS[mood]]
        own = known.get(thing, [])
        chosen = [self.chance.choice(own if own and self.chance.random() < 0.5 else known["any"]) for _ in range(count)]
        return "，".join(dict.fromkeys(self._filled(one, thing) for one in chosen))

    def _dressed(self, text: str, mood: int, thing: str) -> str:
        if self.chance.random() < ENDING:
            text += f"，{self.chance.choice(self._phrases['endings'][MOODS[mood]])}"
        if self.chance.random() < TOPIC:
            text = f"{self._filled(self.chance.choice(self._phrases['topics']), thing)} {text}"
        marks = self._phrases["marks"]
        return f"{text}{self.chance.choice(marks['any'] if self.chance.random() < 0.8 else marks[MOODS[mood]])}"

    def _filled(self, phrase: str, thing: str) -> str:
        while "(" in phrase:  # innermost first
            phrase = _CHOICE.sub(lambda found: self.chance.choice(found[1].split("|")), phrase)
        return _WORD.sub(lambda found: thing if found[1] == "thing" else self._word(found[1]), phrase)

    def _word(self, name: str) -> str:
        words: list[str] = self._phrases["words"][name]
        return str(self.chance.choice(words))


def _phrases() -> dict[str, Any]:
    text = files(__package__).joinpath("training_phrases.yaml").read_text(encoding="utf-8")
    answer: dict[str, Any] = yaml.safe_load(text)
    return answer


def _side(phrases: Mapping[str, Any], *, unseen: bool) -> dict[str, Any]:
    """The phrases of one side of the split; words that fill them are the same on both."""
    split = ("endings", "clauses", "neutral", "positive", "negative", "frames")
    return {key: _kept(value, unseen) if key in split else value for key, value in phrases.items()}


def _kept(node: Any, unseen: bool) -> Any:
    if isinstance(node, dict):
        return {key: kept for key, value in node.items() if (kept := _kept(value, unseen))}
    return [phrase for phrase in node if (crc32(phrase.encode()) % HELD_OUT == 0) == unseen]


def _leaves(node: Any) -> int:
    return sum(_leaves(value) for value in node.values()) if isinstance(node, dict) else len(node)
