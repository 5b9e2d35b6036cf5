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
    "0": "о", "1": "и", "3": "з", "4": "ч", "6": "б", "8": "в", "9": "я", "@": "а", "$": "с", "€": "е", "!": "и",
}  # fmt: skip
#: Second and third tables of the same kind, as people differ in them.
OTHER_SIGNS: Final = tuple(
    {pair[0]: pair[1] for pair in table.split()}
    for table in (
        "0о 1л 3е 4а 5с 6б 7т 8в 9д @а $с !и",
        "0о 1и 3е 4а 5п 6б 7г 8б 9я @о $з |л",
    )
)

#: What one sign may stand for inside a rude word: letters, first the usual ones, behind a bar the unusual ones.
_ONE: Final = (
    "a=а b=б|вь c=сц|к d=д e=е|э f=ф g=г|ждя h=х|н i=и|йы j=й|ж k=к l=л|и m=м|т n=н|пи o=о p=пр q=к|я "
    "r=р|гя s=с|зш t=т u=у|ию v=в w=ш|в x=х y=у|ый z=з|жц 0=о 1=и|лй 2=г|з 3=з|еэ 4=ч|а 5=с|пб 6=б|ь "
    "7=т|г 8=в|б 9=я|др @=а|од $=с|з €=е|с !=и|й |=и|л (=с +=т £=е|л ^=л &=и '=ь|ъ ґ=г і=и ї=и є=е ы=ы|и "
)
#: The same for groups of signs.
_MANY: Final = (
    "shch=щ sch=щ sh=ш ch=ч zh=ж kh=х ts=ц tz=ц ya=я ja=я ia=я yu=ю ju=ю iu=ю yo=е jo=е ye=е je=е ij=ий "
    "ph=ф ck=к ss=с ks=кс yy=ый ii=ий b|=ы bi=ы bl=ы b1=ы ьl=ы ь|=ы ь1=ы ьi=ы }{=х )(=х ><=х }|{=ж >|<=ж "
    ">k=ж |<=к |{=к i<=к |o=ю |0=ю io=ю i0=ю /\\=л /|=л |-|=н |\\|=и |/|=и |\\/|=м /\\/\\=м lll=ш |||=ш iii=ш "
    "\\|/=ш |_|=ц 4j=ч 3.14=пи 3,14=пи 314=пи 100=сто "
)

#: A word in Latin letters alone is spelt rather than drawn: sounds first, looks behind the bar.
_SPOKEN: Final = (
    "a=а b=б|вь c=цск d=д e=еэ f=ф g=гж|д h=х|н i=ийы j=йж k=к l=л m=м|т n=н|п o=о p=п|р q=к r=р|г s=с t=т u=ую|и v=в "
    "w=вш x=х y=ыйиу z=з|ж '=ь 0=о 1=и|л 3=з|е 4=ч|а 5=с 6=б 7=т 8=в 9=я|д @=а $=с !=и"
)
_SPOKEN_GROUPS: Final = (
    "shch=щ sch=щ sh=ш sh=щ ch=ч zh=ж kh=х ts=ц tz=ц ya=я ja=я ia=я yu=ю ju=ю iu=ю yo=е jo=е ye=е je=е ij=ий iy=ий "
    "yy=ый yj=ый ph=ф ck=к ks=кс ey=ей"
)
_USUAL, _UNUSUAL, _GROUP, _SOUND = 0.12, 0.45, 0.2, 0.05


def _single(entries: str, usual_price: float) -> dict[str, tuple[tuple[str, float], ...]]:
    table: dict[str, tuple[tuple[str, float], ...]] = {}
    for entry in entries.split():
        sign, letters = entry[0], entry[2:]
        usual, _, unusual = letters.partition("|")
        own = [(c, 0.0 if c == sign else usual_price) for c in usual]
        table[sign] = (*own, *((c, _UNUSUAL) for c in unusual))
    return table


def _groups(entries: str, price: float) -> dict[str, tuple[tuple[str, float], ...]]:
    table: dict[str, tuple[tuple[str, float], ...]] = {}
    for entry in entries.split():
        # The last equals sign: none of the groups ends in one.
        group, _, letters = entry.rpartition("=")
        table[group] = (*table.get(group, ()), (letters, price))
    return table


#: sign -> what it may stand for, with the price of believing so; letters of the Russian alphabet stand for themselves.
ONE: Final = _single(_ONE, _USUAL)
#: The same for two to four signs together.
MANY: Final = _groups(_MANY, _GROUP)
#: Both for a word in Latin letters alone.
SPOKEN: Final = _single(_SPOKEN, _SOUND) | _groups(_SPOKEN_GROUPS, _SOUND)
#: Characters with which a group may begin.
GROUP_STARTS: Final = frozenset(group[0] for group in MANY)

# Small capitals and Greek letters used as drawings of Russian ones. Letters of the peoples of Russia (ә, ө, ү) stay.
_FOREIGN: Final = dict(
    zip(
        "ᴀᴄᴅᴇᴋᴍʍᴏᴛʙʜᴩᴧᴨᴦʏɜɯɸᴜɴɪᴘʀαβορτεκυχνμηιѕіјӏπ",
        "асдекммотвнрлпгузшфипирравортекухвмниsиjлп",
        strict=True,
    )
)
# A capital is the same letter: characters are looked at before the text is put into lower case.
EXOTIC: Final = (
    {letter.upper(): plain for letter, plain in _FOREIGN.items()} | _FOREIGN | {"©": "с", "®": "я", "×": "х", "¥": "у"}
)


def exotic(char: str) -> str:
    """The plain letter that one foreign letter stands for, else the same character."""
    code = ord(char)
    for start in (0x1F130, 0x1F150, 0x1F170):
        if start <= code < start + 26:
            return chr(ord("a") + code - start)
    return EXOTIC.get(char, char)
