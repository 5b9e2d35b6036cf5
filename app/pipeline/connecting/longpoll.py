"""Connects a page by Long Poll: nothing of ours needs to be seen from outside."""

from app.domain.connecting import Refusal, Switched
from app.domain.ports import Credential
from app.pipeline.connecting.asking import must
from app.pipeline.connecting.talk import Talk


def by_longpoll(talk: Talk, key: Credential, present: Switched) -> None:
    """Switch on what is off; `present` is how the network has it.

    Raises:
        StoppedError: the network refused a step.
    """
    page, wanted = talk.page.external_id, talk.connector.wanted
    if present.enabled and present.version == wanted.version and wanted.events <= present.events:
        talk.did("polling_kept")
    else:
        must(talk.connector.switch_polling(page, key))
        present = must(talk.connector.polling(page, key))
        if present.enabled:
            talk.did("polling_on")
        else:
            talk.lacking("polling_off")
    talk.compare(present)
    if talk.page.callback_server:
        servers = talk.connector.servers(page, key)
        if not isinstance(servers, Refusal) and any(one.id == talk.page.callback_server for one in servers):
            talk.advise("two_ways")
