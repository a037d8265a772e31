"""What people type, made fit to keep."""

import unicodedata

import pytest
import regex

from webapp import text
from webapp.identities import claims
from webapp.sessions import passwords

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
CONJUNCT = "\u0915\u094d\u0937\u093f"  # four code points that are read as one sign
HUGE = "Z" + "\u0301" * 5000
PILE = "Z" + "\u0301" * 11
# What words of real languages carry, with the longest rows of marks that are known of each.
SCRIPTS = {
    "Thai": "น้ำเชี่ยว ที่นี่ กู้ ปั้น ญี่ปุ่น",
    "Lao": "ເຂົ້າໜຽວ ນຶ່ງແລ້ວ",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས། ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ། དྷཱིཿ \u0f51\u0fa1\u0fb7\u0f71\u0f72\u0f7f",
    "the Kalachakra monogram": "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82",
    "Hebrew with cantillation": "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם \u05e9\u05b8\u05bc\u05c1\u059d\u0597",
    "Arabic with harakat": "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ",
    "Urdu": "اُردُو زبان ہے",
    "Vietnamese": "Những điều ấy đã được kể lại ở đây, Ễ Ỗ Ẵ",
    "Burmese": "လျှို့ဝှက်ချက် ကျွန်ုပ်တို့၏ ဩော်",
    "Northern Thai": "ᨡᩮᩢᩬᩣ᩠᩶᩻ᨦ ᨲᩫ᩠ᩅᨾᩮᩥᩬᨦ",
    "Khmer": "ព្រះរាជាណាចក្រកម្ពុជា ស្ត្រី",
    "Greek": "ᾧ τῷ ᾄδοντι ᾗ ἦν ᾂ",
    "Vedic": "अ॒ग्निमी॑ळे पु॒रोहि॑तं र्क्ष्म्यि",
    "phonetic": "t͡ʃʰɪ̃ː ḭ̃́ ɔ̃̀ː",
}
FILLERS = ("\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u00ad", "\u034f", "\u180e")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two  spaces stay  ", "two  spaces stay"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab\there"),
        ("bell\x07 escape\x1b[31m nul\x00 next\x85", "bell escape[31m nul next"),
        ("cafe\u0301", "caf\u00e9"),
        ("e\x07\u0301", "\u00e9"),
        ("\n\n", ""),
        (FAMILY, FAMILY),
        ("\u202eturned\u202c", "\u202eturned\u202c"),  # bidi signs stay in a text; its place on the page isolates it
        ("\ufeffmark\ufeff", "mark"),
    ],
)
def test_message_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert text.message(typed) == kept
    assert text.message(text.message(typed)) == text.message(typed)


@pytest.mark.parametrize(
    ("message", "characters"),
    [
        ("", 0),
        ("abc", 3),
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        ("\r\n", 1),
        (FAMILY, 1),
        (FAMILY * 3, 3),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),  # two flags
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1),  # the flag of Scotland
        ("\U0001f44d\U0001f3fd", 1),
        ("\u2764\ufe0f", 1),
        ("1\ufe0f\u20e3", 1),
        ("\uac00\u1100\u1161\u11a8", 2),  # Hangul, composed and of parts
        ("\u0e01\u0e33", 1),
        (CONJUNCT, 1),
        (HUGE, 1),
    ],
)
def test_count_graphemes_is_what_a_reader_counts(message: str, characters: int) -> None:
    assert text.graphemes(message) == characters


@pytest.mark.parametrize(
    "message",
    [
        "a",
        "a" * 280,
        FAMILY * 280,
        CONJUNCT * 280,
        "\U0001f600" * 280,
        "e\u0301" * 280,
        "\u4e2d" * 280,
        "\n".join("a" * 140),
    ],
)
def test_message_within_the_limits_can_be_posted(message: str) -> None:
    assert text.message_problem(text.message(message)) is None


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_message_and_bio_of_any_script_can_be_kept(script: str, form: str) -> None:
    words = unicodedata.normalize(form, SCRIPTS[script])
    assert text.message(words) == unicodedata.normalize("NFC", words)
    assert text.message_problem(text.message(words)) is None
    assert text.bio_problem(text.message(words)) is None


def test_message_of_ten_marks_a_letter_is_the_last_that_can_be_posted() -> None:
    assert text.message_problem(PILE[:-1] * 20) is None
    for unseen in ("", "\u200b", "\u200c", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u202a", "\u034f", "\ufe0f"):
        pile = "low " + "e" + "\u0316" * 5 + unseen + "\u0316" * 6  # composes with nothing
        assert "too many accents or marks" in str(text.message_problem(text.message(pile)))
        assert "too many accents or marks" in str(text.bio_problem(text.message(pile)))


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "Write something first."),
        ("\u200b\u2060", "Write something first."),
        ("\u3164", "Write something first."),
        ("a" * 281, "1 character too long. The limit is 280."),
        ("a" * 300, "20 characters too long. The limit is 280."),
        (FAMILY * 281, "1 character too long."),
        (HUGE, "very many parts"),
        ("a" * 2801, "2521 characters too long. The limit is 280."),
        (PILE, "too many accents or marks"),
        ("\U0001f468\u200d" * 1171, "very many parts"),  # fewer than 2,800 code points, more than 8 kB
    ],
)
def test_message_over_a_limit_is_told_what_is_wrong(message: str, sentence: str) -> None:
    assert sentence in (text.message_problem(message) or "")


