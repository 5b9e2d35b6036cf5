"""Runs one command line after another in one process: a request and an answer a line, both JSON.

Starting Python costs more than most commands; stories of many commands use this, what is about processes does not.
"""

import io
import json
import os
import sys

from app.cli import main


def run(arguments: list[str], stdin: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """One command line as the installed command would take it; returns code, output and errors."""
    for name in [name for name in os.environ if name.startswith("DVORNIK_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = ["dvornik", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code = main()
    return code, *(stream.buffer.getvalue().decode() for stream in (sys.stdout, sys.stderr))


if __name__ == "__main__":
    requests, replies = sys.stdin, sys.stdout
    for request in requests:
        replies.write(json.dumps(run(**json.loads(request))) + "\n")
        replies.flush()
