"""`analyze` as a stream: the same answers however many processes read, prompt for people, clean ends, nothing that stops it."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 100
CLAUSES = ("用了三天就漏水", "安静好用", "师傅乱收费", "比岚川的强多了", "还没装", "客服不理人", "外观好看", "制冷很快")


def line(identity: Any, text: Any) -> str:
    return json.dumps({"id": identity, "text": text}, ensure_ascii=False) + "\n"


def many(count: int) -> str:
    """Different texts, with a copy of an earlier one every seventh line."""
    texts = [f"{CLAUSES[n % 8]}，{CLAUSES[n * 5 % 7]}，第{n}台，编{n * n}号" for n in range(count)]
    return "".join(line(n, texts[0] if n % 7 == 6 else texts[n]) for n in range(count))


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Any]:
    """Starts `tingchao analyze …` with open pipes."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tingchao", "analyze", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True, bufsize=0,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's background job ignores it
            env={k: v for k, v in os.environ.items() if not k.startswith("TINGCHAO_")}
            | {"TINGCHAO_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


def whole(process: "subprocess.Popen[bytes]", given: str) -> tuple[int, list[dict[str, Any]], str]:
    out, err = process.communicate(given.encode("utf-8", "surrogatepass"), timeout=WAIT_SECONDS)
    assert b"Traceback" not in err, err.decode()
    return process.returncode, [json.loads(row) for row in out.splitlines()], err.decode()


def next_row(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """The next answer, while the input stays open."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], WAIT_SECONDS)
    assert ready, "no answer came while the input was open"
    row: dict[str, Any] = json.loads(process.stdout.readline())
    return row


def workers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """Process numbers of its reading children."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def test_two_processes_answer_as_one_does_in_order_with_the_same_groups_of_copies(begin: Any) -> None:
    given = many(2600)
    one, two = whole(begin(), given), whole(begin("--workers", "2"), given)
    assert one == two
    assert (one[0], [row["id"] for row in one[1]]) == (0, list(range(2600)))
    copies = [row for row in one[1] if row["id"] % 7 == 6]
    assert len({row["cluster"] for row in copies} | {one[1][0]["cluster"]}) == 1
    assert copies[-1]["spam_reasons"] == [f"相似文本{1 + len(copies)}条"]


def test_bad_lines_are_named_and_the_others_answered_by_several_processes_too(begin: Any) -> None:
    good = many(1200).splitlines(keepends=True)
    given = "".join([*good[:600], "没有引号\n", "\n", '{"id":1}\n', *good[600:]])
    code, rows, err = whole(begin("--workers", "2"), given)
    assert code == 2
    assert [row["id"] for row in rows] == list(range(1200))
    assert [part.split(":")[0] for part in err.split("error: ")[1:]] == ["line 601", "line 603"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_person_who_types_is_answered_before_the_input_ends(begin: Any, workers: str) -> None:
    process = begin("--workers", workers)
    for identity, text in (("a", "漏水"), ("b", "好用")):
        process.stdin.write(line(identity, text).encode())
        process.stdin.flush()
        assert next_row(process)["id"] == identity
    assert whole(process, line("c", "没有换行")[:-1])[1][0]["id"] == "c"


def test_no_text_stops_it(begin: Any) -> None:
    texts = [
        "",
        " \t\n",
        "a\x00b",
        "\ud83d漏水",
        "\u202e漏水\u2066",
        "😡" * 300,
        "It leaks.",
        "漏" * 1_000_000,
        "ﷺ" * 50,
        "//@某:转发微博",
    ]
    given = "".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts))
    given += '{"id":"\\ud800","text":"半个字符的编号"}\n' + line(11, "[" * 5000) + "[" * 100_000 + "\n"
    given += '{"id":12,"text":"漏水","rating":"5","author":null,"source":null,"published_at":1700000000}\n'
    code, rows, err = whole(begin(), given)
    assert [row["id"] for row in rows] == [*range(10), "?", 11, 12]
    assert (code, err.count("error:")) == (2, 1)
    assert "line 13" in err


def test_ctrl_c_ends_it_without_a_trace_and_leaves_no_process(begin: Any) -> None:
    process = begin("--workers", "2")
    process.stdin.write(many(60).encode())
    process.stdin.flush()
    next_row(process)
    workers = workers_of(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of the group
    code, _, err = whole(process, "")
    assert (code, err) == (130, "")
    assert workers
    until = time.monotonic() + WAIT_SECONDS
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_reader_that_has_seen_enough_ends_it_quietly(begin: Any) -> None:
    process = begin("--workers", "2")
    process.stdin.write(many(600).encode())
    process.stdin.flush()
    next_row(process)
    process.stdout.close()
    process.stdout = None
    with pytest.MonkeyPatch.context():
        try:
            process.stdin.write(many(3000).encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
    process.stdin = None
    _, err = process.communicate(timeout=WAIT_SECONDS)
    assert err == b""


def test_a_worker_that_dies_is_told_with_the_last_answered_line(begin: Any) -> None:
    process = begin("--workers", "2")
    process.stdin.write(line(0, "漏水").encode())
    process.stdin.flush()
    next_row(process)
    for worker in workers_of(process):
        os.kill(worker, signal.SIGKILL)
    code, rows, err = whole(process, many(3000))
    assert code == 2
    assert rows == []
    assert "worker process ended by itself" in err
    assert "lines up to 1 are answered" in err


def test_an_unknown_engine_is_named_before_anything_is_read(begin: Any) -> None:
    for option, name in (("--sentiment", "bert"), ("--engine", "thulac"), ("--deep", "maybe")):
        code, rows, err = whole(begin(option, name, "--workers", "2"), many(3))
        assert (code, rows) == (2, [])
        assert f"{name!r} is unknown: hoped for" in err


def test_snownlp_judges_where_it_is_chosen_and_its_name_is_stored(begin: Any, tmp_path: Path) -> None:
    given = line(0, "用了三天就漏水，太差了") + line(1, "") + line(2, "！！！")
    code, rows, _ = whole(begin("--sentiment", "snownlp"), given)
    assert code == 0
    assert all(row["model"].startswith("snownlp-0.") for row in rows)
    assert rows[1]["sentiment"] == rows[2]["sentiment"] == "neutral"
    assert [a["aspect"] for a in rows[0]["aspects"]] == ["漏水"]
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "tingchao.toml").write_text('[reading]\nsentiment = "snownlp"\n', "utf-8")
    assert whole(begin(), given)[1] == rows
    (tmp_path / "data" / "tingchao.toml").write_text('[reading]\nsentiment = "snow"\n', "utf-8")
    code, rows, err = whole(begin(), given)
    assert (code, rows) == (2, [])
    assert "reading.sentiment: Input should be 'ngram' or 'snownlp' (seen: 'snow')" in err
