"""What becomes of the person that an identity provider tells of."""

import pytest

from webapp import text
from webapp.identities.claims import person_of, with_random_handle

HOSTILE = [
    {},
    {"name": None, "preferred_username": 7, "email": ["a@b.example"]},
    {"name": "", "preferred_username": "", "email": ""},
    {"name": "a\0b\ud83d", "preferred_username": "\ud83d\0", "email": "a\0@b.example", "email_verified": True},
    {"name": "\u202eann", "preferred_username": "\u200b"},
    {"name": "x" * 9000, "preferred_username": "y" * 9000, "email": "z" * 9000 + "@b.example", "email_verified": True},
    {"name": "  ", "preferred_username": "admin"},
    {"name": "'; DROP TABLE users; --", "preferred_username": "'; DROP TABLE users; --"},
    {"name": "a" + "\u0315\u0327" * 4000, "preferred_username": "ann" + "\u0315\u0327" * 4000},
    {"name": "Z" + "\u0301" * 40, "preferred_username": "Å\u0301"},
    {"preferred_username": "_" * 40, "nickname": "-"},
]


@pytest.mark.parametrize("claims", HOSTILE, ids=str)
def test_whatever_is_claimed_fits(claims: dict[str, object]) -> None:
    person = person_of(claims)
    assert text.handle_problem(person["handle"]) is None
    assert text.display_name_problem(person["display_name"]) is None
    assert len(person["handle_wanted"]) <= 30
    assert person["email"] is None
    assert text.handle_problem(with_random_handle(person)["handle"]) is None


@pytest.mark.parametrize(
    ("claims", "handle", "wanted", "name"),
    [
        ({"preferred_username": "Ann", "name": "Ann  Lee"}, "ann", "ann", "Ann Lee"),
        (
            {"nickname": "@ann.lee", "given_name": "Ann", "family_name": "Lee"},
            "ann_lee",
            "ann_lee",
            "Ann Lee",
        ),
        ({"nickname": "Łódź"}, "odz", "odz", "Łódź"),
        ({"name": "José Ñandú"}, "jose_nandu", "", "José Ñandú"),
        ({"name": "林"}, "member", "", "林"),
        ({"preferred_username": "a" * 40}, "a" * 30, "a" * 30, "a" * 40),
        ({"preferred_username": "root", "name": "Root Lee"}, "root_lee", "", "Root Lee"),
        ({}, "member", "", "member"),
    ],
)
def test_person_gets_the_nearest_that_fits(claims: dict[str, object], handle: str, wanted: str, name: str) -> None:
    person = person_of(claims)
    assert (person["handle"], person["handle_wanted"], person["display_name"]) == (handle, wanted, name)


@pytest.mark.parametrize(
    ("verified", "kept"),
    [(True, "ann@example.com"), ("true", "ann@example.com"), ("false", None), (None, None), (1, None)],
)
def test_address_is_kept_only_where_it_was_checked(verified: object, kept: str | None) -> None:
    assert person_of({"email": "ann@example.com", "email_verified": verified})["email"] == kept


@pytest.mark.parametrize("said", ["ann", "ann@lee@example.com", "ann lee@example.com", "a@", "ann@example.com\n"])
def test_address_that_is_none_is_not_kept(said: str) -> None:
    assert person_of({"email": said, "email_verified": True})["email"] is None
