"""A Graph API on loopback that keeps its rules: versions, kinds of tokens, errors in its words, signed deliveries."""

import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from app.domain.clock import SECOND, Clock, SystemClock
from tests.simulators.listening import Listening
from tests.simulators.meta_server import Server

VERSIONS = frozenset({"v24.0", "v25.0", "v26.0"})
TokenKind = Literal["page", "system"]
#: So many rows come in one answer, however many are asked for.
PAGE_OF_LIST = 2


class GraphError(Exception):
    """An error of the API, with the status in which it comes."""

    def __init__(self, code: int, subcode: int | None = None, *, status: int = 400, transient: bool = False) -> None:
        super().__init__(code, subcode)
        self.code, self.subcode, self.status, self.transient = code, subcode, status, transient


@dataclass
class Account:
    """A Facebook page, or an Instagram account; `address` is where its deliveries go."""

    id: str
    instagram: bool
    address: str = ""
    secret: str = ""
    verify_token: str = ""
    blocked: set[str] = field(default_factory=set)
    roles: list[str] = field(default_factory=list)


@dataclass
class Token:
    """A key; a page's is good for one account, a system user's reads all of them."""

    kind: TokenKind
    account: str
    dead: bool = False


@dataclass
class Comment:
    """A comment; `parent` is what it answers, the post itself on the first level."""

    id: str
    account: Account
    post: str
    parent: str
    author: str
    text: str
    written: int
    hidden: bool = False
    gone: bool = False


