"""Pages over HTTP never show a secret; health tells counts only; the description tells everything else."""

import re
from dataclasses import replace

from cryptography.fernet import Fernet
from sqlalchemy import text

from app.api import ability_schemas, examples
from app.domain.clock import MINUTE
from app.storage.nodes import bump_config
from app.storage.tables import Action, Connection, Credential, Page
from app.storage.vault import Vault
from model.lemmas import dictionary_warnings
from tests.fakes.yard import Yard

NEW = {
    "network": "vk",
    "external_id": "229000777",
    "title": "Район",
    "policy": "novokuznetsk-59",
    "mode": "shadow",
    "secret": "hush-secret",
    "confirmation": "hush-line",
    "user_token": "hush-user",
    "community_token": "hush-community",
}


def test_a_page_lives_over_http(yard: Yard) -> None:
    """A page is added, shown, changed, paused, resumed and removed; no answer after the first holds a secret."""
    admin = yard.client("admin")
    added = admin.post("/v1/pages", json=NEW)
    at = added.headers["location"]
    answers = [
        admin.get(at),
        admin.patch(at, json={"mode": "enforce", "title": "Другой", "user_token": "hush-new"}),
        admin.post(f"{at}/pause"),
        admin.post(f"{at}/pause"),
        admin.get("/v1/pages"),
        admin.post(f"{at}/resume"),
    ]

    assert added.status_code == 201
    assert added.json()["secret"] == "hush-secret"
    assert [answer.status_code for answer in answers] == [200] * 6
    assert "hush" not in "".join(answer.text for answer in answers)
    assert (answers[0].json()["mode"], answers[1].json()["page"]["mode"]) == ("shadow", "enforce")
    assert [answer.json()["changed"] for answer in answers[2:4]] == [True, False]
    assert answers[2].json()["paused_by"] == "person:admin"
    assert admin.post("/v1/pages", json=NEW).status_code == 409
    assert admin.delete(at).status_code == 204
    assert admin.get(at).status_code == 404


def test_a_page_under_no_act_does_not_enforce(small_yard: Yard) -> None:
    """The policy `default` never enforces on a live page: the refusal names the field."""
    admin = small_yard.client("admin")
    answer = admin.post("/v1/pages", json={**NEW, "policy": "default", "mode": "enforce"})

    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "mode")


def test_the_red_button_stops_everything(yard: Yard) -> None:
    """Pausing all and resuming all each say whether they changed anything; readiness warns meanwhile."""
    admin = yard.client("admin")
    paused = admin.post("/v1/pause").json()
    ready = yard.anonymous.get("/readyz")

    assert (paused["page_id"], paused["changed"], paused["paused_by"]) == (None, True, "person:admin")
    assert ready.status_code == 200
    assert "all sending is paused" in ready.json()["warnings"]
    assert admin.post("/v1/resume").json()["changed"] is True
    assert yard.anonymous.get("/readyz").json()["warnings"] == []


def test_readiness_counts_what_needs_a_person(yard: Yard) -> None:
    """A dead token and a paused page are warnings with counts, not failures, and name nobody."""
    [credential] = yard.rows(Credential)
    yard.change(Credential, credential.id, dead_at=1, dead_code="5")
    yard.change(Page, yard.page, paused_at=1, paused_by="person:anna")
    answer = yard.anonymous.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["dead tokens: 1", "paused pages: 1"]
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "model": "ok"}


def test_readiness_tells_of_actions_that_do_not_get_through(yard: Yard) -> None:
    """What failed, and what waits for a token, are one warning with the oldest one's age and the newest code."""
    yard.comment("Ты дебил")
    yard.comment("Ты дебил", author="15171")
    first, second = (action for action in yard.rows(Action) if action.kind == "delete_comment")
    assert yard.anonymous.get("/readyz").json()["warnings"] == []
    now = yard.house.clock.now()
    yard.change(Action, first.id, state="pending", attempts=3, last_error="timeout", created_at=now - 31 * MINUTE)
    yard.change(Action, second.id, state="pending", waiting_for="token", last_error="no_token", changed_at=now - 1)
    yard.change(Action, first.id, changed_at=now)
    answer = yard.anonymous.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["actions delayed: 2, oldest 31 min, last error timeout"]
    for action in (first, second):
        yard.change(Action, action.id, state="failed")
    assert yard.anonymous.get("/readyz").json()["warnings"] == []


def test_an_old_schema_is_not_ready(yard: Yard) -> None:
    """A database at another revision is 503; the process still lives."""
    with yard.house.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = yard.anonymous.get("/readyz")

    assert answer.status_code == 503
    assert "migrate" in answer.json()["checks"]["migrations"]
    assert yard.anonymous.get("/healthz").status_code == 200


def test_a_process_goes_on_when_a_newer_version_has_migrated(yard: Yard) -> None:
    """During an upgrade the older processes stay in service; the answer says that they are to be replaced."""
    with yard.house.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = yard.anonymous.get("/readyz")

    assert answer.status_code == 200
    assert any("replace this process" in warning for warning in answer.json()["warnings"])


