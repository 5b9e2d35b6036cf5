"""Every kind of long work, and the step that carries it a little further."""

from collections.abc import Mapping
from typing import Final

from app.pipeline.jobs.preview import PREVIEW, preview_step
from app.pipeline.jobs.report import REPORT, report_step
from app.pipeline.jobs.step import Step

KINDS: Final[Mapping[str, Step]] = {PREVIEW: preview_step, REPORT: report_step}