class MetaSimulator(Listening):
    """A context manager."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._numbers = itertools.count(10**14)
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.comments: dict[str, Comment] = {}
        #: Every call: method, path without the version, parameters.
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        #: Answers of the next calls: errors, or what happens to HTTP.
        self.prepared: deque[GraphError | str] = deque()
        #: Statuses with which deliveries were answered.
        self.delivered: list[int] = []
        self._server: Server = Server(self)

    @property
    def url(self) -> str:
        """Where the API answers, before the version."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    # --- the scene ---------------------------------------------------------------------------------------------------

    def add_account(self, number: str, *, instagram: bool = False, roles: tuple[str, ...] = ()) -> Account:
        """A page or an account."""
        account = self.accounts[number] = Account(number, instagram, roles=list(roles))
        return account

    def add_token(self, kind: TokenKind, account: str = "") -> str:
        """A key."""
        value = f"EAAG{secrets.token_hex(16)}"
        self.tokens[value] = Token(kind, account)
        return value

    def write(self, account: Account, text: str, author: str, *, parent: str = "") -> Comment:
        """Somebody comments on a post; nobody is told."""
        post = next(self._numbers)
        named = str(post) if account.instagram else f"{account.id}_{post}"
        number = str(next(self._numbers)) if account.instagram else f"{post}_{next(self._numbers)}"
        comment = Comment(number, account, named, parent or named, author, text, self.now())
        self.comments[number] = comment
        return comment

    def now(self) -> int:
        """Unix seconds."""
        return self._clock.now() // SECOND

    # --- deliveries --------------------------------------------------------------------------------------------------

    def change(self, comment: Comment, verb: str) -> dict[str, Any]:
        """What a delivery says of a comment."""
        if comment.account.instagram:
            value: dict[str, Any] = {
                "id": comment.id,
                "from": {"id": comment.author, "username": "anna_n"},
                "text": comment.text,
            }
            value |= {"media": {"id": comment.post, "media_product_type": "FEED"}}
            return {"field": "comments", "value": value}
        value = {"item": "comment", "verb": verb, "comment_id": comment.id, "post_id": comment.post}
        value |= {"parent_id": comment.parent, "created_time": comment.written}
        value |= {"from": {"id": comment.author, "name": "Анна"}}
        return {"field": "feed", "value": value if verb == "remove" else value | {"message": comment.text}}

    def tell(self, account: Account, *changes: dict[str, Any]) -> None:
        """Deliver changes in one request, as often as it takes, three times at most."""
        if not account.address:
            return
        kind = "instagram" if account.instagram else "page"
        # No two entries of an account are told in the same instant.
        entry = {"id": account.id, "time": next(self._numbers), "changes": list(changes)}
        self.send(account, {"object": kind, "entry": [entry]})

    def send(self, account: Account, body: dict[str, Any]) -> None:
        """Deliver a whole body, signed with the application's secret."""
        raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        digest = hmac.new(account.secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
        for _ in range(3):
            status, _ = self._request(account, "POST", "", raw, headers)
            self.delivered.append(status)
            if status == 200:
                return

    def shake_hands(self, account: Account) -> bool:
        """Ask the address whether it is ours; whether the answer was the bare challenge."""
        challenge = str(secrets.randbelow(10**9))
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": account.verify_token}
        return self._request(account, "GET", f"?{urlencode(asked)}", None, {}) == (200, challenge.encode())

    def _request(
        self, account: Account, method: str, query: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        target = urlsplit(account.address)
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=20)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request(method, target.path + query, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        return 0, b""

    # --- the API -----------------------------------------------------------------------------------------------------

    def called(self, method: str, path: str, params: dict[str, str], token: str) -> Any:
        """What a call is answered.

        Raises:
            GraphError: it is refused.
        """
        version, _, rest = path.strip("/").partition("/")
        if version not in VERSIONS:
            raise GraphError(2635)
        key = self.tokens.get(token)
        if key is None:
            raise GraphError(190, status=401)
        if key.dead:
            raise GraphError(190, 463, status=401)
        number, _, edge = rest.partition("/")
        if number in self.accounts:
            return self._page_call(method, self.accounts[number], edge, params, key)
        comment = self.comments.get(number)
        if comment is None or comment.gone or edge or key.account not in ("", comment.account.id):
            raise GraphError(100, 33)
        if method == "GET":
            return self._shown(comment, params)
        if key.kind != "page":
            raise GraphError(210)
        return self._changed(method, comment, params)

    def _shown(self, comment: Comment, params: dict[str, str]) -> dict[str, Any]:
        flag = "hidden" if comment.account.instagram else "is_hidden"
        known = {"id": comment.id, flag: comment.hidden}
        asked = params.get("fields", "id").split(",")
        if not set(asked) <= known.keys():
            raise GraphError(100)
        return {name: known[name] for name in asked}

    def _changed(self, method: str, comment: Comment, params: dict[str, str]) -> dict[str, Any]:
        if method == "DELETE":
            comment.gone = True
            return {"success": True}
        wanted = params.get("hide" if comment.account.instagram else "is_hidden")
        if wanted not in {"true", "false"}:
            raise GraphError(100)
        comment.hidden = wanted == "true"
        return {"success": True}

    def _page_call(self, method: str, account: Account, edge: str, params: dict[str, str], key: Token) -> Any:
        if key.account not in ("", account.id):
            raise GraphError(100, 33)
        if method == "GET" and not edge:
            return {"id": account.id}
        if account.instagram or edge not in {"blocked", "roles"}:
            raise GraphError(100)
        if edge == "roles":
            return self._listed(account.roles, params)
        if method == "GET":
            asked = params.get("user")
            return self._listed([one for one in sorted(account.blocked) if asked in (None, one)], params)
        if key.kind != "page":
            raise GraphError(210)
        users = json.loads(params.get("user", "[]")) if method == "POST" else [params.get("user", "")]
        if not users or set(users) & {account.id, ""} or not all(str(one).isdigit() for one in users):
            raise GraphError(100)
        if method == "POST":
            account.blocked |= set(users)
            return dict.fromkeys(users, True)
        account.blocked -= set(users)
        return {"success": True}

    def _listed(self, ids: list[str], params: dict[str, str]) -> dict[str, Any]:
        start = int(params.get("after", "0"))
        end = start + PAGE_OF_LIST
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(ids):
            paging["next"] = "https://graph.facebook.com/next"
        return {"data": [{"id": one, "name": "Анна"} for one in ids[start:end]], "paging": paging}
