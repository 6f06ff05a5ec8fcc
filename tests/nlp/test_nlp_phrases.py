"""New themes out of clauses that no aspect covers: what is found, what is filler, and that any text is survived."""

import time
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import AspectOpinion, Polarity, Wish
from domain.documents import Kind, StoredDocument
from nlp.normalize import normalize
from nlp.phrases import new_themes, typical
from nlp.said import clauses
from nlp.segment import segmenter
from nlp.typical import names, names_of

NOON = datetime(2026, 1, 1, 4, tzinfo=UTC)
CUT = segmenter()


def stored(number: int, text: str, *covered: str, mood: str = "negative", wish: str = "") -> StoredDocument:
    seen = normalize(text)
    aspects = tuple(
        AspectOpinion(aspect="漏水", polarity=Polarity.NEGATIVE, opinion=words, start=0, end=len(words))
        for words in covered
    )
    wishes = (Wish(text=wish, start=0, end=len(wish)),) if wish else ()
    return StoredDocument(
        id=f"demo:{number}", source="demo", kind=Kind.REVIEW, text=text, normalized=seen, tokens=tuple(CUT.cut(seen)),
        published_at=NOON, seen_at=NOON, sentiment=Polarity(mood), score=-1, p_negative=1, aspects=aspects, wishes=wishes,
    )  # fmt: skip


def test_clauses_know_their_words_and_whether_something_speaks_of_them() -> None:
    document = stored(1, "用了两天就漏水，柜门关不严；ＡＰＰ连不上！希望能定时", "用了两天就漏水", wish="希望能定时")
    told = [(c.text, c.covered) for c in clauses(document)]
    assert told == [("用了两天就漏水", True), ("柜门关不严", False), ("app连不上", False), ("希望能定时", True)]
    assert [c.tokens for c in clauses(document)][1] == ("柜门", "关不严")


def test_what_stands_in_praise_as_often_is_no_new_theme() -> None:
    bad = [stored(n, "显示屏很大，说明书缺页") for n in range(12)]
    good = [stored(100 + n, "显示屏很大，很喜欢", mood="positive") for n in range(12)]
    found = {p for c in new_themes(bad, good) for p in c.phrases}
    assert any("说明书" in phrase for phrase in found)
    assert not any("显示屏" in phrase for phrase in found)


def test_what_mostly_stands_where_an_aspect_is_spoken_of_is_no_new_theme() -> None:
    bad = [stored(n, "接口漏水", "接口漏水") for n in range(20)] + [stored(50 + n, "又看接口") for n in range(4)]
    assert not any("接口" in p for c in new_themes(bad, []) for p in c.phrases)


def test_brands_appliances_and_what_a_person_decided_are_left_out() -> None:
    bad = [stored(n, "岚川说明书缺页，遥控器裂纹") for n in range(12)]
    good = [stored(100 + n, "很安静", mood="positive") for n in range(12)]
    found = new_themes(bad, good, names={"岚川"}, known={"说明书"})
    assert {p for c in found for p in c.phrases} & {"岚川", "说明书", "说明书缺页"} == set()
    assert any("遥控器" in p for c in found for p in c.phrases)
    assert {"美的", "空调", "midea"} <= names()
    sworn = [attrs.evolve(stored(n, "不买瑞栖，说明书缺页"), brands=("瑞栖",)) for n in range(12)]
    assert not any("瑞栖" in p for c in new_themes(sworn, good) for p in c.phrases)
    assert names_of([attrs.evolve(bad[0], brands=("岚川",), line="酷爽")]) >= {"岚川", "酷爽", "空调"}


@pytest.mark.parametrize("filler", ["大家", "你们", "千万别买", "后悔", "失望", "一个月", "客服", "空调", "真的"])
def test_filler_is_never_a_theme(filler: str) -> None:
    bad = [stored(n, f"{filler}！{filler}啊，{filler}") for n in range(30)]
    good = [stored(100 + n, "很安静", mood="positive") for n in range(30)]
    found = {c.name for c in new_themes(bad, good, names=names())}
    assert found <= ({"客服"} if filler == "客服" else set())  # a service word that nothing covers may be told


def test_wishes_are_told_by_their_phrases_alone() -> None:
    said = [(f"demo:{n}", tuple(CUT.cut(t)), t) for n, t in enumerate(["希望加个童锁"] * 4 + ["希望快点"] * 3)]
    assert [c.name for c in typical(said)] == ["童锁"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_any_texts_are_survived_and_counted_at_most_once_each(texts: list[str]) -> None:
    documents = [stored(n, text) for n, text in enumerate(texts)]
    for cluster in new_themes(documents, documents[:3]):
        holding = sum(any(p in d.normalized for p in cluster.phrases) for d in documents)
        assert 0 < cluster.documents <= holding


@pytest.mark.parametrize(
    "text", ["", "🔥" * 500, "only english words here, twice", "\x00", "\u202e漏水", "漏" * 200_000]
)
def test_strange_texts_are_survived(text: str) -> None:
    documents = [
        StoredDocument(**{**as_fields(stored(n, "柜门关不严")), "text": text, "normalized": normalize(text)})
        for n in range(5)
    ]
    assert new_themes(documents, []) is not None


def as_fields(document: StoredDocument) -> dict[str, object]:
    return {name: getattr(document, name) for name in document.__slots__ if not name.startswith("__")}


def test_a_long_list_takes_time_in_proportion() -> None:
    def processor_seconds(number: int) -> float:
        bad = [stored(n, f"柜门关不严，说明书缺页，遥控器裂纹{n % 7}，底座生锈") for n in range(number)]
        begun = time.process_time()
        new_themes(bad, bad[: number // 2])
        return time.process_time() - begun

    processor_seconds(50)  # dictionaries are read once
    large = min(processor_seconds(1_600) for _ in range(3))
    assert large < 40 * max(processor_seconds(200) for _ in range(3))
