"""`tingchao train`: own reviews make a model that is used where it is better, and refused where it isn't."""

import csv
import json
import random
from pathlib import Path

import pytest

from tests.tingchao.shells import Shell

pytest.importorskip("scipy", reason="extra train is not installed")
pytest.importorskip("sklearn", reason="extra train is not installed")

PRAISE, BLAME = ("飒蜜", "哇塞尔", "顶配妙", "灵兮兮"), ("蔫巴", "拉胯胯", "瓢了", "栓蛋")
"""Words that no model knows yet: this customer's buyers say what they think with them."""
FACTS = (
    "周三到的",
    "放在客厅",
    "第二台了",
    "给爸妈买",
    "朋友介绍",
    "型号是新款",
    "晚上开",
    "门口取",
    "店里看过",
    "颜色白",
    "用了一周",
    "隔天装",
)


def reviews(path: Path, *, rows: int = 900, honest: bool = True, encoding: str = "utf-8") -> Path:
    """An export of stars and texts; not honest = the stars say nothing."""
    draw = random.Random(5)
    with path.open("w", encoding=encoding, newline="") as out:
        table = csv.writer(out)
        table.writerow(["评价内容", "星级", "昵称"])
        for number in range(rows):
            stars = draw.choice((1, 2, 4, 5))
            words = PRAISE if (stars > 3) == (honest or draw.random() < 0.5) else BLAME
            said = [*draw.sample(FACTS, 3), draw.choice(words), f"第{number}号单"]
            draw.shuffle(said)
            table.writerow(["，".join(said), stars, f"用户{number}"])
        table.writerow(["此用户未填写评价内容", 5, "某"])
        table.writerow(["坏行", "很多", "某"])
    return path


@pytest.fixture
def tingchao(tmp_path: Path) -> Shell:
    return Shell(data=tmp_path / "data", patience_s=200)


def version(shell: Shell) -> str:
    return str(shell("analyze", given='{"id":1,"text":"真的飒蜜"}\n').rows[0]["model"])


def test_a_better_model_is_installed_used_listed_and_taken_back(tingchao: Shell, tmp_path: Path) -> None:
    before = version(tingchao)
    file = reviews(tmp_path / "导出.csv", encoding="gb18030")
    answer = tingchao("train", "--from", file, "--stars", "星级", "--jsonl")
    assert answer.code == 2, answer.err  # one row could not be read; the others were learnt from
    assert "line 903" in answer.err
    report = answer.rows[0]
    assert (report["read"], report["refused"], report["default_texts"]) == (902, 1, 1)
    assert (report["accepted"], report["installed"]) == (True, True)
    own = report["held_out"]
    assert own["new"]["two_class"] > 0.95 > own["old"]["two_class"]
    assert own["gain"]["accuracy"][1] > 0
    assert set(report["guards"]) == {"难例", "日常帖子"}
    after = version(tingchao)
    assert after != before
    assert "+own-2" in after
    listed = tingchao("model", "list", "--jsonl").rows
    assert [(row["name"] == "shipped", row["chosen"]) for row in listed] == [(True, False), (False, True)]
    assert after.startswith(listed[1]["version"])
    name = listed[1]["name"]
    assert "is in use" in tingchao("model", "remove", name).err
    assert tingchao("model", "use", "shipped").code == 0
    assert version(tingchao) == before
    assert tingchao("model", "remove", name).code == 0
    assert "known are shipped" in tingchao("model", "use", name).err


def test_stars_that_say_nothing_make_no_model(tingchao: Shell, tmp_path: Path) -> None:
    file = reviews(tmp_path / "own.csv", honest=False)
    answer = tingchao("train", "--from", file, "--stars", "星级")
    assert answer.code == 1, answer.err
    assert "没有安装" in answer.out.decode()
    assert [row["name"] for row in tingchao("model", "list", "--jsonl").rows] == ["shipped"]


def test_a_dry_run_reports_and_installs_nothing(tingchao: Shell, tmp_path: Path) -> None:
    answer = tingchao("train", "--from", reviews(tmp_path / "own.csv"), "--stars", "星级", "--dry-run", "--jsonl")
    assert (answer.rows[0]["accepted"], answer.rows[0]["installed"]) == (True, False)
    assert not (tmp_path / "data" / "models").exists()


def test_what_is_missing_is_said(tingchao: Shell, tmp_path: Path) -> None:
    file = reviews(tmp_path / "own.csv", rows=30)
    for words, message in (
        (("--from", file), "say which column holds the stars"),
        (("--from", file, "--stars", "分数"), "no column '分数'; it has 评价内容, 星级, 昵称"),
        (("--from", file, "--stars", "星级"), "too few different reviews to learn from"),
        (("--from", tmp_path / "none.csv", "--stars", "星级"), "none.csv"),
    ):
        answer = tingchao("train", *words)
        assert (answer.code, answer.out) == (2, b"")
        assert message in answer.err


def test_a_chosen_model_that_is_gone_is_told_with_the_way_out(tingchao: Shell, tmp_path: Path) -> None:
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    (models / "chosen").write_text("own-20260101\n", "utf-8")
    answer = tingchao("analyze", given=json.dumps({"id": 1, "text": "漏水"}) + "\n")
    assert (answer.code, answer.out) == (2, b"")
    assert "tingchao model use" in answer.err
    assert tingchao("model", "use", "shipped").code == 0
    assert tingchao("analyze", given=json.dumps({"id": 1, "text": "漏水"}) + "\n").code == 0
