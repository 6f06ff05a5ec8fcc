import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from domain.analysis import Polarity
from domain.errors import InvalidInput, MissingExtra
from nlp import training
from nlp.analyzer import Analyzer, Reading
from nlp.batch import batch_of
from nlp.examples import read_examples
from nlp.sentiment import CLAUSE_NEUTRAL, load_model, softmax
from nlp.snownlp_engine import SnownlpEngine

COUNTED = 0.7
"""p(negative) from which a watch counts a post."""
THINGS = ("空调", "热水器", "冰箱", "客服", "安装", "物流", "遥控器", "外观")
LEVELS = {
    "neg": ("太差了", "坏了没人管", "很失望", "垃圾"),
    "neu": ("今天到的", "放在客厅", "是白色的", "一共两台"),
    "pos": ("很好用", "非常满意", "不错推荐", "很喜欢"),
}


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with gzip.open(folder / "jd_aircon.csv.gz", "wt", encoding="utf-8") as out:
        out.write("text,label\n")
        for label, words in LEVELS.items():
            for thing in THINGS:
                out.writelines(f"{thing}{one}，{other}{thing},{label}\n" for one in words for other in words)
    return folder


def test_a_model_trained_on_stars_reads_what_it_has_not_seen(small_set: Path, tmp_path: Path) -> None:
    measured = training.make(small_set, tmp_path, version="test-1", composed=0)
    assert measured["jd_aircon"]["macro_f1"] > 0.95
    model = load_model(tmp_path)
    assert model.version == "test-1"
    _, probabilities = model.documents(batch_of(["洗衣机太差了，坏了没人管", "洗衣机非常满意，很好用"]))
    assert probabilities.argmax(axis=1).tolist() == [0, 2]


def test_sets_that_were_not_trained_on_are_measured_without_near_copies(small_set: Path, tmp_path: Path) -> None:
    rows = ["洗衣机太差了，坏了没人管,neg", "洗衣机非常满意，很好用,pos", "空调太差了，坏了没人管空调,neg"]
    with gzip.open(tmp_path / "waimai.csv.gz", "wt", encoding="utf-8") as out:
        out.write("\n".join(["text,label", *rows]))
    (tmp_path / "jd_aircon.csv.gz").write_bytes((small_set / "jd_aircon.csv.gz").read_bytes())
    found = training.elsewhere(tmp_path, ["jd_aircon"])
    assert set(found) == {"waimai"}
    assert found["waimai"]["rows"] == 2
    assert found["waimai"]["two_class"] == 1


def test_copies_never_lie_on_both_sides_of_the_split(small_set: Path) -> None:
    examples = read_examples(small_set)
    sides: dict[str, set[int]] = {}
    for text, fold in zip(examples.texts, examples.folds.tolist(), strict=True):
        sides.setdefault(text.replace("，", ""), set()).add(fold)
    assert all(len(folds) == 1 for folds in sides.values())
    assert len(set(examples.folds.tolist())) > 1


def test_training_without_scipy_says_which_extra_to_install(small_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(MissingExtra, match="install train"):
        training.train(read_examples(small_set), version="x")


def test_a_clause_that_is_the_whole_text_weighs_its_words_like_the_document() -> None:
    model, batch = load_model(), batch_of(["制冷很快", "前一句。师傅乱收费"])
    logits, _ = model.documents(batch)
    clause = model.clauses(batch, batch.starts[:1], batch.ends[:1], np.zeros((1, 3), np.float32))
    shifted = logits[:1] + np.array([0, CLAUSE_NEUTRAL, 0], np.float32)
    assert clause == pytest.approx(softmax(shifted), abs=1e-4)


def test_a_stored_model_reads_as_before(small_set: Path, tmp_path: Path) -> None:
    model = training.train(read_examples(small_set), version="kept")
    training.save(model, tmp_path, note="n")
    again = load_model(tmp_path)
    texts = ["空调很好用，不错推荐", "客服太差了，坏了没人管", "今天到的", "😀", ""]
    assert again.version == "kept"
    assert training.probabilities_of(again, texts) == pytest.approx(training.probabilities_of(model, texts), abs=0.02)


def test_a_model_of_an_older_shape_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "sentiment.json").write_text('{"version": "ngram-2", "bits": 20, "longest": 4}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="ngram-2"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("太好用了//@某人:垃圾，用三天就漏水", Polarity.POSITIVE),
        ("[怒]真够差//@某人:这台很好用，非常满意", Polarity.NEGATIVE),
        ("很满意，推荐购买//@甲:太差了//@乙:后悔死了，千万别买", Polarity.POSITIVE),
        ("太差了，气死我了 // @甲:买得太值了，全家都喜欢", Polarity.NEGATIVE),
    ],
)
def test_the_posters_own_words_decide_over_what_is_reposted(text: str, mood: Polarity) -> None:
    assert Analyzer.load().analyze(Reading(text=text)).sentiment is mood


