"""What becomes of the person that an identity provider tells of."""

from webapp import text
from webapp.identities.claims import person_of, with_random_handle

HOSTILE: list[dict[str, object]] = [
    {"name": None, "preferred_username": 7, "email": ["a@b.example"]},
    {"name": "", "preferred_username": "", "email": ""},
    {"name": "a\0b\ud83d", "preferred_username": "\ud83d\0", "email": "a\0@b.example", "email_verified": True},
    {"name": "\u202eann", "preferred_username": "\u200b"},
    {"name": "x" * 9000, "preferred_username": "y" * 9000, "email": "z" * 9000 + "@b.example", "email_verified": True},
    {"name": "'; DROP TABLE users; --", "preferred_username": "'; DROP TABLE users; --"},
    {"name": "Z" + "\u0301" * 40, "preferred_username": "ann" + "\u0315\u0327" * 4000},
    {"preferred_username": "_" * 40, "nickname": "-"},
]


def test_whatever_is_claimed_fits() -> None:
    for claims in HOSTILE:
        person = person_of(claims)
        assert text.handle_problem(person["handle"]) is None, claims
        assert text.display_name_problem(person["display_name"]) is None, claims
        assert len(person["handle_wanted"]) <= 30, claims
        assert person["email"] is None, claims
        assert text.handle_problem(with_random_handle(person)["handle"]) is None, claims


NEAREST: list[tuple[dict[str, object], str, str, str]] = [
    ({"preferred_username": "Ann", "name": "Ann  Lee"}, "ann", "ann", "Ann Lee"),
    ({"nickname": "@ann.lee", "given_name": "Ann", "family_name": "Lee"}, "ann_lee", "ann_lee", "Ann Lee"),
    ({"nickname": "Łódź"}, "odz", "odz", "Łódź"),
    ({"name": "José Ñandú"}, "jose_nandu", "", "José Ñandú"),
    ({"name": "林"}, "member", "", "林"),
    ({"preferred_username": "a" * 40}, "a" * 30, "a" * 30, "a" * 40),
    ({"preferred_username": "root", "name": "Root Lee"}, "root_lee", "", "Root Lee"),
    ({}, "member", "", "member"),
]


def test_person_gets_the_nearest_that_fits() -> None:
    for claims, *nearest in NEAREST:
        person = person_of(claims)
        assert [person["handle"], person["handle_wanted"], person["display_name"]] == nearest, claims


def test_address_is_kept_only_where_it_was_checked_and_is_one() -> None:
    for verified, kept in ((True, True), ("true", True), ("false", False), (None, False), (1, False)):
        found = person_of({"email": "ann@example.com", "email_verified": verified})["email"]
        assert found == ("ann@example.com" if kept else None), verified
    for said in ("ann", "ann@lee@example.com", "ann lee@example.com", "a@", "ann@example.com\n"):
        assert person_of({"email": said, "email_verified": True})["email"] is None, said
