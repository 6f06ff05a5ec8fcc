"""What a judge costs to have: `python -m nlp.judge_cost NAME [MODELS]` in a process of its own, one line of JSON."""

import json
import re
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

    start_s: float
    """CPU seconds from the first import to the first judgement; other programs on the machine don't count in."""
    load_s: float
    """Those of them in which it read its own files: its model, dictionaries, for snownlp its library too."""
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
    begin = time.process_time()
    import nlp.analyzer  # noqa: F401  # what all judges share is imported, not loaded
    from nlp.judges import judge

    imported = time.process_time()
    made = judge(sys.argv[1], models=Path(sys.argv[2]))
    made.probabilities(_SENTENCES)
    loaded = time.process_time()
    made.probabilities(_SENTENCES * 64)
    cost = Cost(start_s=round(loaded - begin, 2), load_s=round(loaded - imported, 2), mib=round(_most_mib()))
    print(json.dumps(attrs.asdict(cost)))


def _most_mib() -> float:
    """Most memory of this process; what getrusage says would be at least what its parent had when it was started."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+)", status.read_text())):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