def test_a_bare_repost_takes_little_from_what_it_passes_on() -> None:
    blame, praise = (f"转发微博//@某人:{said}" for said in ("垃圾，用三天就漏水", "太好用了，非常满意"))
    for read in Analyzer.load().analyze_many([Reading(text=blame), Reading(text=praise)]):
        assert max(read.p.negative, read.p.positive) < COUNTED


def test_two_texts_of_which_one_ends_like_a_chain_are_no_chain() -> None:
    apart = [load_model().documents(batch_of([text]))[1][0] for text in ("很好用//", "@某人 太差了")]
    together = load_model().documents(batch_of(["很好用//", "@某人 太差了"]))[1]
    assert together == pytest.approx(np.array(apart), abs=1e-5)


def test_a_text_reads_the_same_in_any_company() -> None:
    texts = ["空调很好//@甲:差", "", "😡😡", "差评", "//@乙:坏了", "很满意" * 300]
    alone = [load_model().documents(batch_of([text]))[1][0] for text in texts]
    assert load_model().documents(batch_of(texts))[1] == pytest.approx(np.array(alone), abs=1e-5)


def test_repeating_a_text_changes_little() -> None:
    model = load_model()
    once, often = model.documents(batch_of(["客服太差了。", "客服太差了。" * 20]))[1]
    assert abs(float(once[0] - often[0])) < 0.1


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("制冷快，声音小，安装师傅很专业，非常满意", Polarity.POSITIVE),
        ("买回来三天就坏了，客服推诿，太失望了", Polarity.NEGATIVE),
        ("垃圾售后，再也不买了", Polarity.NEGATIVE),
        ("外观漂亮，性价比高，推荐购买", Polarity.POSITIVE),
        ("太开心了[哈哈][哈哈]", Polarity.POSITIVE),
        ("气死我了[怒][怒]", Polarity.NEGATIVE),
        ("本公司位于市中心，主要从事建材批发", Polarity.NEUTRAL),
        ("", Polarity.NEUTRAL),
    ],
)
def test_plain_praise_and_blame_are_told_apart(text: str, mood: Polarity) -> None:
    assert Analyzer.load().analyze(Reading(text=text)).sentiment is mood


def test_the_shipped_model_is_small_and_holds_no_pickle() -> None:
    from nlp.sentiment import MODELS

    assert (MODELS / "sentiment.npz").stat().st_size < 15 * 2**20
    with np.load(MODELS / "sentiment.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"codes", "tops", "marks", "bias"}


@pytest.mark.filterwarnings("ignore")  # snownlp itself leaves files open and uses old escapes
def test_snownlp_answers_as_a_baseline() -> None:
    engine = SnownlpEngine()
    rows = engine.probabilities(["这个东西很好，非常喜欢", "太差了，质量很烂", ""])
    assert rows.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows.argmax(axis=1).tolist() == [2, 0, 1]


def test_snownlp_is_not_imported_by_the_analyzer() -> None:
    import subprocess

    code = "import sys; from nlp.analyzer import Analyzer; Analyzer.load(); print([m for m in ('snownlp', 'jieba', 'sklearn', 'scipy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
