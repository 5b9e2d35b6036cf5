"""What a person's decision remembers of its making."""

from typing import Final

import msgspec


class PersonBasis(msgspec.Struct):
    """As it stands in the decision's `basis_json`; what it keeps besides belongs to the dossier."""

    #: Until then (microseconds) it can be undone.
    undo_until: int = 0
    #: The case that it answers.
    case: int | None = None
    #: The comment went as a copy of the one that this campaign's question was about.
    campaign: int | None = None
    #: The text shows somebody else's data.
    personal_data: bool = False


person_basis: Final = msgspec.json.Decoder(PersonBasis).decode
