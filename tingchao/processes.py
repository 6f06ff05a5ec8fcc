"""Child processes end with their parent, however the parent ended."""

import os
import signal
import threading
import time


def end_with_parent() -> None:
    """Watch the parent from a thread, and end this process when it is gone (also after `kill -9`)."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(3)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
