"""What people type, made fit to keep."""

import re
import unicodedata
from types import SimpleNamespace

import pytest
import regex
from drawing import app_away

from webapp import text
from webapp.identities import claims
from webapp.sessions import passwords
from webapp.text import normalising

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
CONJUNCT = "\u0915\u094d\u0937\u093f"  # four code points that are read as one character
PILE = "Z" + "\u0301" * 11
# With the longest rows of marks that are known of each.
SCRIPTS = {
    "Thai": "น้ำเชี่ยว ที่นี่ กู้ ปั้น ญี่ปุ่น",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས། ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ། དྷཱིཿ \u0f51\u0fa1\u0fb7\u0f71\u0f72\u0f7f",
    "the Kalachakra monogram": "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82",
    "Hebrew with cantillation": "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם \u05e9\u05b8\u05bc\u05c1\u059d\u0597",
    "Arabic with harakat": "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ",
    "Vietnamese": "Những điều ấy đã được kể lại ở đây, Ễ Ỗ Ẵ",
    "Burmese": "လျှို့ဝှက်ချက် ကျွန်ုပ်တို့၏ ဩော်",
    "Northern Thai": "ᨡᩮᩢᩬᩣ᩠᩶᩻ᨦ ᨲᩫ᩠ᩅᨾᩮᩥᩬᨦ",
}
UNSEEN = (
    "\u115f\u1160\u3164\uffa0\u2800\u00ad\u034f\u180e\u17b4\u200b\u2060\ufeff\ufff9\ufffa\ufffb\ufffc"
    "\U0001d159\U0001d173\U00013430\U00013441\U00013442\U000e0001\U000e0fff\U0001bca0"
)


def test_message_is_kept_in_one_form() -> None:
    for typed, kept in {
        "  two  spaces\tstay  ": "  two  spaces\tstay",
        " \n\u3000\n\tindented\n    twice\n \u00a0": "\tindented\n    twice",
        "one\r\ntwo\rthree\nfour": "one\ntwo\nthree\nfour",
        "one\n\n \n\t\ntwo": "one\n\ntwo",
        "bell\x07 escape\x1b[31m nul\x00 next\x85": "bell escape[31m nul next",
        "e\x07\u0301": "\u00e9",
        "\n\n": "",
        "\n\ufeff\n\n\x07\n\ufeff a\n\x07\n\nb\u2003\ufeff\u2028": " a\n\nb",
        "\ufeff\u202e" + FAMILY + "\u202c\ufeff": "\u202e" + FAMILY + "\u202c",  # its place on the page isolates it
    }.items():
        assert text.message(typed) == text.message(kept) == kept


def test_message_within_the_limits_can_be_posted() -> None:
    for message in ("a", "a" * 280, FAMILY * 280, CONJUNCT * 280, "\n".join("a" * 140)):
        assert text.message_problem(text.message(message)) is None


def test_message_and_bio_of_any_script_can_be_kept() -> None:
    for script, typed in SCRIPTS.items():
        kept = text.message(unicodedata.normalize("NFD", typed))
        assert kept == text.message(typed) == unicodedata.normalize("NFC", typed), script
        assert text.message_problem(kept) is text.bio_problem(kept) is None, script


def test_message_of_ten_marks_a_letter_is_the_last_that_can_be_posted() -> None:
    assert text.message_problem(PILE[:-1] * 20) is None
    for unseen in ("", *"\u200b\u200c\u200d\u00ad\u2060\ufeff\u202a\u034f\ufe0f"):
        pile = text.message("low " + "e" + "\u0316" * 5 + unseen + "\u0316" * 6)  # composes with nothing
        assert "marks" in str(text.message_problem(pile))
        assert "marks" in str(text.bio_problem(pile))


def test_message_over_a_limit_is_told_what_is_wrong() -> None:
    for message, said in {
        "": "Write", UNSEEN + "\u200d\ufe0f\U000e0067": "Write", "a" * 281: "1 ", "a" * 2801: "2521 ", PILE: "marks",
        "Z" + "\u0301" * 5000: "parts", "\U0001f468\u200d" * 1171: "parts",  # of few code points, but 8 kB
    }.items():  # fmt: skip
        assert said in str(text.message_problem(message))


def test_handle_folds_what_looks_the_same_and_does_not_grow() -> None:
    for typed, folded in {" @Alice ": "alice", "\uff21\uff2c": "al", "\u212aeli\u017f": "kelis"}.items():
        assert text.handle(typed) == text.handle(folded) == folded
    assert len(text.handle("\ufdfa" * 20_000)) < 4000  # each becomes eighteen in the compatibility form


