"""Who may do what, and where: accounts, connections, pages, policies, models."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.storage.columns import big, key


class Control(SQLModel, table=True):
    """One row (id 1): the version of all cached configuration, the node counter, the pause of all sending."""

    id: int = key()
    config_version: int = big()
    next_node: int = big()
    paused_at: int | None = big(nullable=True)
    paused_by: str = ""
    #: What fingerprints are keyed with, sealed, so that it outlives the encryption key; null = derived from that key.
    pepper_enc: str | None = None


class Account(SQLModel, table=True):
    """A named person or program that may use the API."""

    id: int = key()
    name: str = Field(unique=True)
    #: The person's post in the office, as papers name it; names stay inside.
    post: str = ""
    created_at: int = big()


class ApiToken(SQLModel, table=True):
    """A bearer token of an account, stored as its SHA-256; `pages_json` null = every page."""

    __tablename__ = "api_token"
    id: int = key()
    account_id: int = big(foreign_key="account.id", index=True)
    role: str
    token_hash: str = Field(unique=True)
    pages_json: str | None = None
    created_at: int = big()
    revoked_at: int | None = big(nullable=True)


class Connection(SQLModel, table=True):
    """Credentials of one bot, app or person on one network; a worker leases it to send alone."""

    id: int = key()
    network: str
    callback_key: str = Field(unique=True)
    secret_enc: str | None = None
    paused_until: int | None = big(nullable=True)
    pause_code: str = ""
    #: Deliveries fail for a reason that may pass by itself: since when, when last, and with which code.
    trouble_began_at: int | None = big(nullable=True)
    trouble_at: int | None = big(nullable=True)
    trouble_code: str = ""
    lease_owner: str = ""
    lease_until: int = big(default=0)
    created_at: int = big()


class Credential(SQLModel, table=True):
    """A token in a slot (`user`, `community`); page_id 0 = good for every page of the connection."""

    __table_args__ = (UniqueConstraint("connection_id", "slot", "page_id"),)
    id: int = key()
    connection_id: int = big(foreign_key="connection.id", index=True)
    page_id: int = big(default=0)
    slot: str
    token_enc: str
    fingerprint: str = Field(index=True)
    dead_at: int | None = big(nullable=True)
    dead_code: str = ""
    created_at: int = big()


class Capability(SQLModel, table=True):
    """A method that a credential was seen unable to call; forgotten after `until_at` or by `page check`."""

    credential_id: int = Field(
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="credential.id",
        sa_column_kwargs={"autoincrement": False},
    )
    method: str = Field(primary_key=True)
    code: str
    until_at: int = big()


class Page(SQLModel, table=True):
    """An official page on one network."""

    __table_args__ = (UniqueConstraint("network", "external_id"),)
    id: int = key()
    network: str
    external_id: str
    connection_id: int = big(foreign_key="connection.id", index=True)
    title: str
    policy_name: str
    mode: str
    timezone: str
    #: Whose page it is: head, administration, settlement or institution; norms of publications depend on it.
    office: str = "administration"
    #: Working hours and days off: the terms of answers are counted in them.
    calendar_json: str = "{}"
    #: How its events come: `callback` or `longpoll`.
    intake: str = "callback"
    #: The network's id of the callback server that `page connect` has set up; '' = a person did.
    callback_server: str = ""
    secret_enc: str | None = None
    #: The secret before this one is believed until then, because the network changes its own later than we ours.
    previous_secret_enc: str | None = None
    previous_secret_until: int | None = big(nullable=True)
    confirmation: str = ""
    trusted_json: str = "[]"
    managers_json: str = "[]"
    managers_read_at: int | None = big(nullable=True)
    #: The machine's budget of removals counts from here: the last time that a person chose `enforce`.
    budget_from: int | None = big(nullable=True)
    paused_at: int | None = big(nullable=True)
    paused_by: str = ""
    created_at: int = big()
    removed_at: int | None = big(nullable=True)


class PolicyVersion(SQLModel, table=True):
    """One text of a policy, never changed; the highest version of a name is in force."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("name", "version"),)
    id: int = key()
    name: str
    version: int
    digest: str
    source: str
    created_at: int = big()
    created_by: str


class ModelVersion(SQLModel, table=True):
    """An artefact that has judged, never changed."""

    __tablename__ = "model_version"
    id: int = key()
    name: str
    version: str
    digest: str = Field(unique=True)
    first_used_at: int = big()
