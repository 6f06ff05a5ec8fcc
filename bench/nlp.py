"""How fast a text is read: `python bench/nlp.py`; the whole chain, its parts, `analyze` end to end, start and memory, the second stage and snownlp in the same run."""

import argparse
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "nlp"
START = "import time; t=time.perf_counter(); from nlp.analyzer import Analyzer; i=time.perf_counter(); Analyzer.load(); print(i-t, time.perf_counter()-i)"
WHOLE = "whole chain with near-duplicates"
LENGTH = 73
LONG = f"whole chain, texts of {LENGTH} on the average"
CLAUSES = (
    "制冷很快",
    "安装师傅乱收费",
    "没有噪音",
    "用了三天就漏水",
    "客服一直推诿",
    "外观好看",
    "送货及时",
    "价格实惠",
    "遥控器失灵",
    "比格力安静",
)


def texts(data: Path, count: int) -> list[str]:
    """Real reviews and posts where the folder is there, else made of a few invented clauses."""
    rows: list[str] = []
    for name in ("jd_aircon", "weibo_usual", "weibo_virus", "waimai", "jd_goods"):
        path = data / f"{name}.csv.gz"
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                rows += [row["text"] for row in csv.DictReader(lines)][:4000]
    if not rows:
        rows = ["，".join(CLAUSES[(n * 7 + k * (n % 5 + 1)) % len(CLAUSES)] for k in range(8)) for n in range(4000)]
    return (rows * (count // len(rows) + 1))[:count]


def of_length(sample: Sequence[str], mean: int) -> list[str]:
    """The texts without the shortest ones, so many that the others have that many characters on the average."""
    kept = sorted(sample, key=len, reverse=True)
    total = sum(map(len, kept))
    while kept and total / len(kept) < mean:
        total -= len(kept.pop())
    wanted = set(kept)
    return [text for text in sample if text in wanted]


def cpu_rate(action: Callable[[], object], count: int) -> float:
    """Texts per CPU second of this process, best of three."""
    best = 0.0
    for _ in range(3):
        begin = time.process_time()
        action()
        best = max(best, count / (time.process_time() - begin))
    return best


def start_seconds() -> tuple[float, float]:
    """Import and load in a fresh process, seconds, best of three."""
    runs = [
        subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    pairs = [tuple(map(float, run.stdout.split())) for run in runs]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def parts_of(sample: Sequence[str]) -> dict[str, float]:
    """Texts per CPU second of the whole chain and of each part that can be run alone."""
    from nlp.analyzer import Reading
    from nlp.batch import batch_of
    from nlp.duplicates import NearDuplicates
    from nlp.findings import Findings
    from nlp.segment import segmenter
    from nlp.sentiment import load_model
    from tingchao.readers import reader_choice

    analyzer, model, words = reader_choice(deep="off").load(), load_model(), segmenter()  # as the product loads it
    readings = [Reading(text=text) for text in sample]
    normalized = [analysis.normalized for analysis in analyzer.analyze_many(readings)]
    rounds = [sample[at : at + 512] for at in range(0, len(sample), 512)]

    def chain() -> None:
        NearDuplicates().add_many([analysis.normalized for analysis in analyzer.analyze_many(readings)])

    vocabulary = analyzer._vocabulary  # the only part without a public door
    long = of_length(sample, LENGTH)
    long_readings = [Reading(text=text) for text in long]

    def long_chain() -> None:
        NearDuplicates().add_many([analysis.normalized for analysis in analyzer.analyze_many(long_readings)])

    actions: dict[str, Callable[[], object]] = {
        WHOLE: chain,
        "sentiment of whole texts": lambda: [model.documents(batch_of(part)) for part in rounds],
        "segmentation": lambda: [words.cut(text) for text in normalized],
        "dictionaries searched": lambda: [Findings(batch_of(part), {}, vocabulary) for part in rounds],
        "near-duplicates": lambda: NearDuplicates().add_many(normalized),
    }
    rates = {name: cpu_rate(action, len(sample)) for name, action in actions.items()}
    return rates | {LONG: cpu_rate(long_chain, len(long)) * sum(map(len, long)) / len(long) / LENGTH}


def analyze_rates(sample: Sequence[str], workers: Sequence[int]) -> dict[str, tuple[float, float]]:
    """`tingchao analyze` on a file, by number of workers: texts per second of wall clock and per CPU second, start left out.

    What starting takes is measured with a file of one line and taken away.
    """
    answer = {}
    with tempfile.TemporaryDirectory() as folder:
        whole, one = Path(folder) / "docs.jsonl", Path(folder) / "one.jsonl"
        lines = [json.dumps({"id": n, "text": text}, ensure_ascii=False) for n, text in enumerate(sample)]
        whole.write_text("\n".join(lines) + "\n", "utf-8")
        one.write_text(lines[0] + "\n", "utf-8")
        for number in workers:
            took = [min(_analyzed(path, number, folder) for _ in range(2)) for path in (whole, one)]
            wall, cpu = (took[0][n] - took[1][n] for n in (0, 1))
            answer[f"analyze --workers {number}"] = (len(sample) / wall, len(sample) / cpu)
    return answer


def _analyzed(path: Path, workers: int, folder: str) -> tuple[float, float]:
    """Seconds of wall clock and of CPU, children included."""
    before, begin = os.times(), time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        subprocess.run(
            [sys.executable, "-m", "tingchao", "analyze", str(path), "--workers", str(workers)],
            cwd=ROOT, stdout=nowhere, check=True, env=os.environ | {"TINGCHAO_DATA": folder},
        )  # fmt: skip
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begin, cpu


def slow_rates(sample: Sequence[str], count: int) -> dict[str, float]:
    """Texts per CPU second of the cascade with the second stage where it is installed, and of snownlp, on some of the texts."""
    from nlp.judges import available, judge

    part = sample[:: max(1, len(sample) // count)]
    answer = {}
    for name in ("ours+bge", "snownlp"):
        if available()[name] is None:
            made = judge(name)
            answer[name] = cpu_rate(lambda made=made: made.probabilities(part), len(part))
    return answer


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--count", type=int, default=16_000)
    parser.add_argument(
        "--snownlp", type=int, default=200, help="texts for snownlp and the second stage, 0 leaves them out"
    )
    parser.add_argument(
        "--workers", type=int, nargs="*", default=[1, 2], help="also `tingchao analyze` with so many workers"
    )
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    sample = texts(options.data, options.count)
    mean = sum(map(len, sample)) / len(sample)
    rates = parts_of(sample)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    imported, loaded = start_seconds()
    print(
        f"{len(sample)} texts of {mean:.0f} characters; per CPU second of one core; best of three; share = of the whole chain"
    )
    print(f"{LONG:<40}{rates.pop(LONG):>10,.0f} texts/s: the same without the shortest texts")
    for name, rate in rates.items():
        share = f"{rates[WHOLE] / rate:>7.0%}"
        print(f"{name:<34}{rate:>10,.0f} texts/s{rate * mean / LENGTH:>10,.0f} scaled to {LENGTH}{share}")
    for name, (wall, cpu) in (analyze_rates(sample, options.workers) if options.workers else {}).items():
        print(
            f"{name:<34}{cpu:>10,.0f} texts/s{cpu * mean / LENGTH:>10,.0f} scaled to {LENGTH}{'':7}{wall:>10,.0f} texts/s of wall clock"
        )
    for name, rate in (slow_rates(sample, options.snownlp) if options.snownlp else {}).items():
        ratio = rates["sentiment of whole texts"] / rate
        print(
            f"{name + ', sentiment of whole texts':<34}{rate:>10,.0f} texts/s   our n-grams {ratio:,.0f} x, our whole chain {rates[WHOLE] / rate:,.0f} x"
        )
    print(f"import {imported:.2f} s, load {loaded:.2f} s, memory {memory:.0f} MiB before the slow ones")


if __name__ == "__main__":
    main()
