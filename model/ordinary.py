"""What is ordinary writing: short Russian words, and Latin words that only look like a spelling of a Russian one."""

from functools import lru_cache
from typing import Final

from model.lemmas import is_known

#: Short words that people do write; the dictionary lists far too many others («су», «ка», «пы»).
_SHORT: Final = (
    "а ад аж аз ай ам ао ап ар ас ах б ба бал бар бас бег бил бит бм бог бой бок бор брр бук бум бух бы "
    "был быт бюл в вал вам ван вас ваш вв во вез век вел вес вещ вид виш вне вод воз вой вол вон вор вот все "
    "всю всё вуз вы вяз га газ гам гг где ген гид гну год гол гор гос гу да дал дам дан дар два двд дед "
    "дел для дни дно дня до дом дор дот др дуб дул дух душ дым его еда ее ей ель ем ему ест еще ещё её ж "
    "жал жар жди жду же жен жив жил жир жкс жкх жск жэк за зад зал зам зло зов зря зуб и иди иду из ил "
    "иль им ими имя ин инн ино их йод к как кал кап кв кг кем кит км ко код кое кол ком кон коп кот кто "
    "куб куда кум кур лад лай лак лев лег лед лез лей лес лет лея ли лик лил лис лоб лож лол лом лот луг "
    "лук луч ль люк лёд маг май мак мал мат мг мед мер мех миг мир мл мм мне мо мои мой мол мор мою моя "
    "мп муж мы мыл мыс мэ мэр мял мяч мёд на наб над нал нам нас наш не нее ней неп нет неё ни низ ник "
    "ним них но нож нор нос ноч ною ну нут о об оба обе ода ой он она они оно ору оса оси ост от ох очи "
    "па пал пар пас пей пел пес пил пир пит пля по под пой пол пор пот пою пр при про пуд пункт путь пух "
    "пфр пыл раб рад раз рай рак ран рва рев рей рек рем рим рис ро ров род рос рот рою руб рук рф рыб "
    "рыл ряд с сад сам сан сбор св сев сей сел сем сил сит сих сия ск сказ см смс сна снг сны со сок сон "
    "сор сос сп ст сто стой стр стю суд сук сум суп сын сыр сыт та тай так там тащ те тем тех ти тик тип "
    "тля то том тон топ тор тот тп три труп ту туда туз тур тут ты тыл тыс тьма тэц у угу уж уже ужо уз "
    "ук ул ули ума ур ура усе усы уф ух уха ухо уши фз фиг фин фон фото фу ха хам хан хе хек хит хм ход "
    "хор храм чад чай чан час чая че чей чек чем чин чо что чту чуть чья шаг шар шей шел шея шик шип шла "
    "шли шок шум шут шёл щас щи щит э эй эко эта эти это эту эх юг юла юле юн юра я яд як яма ямб ямы яна "
    "яр ясли яхт "
)
SHORT: Final = frozenset(_SHORT.split())
_KNOWN_FROM: Final = 3
#: Signs that people put before a word and behind one.
BEFORE: Final = '«"„“(.,!?…–—-'
BEHIND: Final = '.,!?)(»":;…–—-'
#: A word without doubled letters, in which nothing is ever undone, whatever of these signs stand around it.
EVEN_WORD: Final = rf"[{BEFORE}]{{0,3}}(?:([а-яё])(?!\1)){{1,40}}[{BEHIND}]{{0,5}}"

#: English words, names and brands that spell or draw a word of the list, whole or in part.
_LATIN: Final = (
    "abort acer adobe alfa aliexpress android apple arab ariston asus audi aula aule avito ayla azeri baba babe babka "
    "babu baby bandera bandit barack barak baraka baran bardak bec beko bes biddle bleat bmw boran bosch bot bote "
    "bred breed byes cabana candy capcom carve cebu chechen cherish chery cheryl chrome clope cobra cocky cola "
    "colette colorado cool cooler cosi cosy cozy cram crete cri cris crise crisi criss crocodile cru cs csu cucina "
    "curve curver curvy cycle dayne degenerate dell discord dota dur dure dzen electrolux epic excel eyeball facebook "
    "fig figa firefox ford gad gage galaxy gazeta gazprom geely giddy glob globe gnat gnome go google gorilla grade "
    "grady haar hache haier hail haile ham hama hamam hamit han hana hani hanoi har hare hari harp harpe harpy harry "
    "haru haval hd hdmi heer hep her hera herne hernia herr honor huawei hub huber hue hueber huecos huesos huevo hui "
    "huila huile huion hula hulu hyundai idiot ikea instagram ios ipad iphone iud jaden kaka kamaz kaz khan kia kola "
    "kris kukla kurier kurkuma lacey lackey lada lage lara lcd led lenovo lgbt lgbti liaz liberal liberale liberally "
    "likee limit limita limite linux lisa lite loh lohan lox luga luna lush lys macbook mail manda mandalay mandy "
    "mastercard max maz mazda ment menta mente microsoft migrant minecraft mini minut mir mocha mochi mole moly muda "
    "muzak mysore nabil nary nasri negra niger nigga nissan nokia nose nosy note office opel opera oppo ozon pact "
    "paddle paddy padi padre pal pala palate pali palla pally palo past paula paypal paz pca pce pec pedal pedestal "
    "pedro pes pesca pesce pesci petra philips pine piney pisa pista pixar pixel pizza plankton plebs plus pop pope "
    "priebus pro psa pse psu psy pubg pulley pyne qiwi rakam rake rile roblox roja rot rta rte rutube sadist safari "
    "sagan samsung satan satanist sber sberbank scala scaly scan scat scoot scott scsi sebi serena sereno sheryl shut "
    "sickle sickly skoda skype socal soci soggy sony sortir sovrano spali sperm sram sri stade star steam sucky sue "
    "sushi suzuki swine talib telegram tiktok tinkoff toyota troll trolley truce tuft tupac tv twitch uaz ultra urban "
    "urok usb uzbek valium vampire vat vatan viber visa volvo vor vtb wali wat whatsapp wifi wildberries windows "
    "wisely wiser wor word wore worry write xanax xbox xiaomi xue yahoo yandex youtube zara zaraz zeke zona zone zoom "
)
LATIN: Final = frozenset(_LATIN.split())


@lru_cache(maxsize=8192)
def is_ordinary(piece: str) -> bool:
    """True for a piece of a word that is a word by itself; the shortest by our own list, the rest by the dictionary."""
    return piece in SHORT or (len(piece) >= _KNOWN_FROM and is_known(piece))
