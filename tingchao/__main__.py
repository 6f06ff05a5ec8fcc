"""Entry of the `tingchao` command: errors that a person can mend become one message and exit 2."""

import logging
import os
import sys

from domain.errors import TingchaoError


def main() -> None:
    """Run the command line."""
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("TINGCHAO_LOG", "WARNING"),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    from tingchao.cli import app

    try:
        app()
    except TingchaoError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
