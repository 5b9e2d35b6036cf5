"""Makes HTTP clients for calls that carry a token: environment proxies and redirects lead it nowhere else."""

import ssl
from typing import Final

import httpx

_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)


def http_client(trust: ssl.SSLContext | None = None) -> httpx.Client:
    """For one call after another; `trust` None = the authorities that come with the library."""
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, verify=trust or True)


def polling_client(trust: ssl.SSLContext) -> httpx.AsyncClient:
    """For any number of questions that stay open."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(verify=trust, limits=limits, follow_redirects=False, trust_env=False)
