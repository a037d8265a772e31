import hmac
import logging
import secrets
from contextlib import suppress
from typing import Any, cast

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, url_for

from ..config.provider import ProviderSettings
from ..config.variables import Limit
from ..db.database import Database
from ..errors import TooMany
from ..limits import Subject, hit, peek_limit, subject_of_address
from ..sessions import session
from ..web.current import db, settings
from ..web.policy import everybody
from ..web.security import local_path
from ..words import N_, _
from . import actions
from .provider import Provider, ProviderUnavailable, SignInRefused
from .shapes import Identity

bp = Blueprint("identities", __name__)
log = logging.getLogger("mayfly.security")

_TIME_TO_SIGN_IN = 600  # seconds at the provider

STALE = N_("This sign-in took too long, or began in another browser. Start again.")
NOT_IN = N_("You were not signed in. Try again, or ask the person who runs Mayfly.")
NOT_VERIFIED = N_("Mayfly couldn't verify that sign-in, so you are not signed in. Try again.")
AWAY = N_("%(name)s isn't responding. Try again shortly, or sign in with a Mayfly password.")


def register(app: Flask, settings: ProviderSettings) -> None:
    app.extensions["provider"] = Provider(settings)
    app.register_blueprint(bp)


def _provider() -> Provider:
    return cast(Provider, current_app.extensions["provider"])


@bp.get("/sign-in/provider")
@everybody
def start() -> Any:
    """Redirects to the provider. What the way back needs goes into this browser's cookie."""
    back = local_path(request.args.get("next"))
    if session.viewer():
        return redirect(back, 303)
    wanted = {"next": back, "invite": request.args.get("invite", "")[:100]}
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = create_s256_code_challenge(verifier)
    try:
        there = _provider().sign_in_address(back=_back(), state=state, nonce=nonce, challenge=challenge)
    except ProviderUnavailable:
        return _failure_page(503, AWAY, "away", wanted)
    session.store_in_cookie("flow", {"state": state, "nonce": nonce, "verifier": verifier, **wanted})
    return redirect(there, 303)


@bp.get("/sign-in/provider/back")
@everybody
def back() -> Any:
    """The way back: verifies what the provider says, and starts a session."""
    if session.viewer():
        return redirect(url_for("feeds.home"), 303)
    said = request.args.get("state", "").encode()
    flow = session.pop_from_cookie(
        "flow", _TIME_TO_SIGN_IN, lambda kept: hmac.compare_digest(said, kept["state"].encode())
    )
    if not flow:
        return _failure_page(400, STALE, "state")
    code = request.args.get("code", "")
    if request.args.get("error") or not 1 <= len(code) <= 2000:
        return _failure_page(403, NOT_IN, "denied", flow)
    peek_limit(*_refusals_limit())
    try:
        claims = _provider().claims(code=code, verifier=flow["verifier"], nonce=flow["nonce"], back=_back())
        person = _person(claims, flow["invite"])
    except ProviderUnavailable:
        return _failure_page(503, AWAY, "away", flow)
    except SignInRefused as refused:
        with suppress(TooMany):  # this request passed the limit already
            hit(*_refusals_limit())
        return _failure_page(502, NOT_VERIFIED, str(refused), flow)
    except actions.Suspended:
        return _failure_page(403, NOT_IN, "suspended", flow)
    except actions.Closed:
        return render_template("sign_ups/closed.html", invite=flow["invite"]), 403
    return _start_session(person, flow["next"])


def _refusals_limit() -> tuple[Database, Limit, str, Subject]:
    """The limit on sign-ins that failed verification.

    Successes and an unavailable provider do not count, so that a class can sign in at once.
    """
    subject = subject_of_address(settings(), request.remote_addr)
    return db(), settings().limits["sign_ins_by_address"], "provider_refusals", subject


def _person(claims: dict[str, Any], invite: str) -> Identity:
    return actions.find_or_create_account(
        db(),
        settings(),
        issuer=_provider().settings.issuer,
        claims=claims,
        invite=invite,
        address=request.remote_addr or "",
    )


def _start_session(person: Identity, following: str) -> Any:
    """A session, then the page they wanted; before it the handle's page, where theirs was taken."""
    if not session.start({"uuid": person["uuid"], "password_hash": None}, following):
        return _failure_page(403, NOT_IN, "suspended")
    if person["handle_wanted"] is not None:
        return redirect(url_for("account.show_handle", next=following), 303)
    return redirect(following, 303)


@bp.get("/signed-out")
@everybody
def signed_out() -> Any:
    """Signed out here; offers to sign out of the provider too."""
    if session.viewer():
        return redirect(url_for("feeds.home"), 303)
    href = _provider().sign_out_address(back=settings().public_url + url_for("feeds.home"))
    return render_template("identities/signed_out.html", href=href)


def _back() -> str:
    """The registered return address, whatever host this request used."""
    return settings().public_url + url_for("identities.back")


def _failure_page(status: int, sentence: str, reason: str, flow: dict[str, str] | None = None) -> Any:
    """A page that keeps the wanted page and the invitation, and a log line without anything that was sent."""
    log.warning("sign-in with the provider failed", extra={"request": g.get("request_id", ""), "reason": reason})
    told = _(sentence) % {"name": _provider().settings.name}
    flow = flow or {"next": "/", "invite": ""}
    again = url_for(
        "identities.start", next=flow["next"] if flow["next"] != "/" else None, invite=flow["invite"] or None
    )
    return render_template("identities/failed.html", sentence=told, href=again), status
