"""How fast a text is read: `python bench/nlp.py`; the whole chain, its parts, start and memory, snownlp in the same run."""

import argparse
import csv
import gzip
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "nlp"
START = "import time; t=time.perf_counter(); from nlp.analyzer import Analyzer; i=time.perf_counter(); Analyzer.load(); print(i-t, time.perf_counter()-i)"
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


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--count", type=int, default=16_000)
    parser.add_argument("--snownlp", type=int, default=200, help="texts for snownlp, 0 leaves it out")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    from nlp.analyzer import Analyzer, Reading
    from nlp.batch import batch_of
    from nlp.duplicates import NearDuplicates
    from nlp.segment import segmenter
    from nlp.sentiment import load_model

    sample = texts(options.data, options.count)
    mean = sum(map(len, sample)) / len(sample)
    analyzer, model, words = Analyzer.load(), load_model(), segmenter()
    readings = [Reading(text=text) for text in sample]

    def chain() -> None:
        NearDuplicates().add_many([analysis.normalized for analysis in analyzer.analyze_many(readings)])

    def mood() -> None:
        for at in range(0, len(sample), 512):
            model.documents(batch_of(sample[at : at + 512]))

    rates = {
        "whole chain with near-duplicates": cpu_rate(chain, len(sample)),
        "sentiment alone": cpu_rate(mood, len(sample)),
        "segmentation alone": cpu_rate(lambda: [words.cut(text) for text in sample], len(sample)),
        "near-duplicates alone": cpu_rate(lambda: NearDuplicates().add_many(sample), len(sample)),
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    imported, loaded = start_seconds()
    print(f"{len(sample)} texts of {mean:.0f} characters; per CPU second of one core; best of three")
    for name, rate in rates.items():
        print(f"{name:<34}{rate:>10,.0f} texts/s{rate * mean / 73:>10,.0f} at 73 characters")
    if options.snownlp:
        from nlp.snownlp_engine import SnownlpEngine

        engine, part = SnownlpEngine(), sample[:: max(1, len(sample) // options.snownlp)]
        slow = cpu_rate(lambda: engine.probabilities(part), len(part))
        print(f"{'snownlp sentiment alone':<34}{slow:>10,.0f} texts/s   ours {rates['sentiment alone'] / slow:,.0f} x")
    print(f"import {imported:.2f} s, load {loaded:.2f} s, memory {memory:.0f} MiB before snownlp")


if __name__ == "__main__":
    main()