def test_login_is_folded_as_it_is_stored() -> None:
    for typed, stored in {
        " JOSE\u0301@B\u00dccher.example ": "jos\u00e9@b\u00fccher.example", "@Alice": "alice", "\uff21lice": "alice",
        "J\u030c@x.example": "\u01f0@x.example", "\u0130dor@x.example": "i\u0307dor@x.example",
        "gro\u00df@x.example": "gro\u00df@x.example",  # not gross@, who is somebody else
    }.items():  # fmt: skip
        assert text.login(typed) == text.login(stored) == stored


def test_handle_outside_the_plain_alphabet_is_refused() -> None:
    refused = [
        "", "a", "a" * 31, "al ice", "al-ice", "a/b", "\u0430dmin", "ad\u200bmin", "alic\u00e9", "\u202ealice",
        "alice\n\nx", "\u0661\u0662", "al\x00ice", "\ud800ab", "alice" + " " * 200 + "x", "\uff76\uff9e" * 200,
    ]  # fmt: skip
    assert [typed for typed in refused if not text.handle_problem(text.handle(typed))] == []
    taken = ["ab", "alice_01", "a" * 30, "__"]
    assert [typed for typed in taken if text.handle_problem(text.handle(typed))] == []
    for typed in ("ADMIN", "\uff41dmin", "mayfly", "ad_min", "_staff_", "moderators", "everyone", "lark_hythe"):
        problem = text.handle_problem(text.handle(typed), "Larkhythe")
        assert problem not in (None, text.handle_problem("-")), typed
    assert text.handle_problem("larkhythe") is None, "elsewhere"


def test_display_name_is_taken_unless_it_hides_or_turns() -> None:
    taken = [
        "Alice",
        "\u00c9lo\u00efse O\u2019Hara",
        "\u5c71\u7530",
        "\U0001f41d Bea",
        FAMILY,
        "x" * 50,
        "\u0600\u0661",
    ]
    assert [typed for typed in taken if text.display_name_problem(text.display_name(typed))] == []
    assert text.display_name("  Ma\u0301ire \t\n Rua ") == "M\u00e1ire Rua"
    refused = [
        "", "   ", "x" * 51, "a\u202eb", "a\u2066b", "a\u200bb", "a\ufeffb", "a\x00b", "a\x1bb", "\ud800", "\ue000",
        "\u200d", "\ufe0f", "Z" + "\u0335" * 49, "Z" + ("\u0335" * 4 + "\u200c") * 9,
        *UNSEEN, *(f"a{sign}b" for sign in UNSEEN),
    ]  # fmt: skip
    assert [typed for typed in refused if not text.display_name_problem(text.display_name(typed))] == []


def test_display_name_of_power_is_reserved_however_it_is_written() -> None:
    looks = [
        "Admin",
        "ADMIN",
        " a d m i n ",
        "\uff21\uff44\uff4d\uff49\uff4e",
        "\u24b6dmin",
        "Ad\u200cmin",
        "\u00c1dmin",
        "Admins!",
    ]
    for name in [*looks, "Moderator", "operator", "\u2728 Staff \u2728", "Mayfly", "Lark hythe", "L\u00e0rkhythe"]:
        assert text.display_name_problem(text.display_name(name), "Larkhythe"), name
    for name in ("Adminah", "Larkhythe Bakery", "Owen", "All", "Help Desk", "\u2600"):
        assert text.display_name_problem(text.display_name(name), "Larkhythe") is None, name
    assert text.display_name_problem("\u2600", "\u2728") is None, "a community whose name has no letter"


