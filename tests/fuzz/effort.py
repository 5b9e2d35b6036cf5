"""How hard to look: a bounded, repeatable search with the other tests, a long and random one with `make fuzz`."""

import os
from typing import Final

from hypothesis import HealthCheck, settings

#: How many times longer than in CI the search may take; `make fuzz` sets it.
EFFORT: Final = int(os.environ.get("FUZZ_EFFORT", "1"))
_SUPPRESSED: Final = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
)


def bounded(examples: int, *, steps: int = 20) -> settings:
    """So many examples, the same in every run of CI and others in every long one; `steps` of a state machine."""
    return settings(
        max_examples=examples * EFFORT,
        stateful_step_count=steps,
        derandomize=EFFORT == 1,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=_SUPPRESSED,
    )
