"""How well texts are read: `python bench/nlp_eval.py [FILES …]` is `tingchao eval` on labelled files, by default on our own invented sets.

The public sets beside the project are what the shipped model learnt from: on them its figures say nothing. What it reached on rows
that it had not seen stands in `nlp/models/sentiment.json`, by `python -m nlp.training`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETS = ROOT / "tests" / "nlp" / "sets"
OURS = ("sentiment_slices.jsonl", "--about", "about.jsonl", "--severity", "severity.jsonl")


def main() -> int:
    words = sys.argv[1:] or [word if word.startswith("--") else str(SETS / word) for word in OURS]
    return subprocess.run([sys.executable, "-m", "tingchao", "eval", *words], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
