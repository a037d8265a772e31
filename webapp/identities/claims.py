"""A provider's claims as an account. Imports no HTTP and no database code: the sign-up function uses it too."""

import secrets
import unicodedata
from collections.abc import Mapping
from typing import TypedDict

import regex

from .. import text

_SEPARATOR = regex.compile(r"[^a-z0-9]+")
_MOST = 30  # characters of a handle


class NewPerson(TypedDict):
    """Parameters of `identities/create`. `handle_wanted`: the handle they asked for, or empty."""

    display_name: str
    handle: str
    handle_wanted: str
    email: str | None


def person_of(claims: Mapping[str, object], community: str = "") -> NewPerson:
    """The account in the community of that name for these claims (OpenID Connect's names, and Cognito's attributes).

    What is missing, too long or unfit is replaced, never refused: the person has already signed up.
    """
    wanted = _handle(_claim(claims, "preferred_username") or _claim(claims, "nickname"), community)
    name = _display_name(claims, community)
    handle = wanted or _handle(name, community) or "member"
    return {
        "display_name": name or handle,
        "handle": handle,
        "handle_wanted": wanted,
        "email": _email(claims),
    }


def with_random_handle(person: NewPerson) -> NewPerson:
    """The same person with an unlikely handle, after theirs was taken meanwhile."""
    return {**person, "handle": f"{person['handle'][: _MOST - 7]}_{secrets.randbelow(10**6):06}"}


def _claim(claims: Mapping[str, object], name: str) -> str:
    """A claim as text, without lone surrogates."""
    said = claims.get(name)
    return (
        "".join(letter for letter in said[:1000] if unicodedata.category(letter) != "Cs")
        if isinstance(said, str)
        else ""
    )


def _handle(raw: str, community: str) -> str:
    """The nearest valid handle, or empty."""
    plain = text.normal("NFKD", text.handle(raw)).encode("ascii", "ignore").decode()
    handle = _SEPARATOR.sub("_", plain).strip("_")[:_MOST].strip("_")
    return "" if text.handle_problem(handle, community) else handle


def _display_name(claims: Mapping[str, object], community: str) -> str:
    """The first name that is valid, cut to length."""
    both = " ".join(filter(None, (_claim(claims, "given_name"), _claim(claims, "family_name"))))
    for said in (_claim(claims, "name"), both, _claim(claims, "preferred_username"), _claim(claims, "nickname")):
        name = text.display_name(text.display_name(said)[:50])
        if name and not text.display_name_problem(name, community):
            return name
    return ""


def _email(claims: Mapping[str, object]) -> str | None:
    """The address, where the provider verified it: otherwise it could block its owner's sign-up."""
    said = text.folded(_claim(claims, "email"))
    verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    fits = 3 <= len(said) <= 254 and said.isprintable() and " " not in said and said.count("@") == 1
    return said if verified and fits else None
