"""Whose address a request has is a proxy's word only where the proxy was named in the settings."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.pipeline.refusals import BURST
from tests.functional.running import Installation, Service

#: Both are this machine; only the first was named.
PROXY, STRANGER = "127.0.0.9", "127.0.0.1"


@pytest.fixture
def service(sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    """The service behind a proxy of a network that the settings name."""
    extra = {"DVORNIK_TRUSTED_PROXIES": "192.0.2.7, 127.0.0.8/30"}
    with Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:1/", extra).serve() as service:
        yield service


def _peer(service: Service, address: str) -> httpx.Client:
    return httpx.Client(base_url=service.url, transport=httpx.HTTPTransport(local_address=address), timeout=30)


def test_only_a_named_proxy_is_believed(service: Service) -> None:
    """Refusals count for the address that a named proxy tells of, and for a stranger's own, whatever it claims."""

    def guess(client: httpx.Client, claimed: str) -> int:
        return client.get("/v1/decisions", headers={"X-Forwarded-For": claimed}).status_code

    def knock(client: httpx.Client, claimed: str) -> int:
        body = {"type": "wall_reply_new", "group_id": 1, "secret": "wrong", "object": {}}
        return client.post("/callbacks/vk", json=body, headers={"X-Forwarded-For": claimed}).status_code

    with _peer(service, STRANGER) as stranger, _peer(service, PROXY) as proxy:
        # A stranger that names another address each time is one address all the same.
        assert [guess(stranger, f"203.0.113.{one}") for one in range(BURST)] == [401] * BURST
        assert guess(stranger, "203.0.113.99") == 429
        assert [knock(stranger, f"203.0.113.{one}") for one in range(BURST)] == [403] * BURST
        assert knock(stranger, "203.0.113.99") == 429

        # Behind the proxy everybody has a bucket of their own; what a client claims to the proxy counts for nothing.
        assert [guess(proxy, f"203.0.113.{one}") for one in range(BURST)] == [401] * BURST
        assert [guess(proxy, f"198.51.100.{one}, 203.0.113.200") for one in range(BURST)] == [401] * BURST
        assert guess(proxy, "198.51.100.250, 203.0.113.200") == 429
        assert guess(proxy, "203.0.113.201") == 401
        assert knock(proxy, "203.0.113.200") == 403

        # So it is with the word that the browser came over TLS.
        claim = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
        cookies = [_session(service, client, claim) for client in (proxy, stranger)]
    assert ["secure" in cookie.lower() for cookie in cookies] == [True, False]


def _session(service: Service, client: httpx.Client, headers: dict[str, str]) -> str:
    """The cookie that signing in gives through this peer."""
    token = service.installation.json("token", "create", "--role", "viewer", "--name", "Анна")["token"]
    sent = {"Sec-Fetch-Site": "same-origin", **headers}
    answer = client.post("/console/sign-in", data={"token": token}, headers=sent)
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    return answer.headers["set-cookie"]
