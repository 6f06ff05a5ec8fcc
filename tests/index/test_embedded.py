"""What only the embedded engine promises: one writer, many readers, `kill -9`, damage that is noticed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import AlreadyRunning, StoreUnavailable
from index.embedded import Embedded
from index.query import Everything, Term
from index.store import IndexDamaged
from tests.contracts.samples import document

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from index.embedded import Embedded
from tests.contracts.samples import document

engine, first = Embedded(Path(sys.argv[1])), int(sys.argv[2])
for batch in range(first, first + 10_000):
    # each batch brings 10 new documents and a newer version of 10 old ones
    new = [document(f"jd:{batch}-{n}", version=1) for n in range(10)]
    old = [document(f"jd:{batch - 1}-{n}", version=2, text="第二版") for n in range(10)]
    engine.put([*new, *old])
    engine.advance(batch)
    print(batch, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[Embedded]:
    opened = Embedded(folder)
    yield opened
    opened.close()


def test_a_second_writer_is_told_that_another_one_is_at_work(engine: Embedded, folder: Path) -> None:
    with pytest.raises(AlreadyRunning, match="another process"):
        Embedded(folder)
    engine.close()
    Embedded(folder).close()


def test_a_reader_sees_each_commit_of_the_writer(engine: Embedded, folder: Path) -> None:
    reader = Embedded(folder, writable=False)
    for n in range(3):
        assert reader.count(Everything()) == n
        engine.put([document(f"jd:{n}")])
        engine.advance(n)
        assert reader.sequence() == n
    engine.delete(["jd:1"])
    assert reader.count(Everything()) == 2


def test_a_reader_never_writes(engine: Embedded, folder: Path) -> None:
    reader = Embedded(folder, writable=False)
    for write in (lambda: reader.put([document()]), lambda: reader.delete(["jd:1"]), lambda: reader.advance(1)):
        with pytest.raises(StoreUnavailable, match="reading only"):
            write()
    assert engine.count(Everything()) == 0


def test_a_reader_may_be_there_before_the_first_writer(folder: Path) -> None:
    reader = Embedded(folder, writable=False)
    writer = Embedded(folder)
    writer.put([document()])
    assert reader.count(Everything()) == 1
    writer.close()


def test_what_was_put_is_there_after_closing_and_opening(folder: Path) -> None:
    for n in range(3):
        engine = Embedded(folder)
        assert (engine.count(Everything()), engine.sequence()) == (n, n)
        engine.put([document(f"jd:{n}")])
        engine.advance(n + 1)
        engine.close()


def test_a_closed_engine_says_so(engine: Embedded) -> None:
    engine.close()
    engine.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        engine.put([document()])


def test_reset_leaves_an_empty_index_at_sequence_zero(folder: Path) -> None:
    engine = Embedded(folder)
    engine.put([document()])
    engine.advance(7)
    engine.close()
    Embedded.reset(folder)
    Embedded.reset(folder)
    engine = Embedded(folder)
    assert (engine.count(Everything()), engine.sequence()) == (0, 0)
    engine.close()


FILES = ("meta.json", "state.json", "*.store", "*.fast", "*.term", "*.idx", "*.pos")
HARMS = [(file, harm) for file in FILES for harm in ("cut", "gone", "noise") if (file, harm) != ("state.json", "gone")]


@pytest.mark.parametrize(("pattern", "harm"), HARMS)
def test_damage_is_noticed_at_the_start_and_mended_by_a_reset(folder: Path, pattern: str, harm: str) -> None:
    engine = Embedded(folder)
    engine.put(document(f"jd:{n}") for n in range(50))
    engine.advance(1)
    engine.close()
    victim = next(folder.glob(pattern))
    held = victim.read_bytes()
    if harm == "gone":
        victim.unlink()
    else:
        victim.write_bytes(held[: len(held) // 2] if harm == "cut" else os.urandom(len(held)))
    with pytest.raises(IndexDamaged, match="rebuild"):
        Embedded(folder)
    Embedded.reset(folder)
    again = Embedded(folder)
    assert again.count(Everything()) == 0
    again.close()


def test_one_changed_byte_is_found_when_all_are_compared(folder: Path) -> None:
    engine = Embedded(folder)
    engine.put(document(f"jd:{n}") for n in range(50))
    engine.verify()
    engine.close()
    victim = next(folder.glob("*.store"))
    held = bytearray(victim.read_bytes())
    held[len(held) // 3] ^= 1
    victim.write_bytes(held)
    reader = Embedded(folder, writable=False)
    with pytest.raises(IndexDamaged, match="has changed"):
        reader.verify()


def test_a_lost_place_in_the_ledger_means_catching_up_from_the_start(folder: Path) -> None:
    engine = Embedded(folder)
    engine.put([document()])
    engine.advance(1)
    engine.close()
    (folder / "state.json").unlink()
    engine = Embedded(folder)
    assert (engine.sequence(), engine.put([document()])) == (0, 0)
    engine.close()


def test_an_index_of_another_shape_asks_for_a_rebuild(folder: Path) -> None:
    engine = Embedded(folder)
    engine.advance(3)
    engine.close()
    (folder / "state.json").write_text('{"sequence":3,"shape":0}')
    with pytest.raises(IndexDamaged, match="shape 0"):
        Embedded(folder)


@pytest.mark.timeout(240)
def test_kill_9_in_the_middle_of_upserts_loses_nothing_and_repeats_nothing(folder: Path) -> None:
    first = 1
    for round_ in range(8):
        done = killed_after(folder, first, batches=3 + round_ * 2)
        engine = Embedded(folder)
        held = {d.id: d.version for d in engine.scan(Everything())}
        assert len(held) == engine.count(Everything())
        assert engine.count(Term(field="text", value="第二版")) == sum(1 for v in held.values() if v == 2)
        for batch in range(1, done + 1):
            for n in range(10):
                assert held[f"jd:{batch}-{n}"] == (2 if batch < done else held[f"jd:{batch}-{n}"])
        # the batch that was under way is there as a whole or not at all
        assert {sum(f"jd:{done + 1}-{n}" in held for n in range(10))} <= {0, 10}
        assert engine.sequence() in (done, done + 1)
        engine.close()
        first = done + 1


def killed_after(folder: Path, first: int, *, batches: int) -> int:
    """Start a writer, kill it some time after it has acknowledged so many batches. Returns the last acknowledged one."""
    command = [sys.executable, "-c", WRITER, str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(batches)]
        os.kill(writer.pid, signal.SIGKILL)
        lines += writer.stdout.readlines()
    return int([line for line in lines if line.endswith(b"\n")][-1])
