"""Runs many command lines in one fresh process: a list of argument lists in, codes and outputs out, both JSON."""

import contextlib
import io
import json
import sys

from app.cli import main


def run(arguments: list[str]) -> tuple[int, str, str]:
    """One command line as the installed command would take it."""
    sys.argv = ["dvornik", *arguments]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main()
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    print(json.dumps([run(arguments) for arguments in json.load(sys.stdin)]))
