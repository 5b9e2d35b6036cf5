"""What the API's description says of the networks' addresses, which the framework does not see."""

from typing import Any, Final

from starlette.routing import Route

CALLBACKS: Final = "/callbacks"
VK_PATH: Final = f"{CALLBACKS}/vk"
_EVENT: Final[dict[str, Any]] = {
    "type": "wall_reply_new",
    "group_id": 229000001,
    "event_id": "3f1c2b7d9a5e4c60b8d1f2a3c4e5d6f708192a3b",
    "v": "5.199",
    "secret": "5f0c1a7be2d94d0f8b63a1c4e7d2f905",
    "object": {"id": 4711, "from_id": 15170, "post_id": 17, "owner_id": -229000001, "date": 1795368660, "text": "Где?"},
}


def _told(description: str, example: str) -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}, "example": example}}
    return {"description": description, "content": content}


#: What the framework's own description would say of the route.
VK_OPERATION: Final[dict[str, Any]] = {
    "tags": ["callbacks"],
    "summary": "Take an event of VK",
    "description": "VK's Callback API: one address for all pages. The secret stands in the body and is checked first.",
    "operationId": "vk_callback",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["type", "group_id"], "additionalProperties": True},
                "example": _EVENT,
            }
        },
    },
    "responses": {
        "200": _told(
            "Taken: `ok` means decided and on disk. A `confirmation` is answered with the page's string.", "ok"
        ),
        "400": _told("This is not VK's protocol.", "group_id: expected the positive id of a community"),
        "403": _told("The page is unknown or the secret is wrong.", "unknown page or wrong secret"),
        "413": _told("The body is too long.", "too large"),
        "429": _told("Wrong too often; see `Retry-After`.", "unknown page or wrong secret, too often"),
        "503": _told("Not on disk; VK sends it again.", "busy, send it again"),
    },
}


_KEYED: Final[dict[str, Any]] = {
    "200": _told("Taken: what the request tells is on disk, or it needs nothing.", "ok"),
    "400": _told("This is not the network's protocol.", "body: expected a JSON object"),
    "403": _told("The key is unknown or the secret is wrong.", "unknown page or wrong secret"),
    "413": _told("The body is too long.", "too large"),
    "429": _told("Wrong too often; see `Retry-After`.", "unknown page or wrong secret, too often"),
    "503": _told("Not on disk; the network sends it again.", "busy, send it again"),
}
_PURPOSES: Final = {
    "POST": "Take an event of {network}",
    "GET": "Answer the handshake of {network}",
    "OPTIONS": "Answer the preflight of {network}",
}


def keyed_operations(route: Route) -> dict[str, Any]:
    """What there is to say of an address that ends with a connection's key."""
    network = route.path.split("/")[2]
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    operations = {}
    for method in sorted(set(route.methods or ()) & _PURPOSES.keys()):
        operations[method.lower()] = {
            "tags": ["callbacks"],
            "summary": _PURPOSES[method].format(network=network),
            "description": "The key in the address names the connection; the network's own proof is checked first.",
            "operationId": f"{network}_callback_{method.lower()}",
            "parameters": [key],
            "responses": _KEYED,
        }
        if method == "POST":
            schema = {"type": "object", "additionalProperties": True}
            body = {"application/json": {"schema": schema, "example": {"…": "as the network sends it"}}}
            operations["post"]["requestBody"] = {"required": True, "content": body}
    return operations