def test_a_broken_model_is_not_ready(small_yard: Yard) -> None:
    """A model that does not judge is 503."""

    class Silent:
        def look(self, text: str) -> None:
            raise ArithmeticError

    small_yard.moderator._scorer = Silent()
    answer = small_yard.anonymous.get("/readyz")

    assert answer.status_code == 503
    assert "ArithmeticError" in answer.json()["checks"]["model"]


def test_another_dictionary_is_a_warning(small_yard: Yard) -> None:
    """A model that was made with other words judges all the same, and whoever watches is told."""
    warnings = dictionary_warnings({"pymorphy3-dicts-ru": "1.0"})
    small_yard.app.state.services = replace(
        small_yard.services, model=replace(small_yard.services.model, warnings=warnings)
    )
    answer = small_yard.anonymous.get("/readyz")

    assert answer.status_code == 200
    assert [w for w in answer.json()["warnings"] if "pymorphy3-dicts-ru 1.0" in w] == list(warnings)


def test_a_thread_that_has_ended_is_not_ready(small_yard: Yard) -> None:
    """Without its writer the process takes events that nobody answers: it is taken out of service, by name."""
    small_yard.app.state.services = replace(
        small_yard.services, threads={"writer": lambda: False, "worker": lambda: True}
    )
    answer = small_yard.anonymous.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["writer"].startswith("has stopped")
    assert answer.json()["checks"]["worker"] == "ok"


def test_a_page_whose_secret_does_not_open_is_a_warning(small_yard: Yard) -> None:
    """The process goes on for all others; whoever watches learns how many pages it refuses."""
    strange = Vault(Fernet.generate_key()).seal("s")
    small_yard.change(Page, small_yard.page, secret_enc=strange)
    with small_yard.house.database.write() as session:
        bump_config(session)
    small_yard.configuration.look_again()
    answer = small_yard.anonymous.get("/readyz")

    assert answer.status_code == 200
    assert "pages whose secret does not open, which are refused: 1" in answer.json()["warnings"]


def test_metrics_name_no_page_and_no_person(small_yard: Yard) -> None:
    """The counters are Prometheus text whose labels hold neither ids of pages nor of authors."""
    small_yard.comment("Ты дебил", author="987654321")
    answer = small_yard.anonymous.get("/metrics")

    assert answer.status_code == 200
    assert "dvornik_verdicts_total" in answer.text
    assert "987654321" not in answer.text
    assert "229000001" not in answer.text
    assert str(small_yard.page) not in answer.text
    labels = set(re.findall(r"[{,](\w+)=", answer.text))
    assert not labels & {"page", "page_id", "author", "author_id", "comment"}


def test_a_connection_is_not_told_apart_by_its_key(small_yard: Yard) -> None:
    """Where the callback's address is the secret, reading a page does not give it away."""
    admin = small_yard.client("admin")
    body = {"network": "ok", "external_id": "700", "title": "Одноклассники", "community_token": "hush"}
    at = admin.post("/v1/pages", json=body).headers["location"]
    keys = [row.callback_key for row in small_yard.rows(Connection) if row.network == "ok"]

    assert keys
    assert not any(key in admin.get(at).text + admin.get("/v1/pages").text for key in keys)


def test_examples_have_the_described_shape(small_yard: Yard) -> None:
    """The examples have exactly the keys of real answers."""
    decision = small_yard.comment("Ты дебил")
    real = small_yard.client("viewer").get(f"/v1/decisions/{decision}").json()
    action = small_yard.client("viewer").get("/v1/actions").json()["items"][0]
    page = small_yard.client("viewer").get(f"/v1/pages/{small_yard.page}").json()
    opinion = small_yard.client("viewer").post("/v1/moderate", json={"text": "Ты дебил"}).json()

    for example, shown in (
        (examples.DECISION_EXAMPLE, real),
        (examples.ACTION_EXAMPLE, action),
        (ability_schemas.PAGE_SHOWN_EXAMPLE, page),
        (examples.OPINION_EXAMPLE, opinion),
    ):
        assert example.keys() == shown.keys()
    assert examples.DECISION_EXAMPLE["comment"].keys() == real["comment"].keys()
    assert examples.DECISION_EXAMPLE["actions"][0].keys() == real["actions"][0].keys()


def test_a_new_token_says_what_it_leaves_to_people(small_yard: Yard) -> None:
    """What was handed to people for want of a token stays theirs; whoever adds one is told how much there is."""
    yard = small_yard
    api, path = yard.client("admin"), f"/v1/pages/{yard.page}"
    action = yard.action_of(yard.comment("Ты дебил"), "delete_comment")
    assert api.patch(path, json={"user_token": "first"}).json()["warnings"] == []
    yard.change(Action, action.id, state="manual", last_error="no_capable_token")
    assert api.patch(path, json={"title": "Район"}).json()["warnings"] == []

    [told] = api.patch(path, json={"user_token": "second"}).json()["warnings"]
    assert "отданных людям действий: 1" in told
    assert "Сделать вручную в сети" in told
    assert api.patch(path, json={"user_token": ""}).json()["warnings"] == []
    assert {row.id: row.state for row in yard.rows(Action)}[action.id] == "manual"
