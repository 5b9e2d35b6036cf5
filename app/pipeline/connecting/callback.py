"""Connects a page by callbacks: a server in the community's settings, its events, and the network's check of it."""

import hmac
from collections.abc import Sequence
from typing import Final

from app.domain.clock import SECOND
from app.domain.connecting import CallbackServer, NewServer, Reach, Refusal, ServerState, Why
from app.domain.errors import ConfigurationError
from app.domain.ports import Credential
from app.domain.public_url import is_inside
from app.pipeline.configuration import RELOOK
from app.pipeline.connecting.asking import must
from app.pipeline.connecting.keeping import keep_confirmation, keep_server
from app.pipeline.connecting.talk import Talk

#: VK takes at most 14 characters.
TITLE: Final = "Дворник"
PATH: Final = "/callbacks/vk"
#: Seconds between the looks at how the network's check of our address goes.
LOOKS: Final = (0.0, 0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 3.0)
#: Every running process has read a page's new secret after so many seconds: the network uses it at once.
FOLLOWED: Final = 1.5 * RELOOK / SECOND
#: A failure is believed after so many seconds: before, it may be that of the check before.
_STALE: Final = 3.0
_FAILED: Final = {
    Reach.OURS: "failed_ours",
    Reach.FOREIGN: "failed_foreign",
    Reach.CERTIFICATE: "failed_certificate",
    Reach.SILENT: "failed_silent",
}


def by_callback(talk: Talk, key: Credential, servers: Sequence[CallbackServer], address: str) -> None:
    """Set everything up; `address` is our public one, '' = the one that the network has already.

    Raises:
        StoppedError: the network refused a step.
    """
    present = _ours(talk, servers, f"{address}{PATH}")
    if not address and present is None:
        talk.lacking("no_address")
        return
    url = f"{address}{PATH}" if address or present is None else present.url
    if not _is_reachable(talk, url):
        return
    code = must(talk.connector.confirmation(talk.page.external_id, key))
    try:
        # Stored first: the network asks for it as soon as it hears of the server.
        secret, is_new = keep_confirmation(talk.house, talk.page.id, code, by=talk.by)
    except ConfigurationError:
        talk.lacking("secret_sealed")
        return
    server_id = _placed(talk, key, present, NewServer(TITLE, url, secret))
    if server_id is None:
        return
    keep_server(talk.house, talk.page.id, server_id, was=talk.page.callback_server, by=talk.by)
    if is_new:
        talk.did("secret_made")
    must(talk.connector.switch_callback(talk.page.external_id, server_id, key))
    talk.compare(must(talk.connector.callback_events(talk.page.external_id, server_id, key)))
    _await_check(talk, key, server_id, url)


def _ours(talk: Talk, servers: Sequence[CallbackServer], url: str) -> CallbackServer | None:
    """The server that was set up before, else the oldest one with our address."""
    known = [one for one in servers if one.id == talk.page.callback_server]
    same = sorted((one for one in servers if one.url == url), key=lambda one: int(one.id))
    return next(iter(known + same), None)


def _is_reachable(talk: Talk, url: str) -> bool:
    """Whether the network could come here at all; a stand-in on this machine reaches what is on this machine."""
    if talk.connector.on_loopback:
        return True
    if not url.startswith("https://"):
        talk.lacking("address_not_https", url=url)
        return False
    if is_inside(url):
        talk.lacking("address_inside", url=url)
        return False
    return True


def _placed(talk: Talk, key: Credential, present: CallbackServer | None, wanted: NewServer) -> str | None:
    """The id of the server that is as wanted; None where there is no room for it."""
    page = talk.page.external_id
    is_known = present is not None and hmac.compare_digest(present.secret.encode(), wanted.secret.encode())
    if not is_known:
        talk.wait(FOLLOWED)
    if present is not None:
        if is_known and (present.url, present.state) == (wanted.url, ServerState.OK):
            talk.did("server_kept", url=wanted.url)
        else:
            must(talk.connector.edit_server(page, present.id, wanted, key))
            talk.did("server_edited", url=wanted.url)
        return present.id
    added = talk.connector.add_server(page, wanted, key)
    if isinstance(added, Refusal) and added.why is Why.FULL:
        servers = must(talk.connector.servers(page, key))
        talk.lacking("full", servers=", ".join(f"«{one.title}» ({one.url})" for one in servers))
        return None
    talk.did("server_added", title=TITLE, url=wanted.url)
    return _without_twin(talk, key, must(added), wanted.url)


def _without_twin(talk: Talk, key: Credential, added: str, url: str) -> str:
    """Of two servers that were added at the same time the older one stays; each side does away with its own."""
    servers = must(talk.connector.servers(talk.page.external_id, key))
    oldest = min((one.id for one in servers if one.url == url), key=int, default=added)
    if int(oldest) >= int(added):
        return added
    must(talk.connector.drop_server(talk.page.external_id, added, key))
    talk.did("twin_dropped")
    return oldest


def _await_check(talk: Talk, key: Credential, server_id: str, url: str) -> None:
    waited = 0.0
    state = ""
    for pause in LOOKS:
        talk.wait(pause)
        waited += pause
        servers = must(talk.connector.servers(talk.page.external_id, key))
        state = next((one.state for one in servers if one.id == server_id), "")
        if state == ServerState.OK or (state == ServerState.FAILED and waited >= _STALE):
            break
    if state == ServerState.OK:
        talk.did("server_ok")
    elif state == ServerState.FAILED:
        talk.lacking(_FAILED[talk.connector.reach(url.removesuffix(PATH))], url=url)
    else:
        talk.lacking("still_checked", url=url)
