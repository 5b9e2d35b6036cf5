"""The list of everything that the worker does periodically: one line a duty, done whenever nobody else does it."""

from typing import Final

from app.pipeline.duties.walk import Duty

#: Rooms whose work stands here export a plain function and do not know this list.
DUTIES: Final[tuple[Duty, ...]] = ()
