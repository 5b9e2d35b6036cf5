"""What a person must be told of: the matters of incidents, by the codes that logs, metrics and messages use."""

from enum import StrEnum


class Matter(StrEnum):
    """What has gone wrong; one incident is open for each matter, page and connection."""

    #: A page hears nothing for longer than is usual for it.
    SILENCE = "silence"
    #: The network says that our callback server does not answer it, or has none of ours.
    CALLBACK_SERVER = "callback_server"
    #: Asking the network for events fails.
    POLLING = "polling"
    #: The network does not take a token any more.
    TOKEN_DEAD = "token_dead"  # noqa: S105 - a code, not a credential
    #: Actions do not reach the network.
    SENDING = "sending"
    #: The network makes a connection wait: a limit, a captcha.
    HELD_BACK = "held_back"
    #: The machine removed too much in an hour and only proposes.
    BUDGET = "budget"
    #: The model fails too often: texts wait unjudged.
    MODEL = "model"
