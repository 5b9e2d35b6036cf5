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
TRANSLIT: Final = tuple(
    zip(
        [
            "shch",
            "sch",
            "yo",
            "jo",
            "zh",
            "kh",
            "ts",
            "ch",
            "sh",
            "yu",
            "ju",
            "ya",
            "ja",
            "iy",
            "uy",
            "uj",
            "ye",
            "a",
            "b",
            "v",
            "w",
            "g",
            "d",
            "e",
            "z",
            "i",
            "j",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "x",
            "c",
            "y",
            "q",
            "'",
        ],
        [
            "щ",
            "щ",
            "ё",
            "ё",
            "ж",
            "х",
            "ц",
            "ч",
            "ш",
            "ю",
            "ю",
            "я",
            "я",
            "ий",
            "уй",
            "уй",
            "е",
            "а",
            "б",
            "в",
            "в",
            "г",
            "д",
            "е",
            "з",
            "и",
            "й",
            "к",
            "л",
            "м",
            "н",
            "о",
            "п",
            "р",
            "с",
            "т",
            "у",
            "ф",
            "х",
            "х",
            "с",
            "ы",
            "к",
            "ь",
        ],
        strict=True,
    )
)

# Small capitals and Greek letters used as drawings of Russian ones. Letters of the peoples of Russia (ә, ө, ү) stay.
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