OF_POWER = [
    "The Moderator", "Mayfly Team", "\u0410dmin", "Moderat0r", "m0derat0r", "Admin 1", "1Admin", "Your Admins", "Adm1n",
    "Admln", "5taff", "5ystem", "Syst3m", "Off1cial Anna", "Offlcial", "\u041cayfly", "MayfIy", "Anna (moderator)",
    "Moderator-Anna", "moderator/anna", "\u039c\u03bfderator", "\u0405ecurity", "Ro\u043et",
    "\u03a4eam", "SUP\u03a1ORT", "S\u03a5STEM", "\u039fwner", "The Ad\u200cmin", "The \u00c1dmins",
    "Web Master Team", "L4rkhyth3", "Lark Hyth3", "Larkhythe 2", "Root", "r00t", "Help from Staff",
]  # fmt: skip
HANDLES_OF_POWER = [
    "admin1", "1admin", "the_admin", "m0derator", "mod_team", "mod5", "_mod_", "admin_1", "__admin__", "staff_2024",
    "r00t", "root1", "5upport", "0wner1", "0wner", "adm1n", "admln", "mayf1y", "mayfly_official", "t3am", "moderat0rs",
    "real_mod", "mod_anna", "anna_mods", "sysadm1n", "larkhyth3", "larkhythe_1",
]  # fmt: skip
ORDINARY = [
    "Helpman", "Teamer", "Staffan", "Modesty", "Modest Mussorgsky", "Rootham", "Joe Root", "Supporta", "Owen", "Ali",
    "Systematic Sue", "Rudmod", "Adminah", "Mayflyer", "Operetta", "Ann 5", "Larkhythe Bakery", "Officiala",
    "\u0410\u043d\u043d\u0430", "\u041c\u0430\u043a\u0441\u0438\u043c", "\u0391\u03bd\u03bd\u03b1", "\u5c71\u7530",
    "7", "S", "Lil", "Steam", "Yokomodo", "Adam Minton", "Ad Minton", "Secure Ity",
]  # fmt: skip
ORDINARY_HANDLES = [
    "helpman", "teamer", "staffan", "ali", "apl", "al1", "modest", "joe_root", "root_beer", "steam", "mayflyer",
    "anna1",
    "1984", "__", "s5", "mo_derby", "help1", "me2", "adminah", "steamroller", "commodore", "systema", "l0la", "owen_3",
]  # fmt: skip


@pytest.mark.parametrize("name", OF_POWER)
def test_display_name_with_a_word_of_power_is_reserved(name: str) -> None:
    assert "reserved" in str(text.display_name_problem(text.display_name(name), "Larkhythe"))


@pytest.mark.parametrize("handle", HANDLES_OF_POWER)
def test_handle_with_a_word_of_power_is_reserved(handle: str) -> None:
    assert "reserved" in str(text.handle_problem(text.handle(handle), "Larkhythe"))


def test_name_that_merely_holds_such_letters_is_free() -> None:
    assert [name for name in ORDINARY if text.display_name_problem(text.display_name(name), "Larkhythe")] == []
    assert [handle for handle in ORDINARY_HANDLES if text.handle_problem(handle, "Larkhythe")] == []


def test_beginning_of_every_address_is_reserved() -> None:
    rules = [rule.rule.split("/")[1] for rule in app_away(APP_ENV="test").url_map.iter_rules()]
    for word in {rule.replace("-", "_") for rule in rules if re.fullmatch("[a-z-]+", rule)}:
        assert text.handle_problem(word), word


ROWS = {
    "two kinds in turn": "a" + "\u0315\u0327" * 15_000,
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

    def normalize(form: text.Form, raw: str) -> str:
        nonlocal longest
        apart = "".join(plain("NFKD" if "K" in form else "NFD", sign) for sign in raw)
        found = "".join("m" if unicodedata.combining(sign) else " " for sign in apart).split()
        longest = max([longest, *map(len, found)])
        return plain(form, raw)

    monkeypatch.setattr(normalising, "unicodedata", SimpleNamespace(normalize=normalize))
    typed = ROWS[row]
    for form, problem in (
        (text.message, text.message_problem), (text.message, text.bio_problem), (text.handle, text.handle_problem),
        (text.display_name, text.display_name_problem),
    ):  # fmt: skip
        assert problem(form(typed)), problem
    passwords._normal(typed)
    claims.person_of({"name": typed, "preferred_username": typed})
    text.normal("NFKC", typed)
    text.normal("NFKD", typed)
    assert longest <= 60  # each of thirty may be two


def test_whatever_is_put_in_order_counts_as_a_mark() -> None:
    """By Python's own table, which need not be of the same year as that of `regex`."""
    for form in ("NFC", "NFKC", "NFKD"):
        mark, apart = regex.compile(normalising._MARK[form]), "NFKD" if "K" in form else "NFD"
        for sign in map(chr, range(0x300, 0x110000)):
            if unicodedata.combining(sign) or unicodedata.decomposition(sign):
                whole = unicodedata.normalize(apart, sign)
                assert mark.match(sign) or not all(map(unicodedata.combining, whole)), f"{form}: U+{ord(sign):04X}"
