"""What the API's description says of the networks' addresses, which the framework does not see."""

from typing import Any, Final

VK_PATH: Final = "/callbacks/vk"
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