def test_message_limits_are_those_of_the_schema() -> None:
    assert (text.MESSAGE_GRAPHEMES, text.MESSAGE_CODE_POINTS, text.MESSAGE_BYTES) == (280, 2800, 8192)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Alice", "alice"),
        (" @alice ", "alice"),
        ("\uff21\uff2c\uff29\uff23\uff25", "alice"),  # full width
        ("\u212aelvin", "kelvin"),
        ("ali\u017fe", "alise"),
        ("ADMIN", "admin"),
    ],
)
def test_handle_folds_what_looks_the_same(typed: str, folded: str) -> None:
    assert text.handle(typed) == folded
    assert text.handle(folded) == folded


@pytest.mark.parametrize(
    "typed",
    [
        "a",
        "a" * 31,
        "",
        "al ice",
        "al-ice",
        "al.ice",
        "\u0430dmin",
        "ad\u200bmin",
        "alic\u00e9",
        "\u202ealice",
        "a/b",
        "alice\n\nx",
        "\u0661\u0662",
        "al\x00ice",
        "\ud800ab",
        "alice" + " " * 200 + "x",
        "\uff76\uff9e" * 200,
    ],
)
def test_handle_outside_the_plain_alphabet_is_refused(typed: str) -> None:
    assert text.handle_problem(text.handle(typed))


@pytest.mark.parametrize("typed", ["admin", "ADMIN", "\uff41dmin", "Root", "mayfly", "moderator"])
def test_handle_that_could_deceive_is_kept_free(typed: str) -> None:
    assert "is reserved" in (text.handle_problem(text.handle(typed)) or "")


@pytest.mark.parametrize("typed", ["ab", "alice_01", "a" * 30, "__"])
def test_handle_of_letters_digits_underscores_is_taken(typed: str) -> None:
    assert text.handle_problem(text.handle(typed)) is None


@pytest.mark.parametrize(
    "typed",
    [
        "Alice",
        "\u00c9lo\u00efse O\u2019Hara",
        "\u5c71\u7530",
        "\U0001f41d Bea",
        FAMILY,
        "x" * 50,
        "\u0645\u0631\u064a\u0645",
    ],
)
def test_display_name_of_seen_signs_is_taken(typed: str) -> None:
    assert text.display_name_problem(text.display_name(typed)) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "x" * 51,
        "a\u202eb",
        "Z" + "\u0335" * 49,
        "Z" + ("\u0335" * 4 + "\u200c") * 9,
        "a\u2066b",
        "a\u200bb",
        "a\ufeffb",
        "a\x00b",
        "a\x1bb",
        "\ud800",
        "\ue000",
        "\u200d",
        "\ufe0f",
        *FILLERS,
        *(f"a{filler}b" for filler in FILLERS),
    ],
)
def test_display_name_that_hides_or_turns_is_refused(typed: str) -> None:
    assert text.display_name_problem(text.display_name(typed))


def test_display_name_is_kept_in_one_form() -> None:
    assert text.display_name("  Ma\u0301ire \t\n Rua ") == "M\u00e1ire Rua"
    assert unicodedata.is_normalized("NFC", text.display_name("e\u0301"))


# Normalising ---------------------------------------------------------------------------------------------------

ROWS = {
    "two kinds in turn": "a" + "\u0315\u0327" * 15_000,
    "two blocks": "a" + "\u0315" * 15_000 + "\u0327" * 15_000,
    "marks that decompose": "a" + "\u0344\u0327" * 15_000,
    "marks of class 0 that decompose": "\u0f40" + "\u0f74\u0f73" * 10_000,
    "parted by what is taken out": "a" + ("\u0315" * 15 + "\u0327" * 15 + "\x07") * 1000,
    "half-width sound marks between": "a" + ("\u0315" * 15 + "\uff9e") * 1500,
    "as long as may be, again and again": ("a" + "\u0315" * 15 + "\u0327" * 15) * 1000,
}


@pytest.mark.parametrize("row", ROWS)
def test_no_long_row_of_marks_is_ever_put_in_order(monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    """The cost is the square of a row's length; so the rows are counted, and no clock is asked."""
    plain, longest = unicodedata.normalize, 0

    class Counting:
        @staticmethod
        def normalize(form: text.Form, raw: str) -> str:
            nonlocal longest
            apart = "".join(plain("NFKD" if "K" in form else "NFD", sign) for sign in raw)
            found = "".join("m" if unicodedata.combining(sign) else " " for sign in apart).split()
            longest = max([longest, *map(len, found)])
            return plain(form, raw)

    monkeypatch.setattr(text, "unicodedata", Counting)
    typed = ROWS[row]
    assert text.message_problem(text.message(typed))
    assert text.bio_problem(text.message(typed))
    assert text.display_name_problem(text.display_name(typed))
    assert text.handle_problem(text.handle(typed))
    passwords._normal(typed)
    claims.person_of({"name": typed, "preferred_username": typed})
    text.normal("NFKC", typed)
    text.normal("NFKD", typed)
    assert longest <= 60  # each of thirty may be two


def test_whatever_is_put_in_order_counts_as_a_mark() -> None:
    """By Python's own table, which need not be of the same year as that of `regex`."""
    for form in ("NFC", "NFKC", "NFKD"):
        mark = regex.compile(text._MARK[form])
        apart = "NFKD" if "K" in form else "NFD"
        for sign in map(chr, range(0x300, 0x110000)):
            if unicodedata.combining(sign) or unicodedata.decomposition(sign):
                whole = unicodedata.normalize(apart, sign)
                assert mark.match(sign) or not all(map(unicodedata.combining, whole)), f"{form}: U+{ord(sign):04X}"


def test_handle_does_not_grow() -> None:
    """One sign becomes eighteen in the compatibility form."""
    typed = "\ufdfa" * 20_000
    assert text.handle_problem(text.handle(typed))
    assert len(text.handle(typed)) < 4000
