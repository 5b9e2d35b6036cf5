"""What the parent of the forked commands imports once; the order is that of `app.cli`."""

import gettext

from app.commands.headings import heading

# Typer takes its fixed texts from gettext while it is imported.
gettext.gettext = heading

import app.commands.tree  # noqa: E402
import app.main  # noqa: E402
import app.pipeline.administration.pages  # noqa: E402
import app.worker  # noqa: E402, F401
