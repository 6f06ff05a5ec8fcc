"""Who reads batches of lines: this process alone, or several at once, with the answers in the order of the input."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from queue import Empty, Queue

from domain.errors import WorkerDied
from tingchao.analyzing import Answers, LineReader
from tingchao.line_batches import Batch
from tingchao.processes import end_with_parent
from tingchao.readers import ReaderChoice

_AHEAD = 3
"""Batches a worker that may be under way: enough that none waits, few enough that memory stays flat."""


def answers(batches: Iterator[Batch], choice: ReaderChoice, *, workers: int) -> Iterator[Answers]:
    """What each batch became, in order. workers: processes; 1 = this one alone, 0 = one for each core we may use.

    Raises what reading the input raises, after the answers to what came before; MissingExtra; WorkerDied.
    """
    workers = workers or len(os.sched_getaffinity(0))
    return map(LineReader(choice.load()).read, batches) if workers == 1 else _together(batches, choice, workers)


def _together(batches: Iterator[Batch], choice: ReaderChoice, workers: int) -> Iterator[Answers]:
    coming: Queue[Batch | Exception | None] = Queue(workers * _AHEAD)
    threading.Thread(target=_pump, args=(batches, coming), name="lines", daemon=True).start()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(choice,))
    try:
        yield from _in_order(coming, pool, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pump(batches: Iterator[Batch], coming: "Queue[Batch | Exception | None]") -> None:
    """Read the input in a thread of its own, so that answers go out while it is waited for."""
    try:
        for batch in batches:
            coming.put(batch)
        coming.put(None)
    except Exception as error:  # raised again where the answers are given
        coming.put(error)


def _in_order(coming: "Queue[Batch | Exception | None]", pool: ProcessPoolExecutor, workers: int) -> Iterator[Answers]:
    pending: deque[tuple[int, Future[Answers]]] = deque()
    answered, end = 0, False
    failure: Exception | None = None
    while pending or not end:
        if not end and len(pending) < workers * _AHEAD:
            try:
                batch = coming.get(block=not pending)
            except Empty:
                batch = []
            if isinstance(batch, Exception):
                failure, end = batch, True
            elif batch is None:
                end = True
            elif batch:
                pending.append((batch[-1][0], _submitted(pool, batch, answered)))
                continue
        if pending:
            last, future = pending.popleft()
            yield _result(future, answered)
            answered = last
    if failure is not None:
        raise failure


def _submitted(pool: ProcessPoolExecutor, batch: Batch, answered: int) -> "Future[Answers]":
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        return pool.submit(_work, batch)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is started now inherits it: Ctrl-C is this process' matter
    try:
        return pool.submit(_work, batch)
    except BrokenProcessPool:
        raise _died(answered) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _result(future: "Future[Answers]", answered: int) -> Answers:
    try:
        return future.result()
    except BrokenProcessPool:
        raise _died(answered) from None


def _died(answered: int) -> WorkerDied:
    return WorkerDied(
        f"a worker process ended by itself (killed, or out of memory); the lines up to {answered} are answered: "
        f"give the rest again, with fewer --workers if memory is short"
    )


_reader: LineReader
"""Of a worker process; made when it begins."""


def _begin(choice: ReaderChoice) -> None:
    global _reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _reader = LineReader(choice.load())


def _work(batch: Batch) -> Answers:
    return _reader.read(batch)
