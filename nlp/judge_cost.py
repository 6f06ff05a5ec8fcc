"""What a judge costs to have: `python -m nlp.judge_cost NAME [MODELS]` in a process of its own, one line of JSON."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import attrs

from nlp.sentiment import MODELS

_SENTENCES = ("用了三天就漏水，客服一直推诿", "安静好用，制冷很快", "今天安装，明天上门", "比上一台省电，就是有点贵")


@attrs.frozen(kw_only=True)
class Cost:
    """Measured in a fresh process."""

    load_s: float
    """Seconds of wall clock from the first import to the first judgement."""
    mib: float
    """Most memory it ever held, reading a few texts."""


def cost_of(name: str, *, models: Path = MODELS, root: Path = Path(__file__).parents[1]) -> Cost:
    """Start a process that loads the judge, and ask what it took. The judge must be available."""
    done = subprocess.run(
        [sys.executable, "-m", "nlp.judge_cost", name, str(models)],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure and print."""
    begin = time.perf_counter()
    from nlp.judges import judge

    made = judge(sys.argv[1], models=Path(sys.argv[2]))
    made.probabilities([])
    loaded = time.perf_counter() - begin
    made.probabilities(_SENTENCES * 64)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"load_s": round(loaded, 2), "mib": round(memory)}))


if __name__ == "__main__":
    main()
