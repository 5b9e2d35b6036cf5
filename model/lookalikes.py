"""Which signs are written in place of which letters."""

from typing import Final

# Latin letters that look like a Cyrillic one in lower case or in capitals.
LATIN_TWINS: Final = dict(zip("aeopcxykmthbnurdzi3", "аеорсхукмтнвпигдзиз", strict=True))
# The rest of the Latin alphabet, by sound: used only inside a word that is mostly Cyrillic.
LATIN_SOUNDS: Final = dict(zip("bfgijlqsvw", "бфгийлксвш", strict=True)) | LATIN_TWINS
# A pure Latin word is a drawing of a Cyrillic one only when every letter is a true twin.
TRUE_TWINS: Final = frozenset("aeopcxykmthbnur")
CYRILLIC_TWINS: Final = dict(zip("аеорсхукмтнв", "aeopcxykmthb", strict=True))

SIGNS: Final = {
    "0": "о", "1": "и", "3": "з", "4": "ч", "6": "б", "8": "в", "9": "я", "@": "а", "$": "с", "€": "е",
}  # fmt: skip

# Transliteration, longest first.
TRANSLIT: Final = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "ё"), ("jo", "ё"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ju", "ю"), ("ya", "я"), ("ja", "я"), ("iy", "ий"), ("uy", "уй"), ("uj", "уй"), ("ye", "е"), ("a", "а"),
    ("b", "б"), ("v", "в"), ("w", "в"), ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("j", "й"), ("k", "к"),
    ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"),
    ("h", "х"), ("x", "х"), ("c", "с"), ("y", "ы"), ("q", "к"), ("'", "ь"),
)  # fmt: skip

# Small capitals and Greek letters used as drawings of Russian ones. Letters of the peoples of Russia (ә, ө, ү, ң, һ) stay.
EXOTIC: Final = dict(
    zip(
        "ᴀᴄᴅᴇᴋᴍʍᴏᴛʙʜᴩᴧᴨᴦʏɜɯɸᴜɴɪᴘʀαβορτεκυχνμηιѕіјӏ",
        "асдекммотвнрлпгузшфипирравортекухвмниsиjл",
        strict=True,
    )
)


def exotic(char: str) -> str:
    """The plain letter that one foreign letter stands for, else the same character."""
    code = ord(char)
    for start in (0x1F130, 0x1F150, 0x1F170):
        if start <= code < start + 26:
            return chr(ord("a") + code - start)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return char
    return EXOTIC.get(char, char)
