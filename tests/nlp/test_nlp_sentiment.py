import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from domain.analysis import Polarity
from domain.errors import MissingExtra
from nlp import training
from nlp.analyzer import Analyzer, Reading
from nlp.batch import batch_of
from nlp.examples import read_examples
from nlp.sentiment import CLAUSE_NEUTRAL, load_model, softmax
from nlp.snownlp_engine import SnownlpEngine

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


def test_copies_never_lie_on_both_sides_of_the_split(small_set: Path) -> None:
    examples = read_examples(small_set)
    sides: dict[str, set[int]] = {}
    for text, fold in zip(examples.texts, examples.folds.tolist(), strict=True):
        sides.setdefault(text.replace("，", ""), set()).add(fold)
    assert all(len(folds) == 1 for folds in sides.values())
    assert len(set(examples.folds.tolist())) > 1


def test_training_without_scikit_learn_says_which_extra_to_install(
    small_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtra, match="install train"):
        training.train(read_examples(small_set), version="x")


def test_a_clause_that_is_the_whole_text_weighs_its_words_like_the_document() -> None:
    model, batch = load_model(), batch_of(["制冷很快", "前一句。师傅乱收费"])
    logits, _ = model.documents(batch)
    clause = model.clauses(batch, batch.starts[:1], batch.ends[:1], np.zeros((1, 3), np.float32))
    shifted = logits[:1] + np.array([0, CLAUSE_NEUTRAL, 0], np.float32)
    assert clause == pytest.approx(softmax(shifted * np.float32(model.scale) + model.shift), abs=1e-4)


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
        assert set(arrays) == {"table", "bias", "shift", "scale"}


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
