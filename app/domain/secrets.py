"""How what a network sends along is compared with the secrets that were agreed upon."""

import hmac
from collections.abc import Iterable


def knows_one(given: str, secrets: Iterable[str]) -> bool:
    """Whether this is one of the secrets; takes the same time for a near miss and a wild guess.

    All of them are compared, and an empty one is known by nobody.
    """
    shown = given.encode("utf-8", "surrogatepass")
    same = [hmac.compare_digest(shown, one.encode("utf-8", "surrogatepass")) and bool(one) for one in secrets]
    return any(same)
