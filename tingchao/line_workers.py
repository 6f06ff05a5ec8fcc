"""Who reads batches of lines: this process alone, or several at once, with the answers in the order of the input."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Empty, Queue

from domain.errors import TingchaoError, WorkerDied
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
    crew = _Crew(choice, workers)
    try:
        yield from _in_order(coming, crew, most=workers * _AHEAD)
    finally:
        crew.dismiss()


def _pump(batches: Iterator[Batch], coming: "Queue[Batch | Exception | None]") -> None:
    """Read the input in a thread of its own, so that answers go out while it is waited for."""
    try:
        for batch in batches:
            coming.put(batch)
        coming.put(None)
    except Exception as error:  # raised again where the answers are given
        coming.put(error)


def _in_order(coming: "Queue[Batch | Exception | None]", crew: "_Crew", *, most: int) -> Iterator[Answers]:
    pending: deque[tuple[int, Future[Answers]]] = deque()
    answered = 0
    end: Exception | bool = False
    while pending or not end:
        if not end and len(pending) < most:
            try:
                batch = coming.get(block=not pending)
            except Empty:
                pass  # nothing to hand out now: the oldest answer is waited for
            else:
                if isinstance(batch, list):
                    pending.append((batch[-1][0], crew.read(batch)))
                else:
                    end = batch or True
                continue
        last, future = pending.popleft()
        try:
            yield future.result()
        except WorkerDied as died:
            raise WorkerDied(f"{died}; the lines up to {answered} are answered, give the rest again") from None
        answered = last
    if isinstance(end, Exception):
        raise end


class _Crew:
    """Worker processes, each with a thread that asks it and waits.

    Not concurrent.futures' processes: in Python 3.11 their queue can hang for ever when one of them is killed.
    """

    def __init__(self, choice: ReaderChoice, workers: int) -> None:
        before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited by what is started now: Ctrl-C is this process' matter
        try:
            self._workers = [_Worker(choice) for _ in range(workers)]
        finally:
            signal.signal(signal.SIGINT, before)
        self._idle: Queue[_Worker] = Queue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(workers)

    def read(self, batch: Batch) -> "Future[Answers]":
        """The answers, in time. The future raises WorkerDied."""
        return self._threads.submit(self._read, batch)

    def _read(self, batch: Batch) -> Answers:
        worker = self._idle.get()
        try:
            return worker.read(batch)
        finally:
            self._idle.put(worker)

    def dismiss(self) -> None:
        """End all of them, whatever they are doing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.process.terminate()


class _Worker:
    def __init__(self, choice: ReaderChoice) -> None:
        context = get_context("spawn")  # forking would copy locks of threads that numpy or onnxruntime may hold
        self._line, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, choice), daemon=True)
        self.process.start()
        theirs.close()  # so that its death is the end of the line

    def read(self, batch: Batch) -> Answers:
        try:
            self._line.send(batch)
            answer = self._line.recv()
        except (EOFError, OSError):
            raise WorkerDied("a worker process ended by itself (killed, or out of memory)") from None
        if isinstance(answer, str):
            raise WorkerDied(f"a worker process could not begin: {answer}")
        assert isinstance(answer, Answers)
        return answer


def _serve(line: Connection, choice: ReaderChoice) -> None:
    """Work of a worker process: answers batches until the line ends."""
    end_with_parent()
    try:
        read = LineReader(choice.load()).read
    except TingchaoError as error:
        line.send(str(error))
        return
    try:
        while True:
            line.send(read(line.recv()))
    except (EOFError, OSError):
        return  # the parent has gone
