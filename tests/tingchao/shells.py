"""A shell for tests: runs `tingchao` on a data folder of its own and reads what it said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).parents[2]


@attrs.frozen(kw_only=True)
class Answer:
    """What a command said."""

    code: int
    out: bytes
    err: str

    @property
    def rows(self) -> list[Any]:
        """Every line of stdout is one JSON object, or this fails."""
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]


@attrs.frozen(kw_only=True)
class Shell:
    """Runs `tingchao` on one data folder."""

    data: Path
    patience_s: int = 120

    def __call__(self, *words: str | Path, given: str | bytes = b"", **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "tingchao", *map(str, words)],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("TINGCHAO_")}
            | {"TINGCHAO_DATA": str(self.data), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
            | environment,
            timeout=self.patience_s,
            check=False,
        )
        err = done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        return Answer(code=done.returncode, out=done.stdout, err=err)
