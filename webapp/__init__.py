"""Mayfly: `create_app` wires the program together."""

import logging
import os
import time

from flask import Flask, Response, g, request
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from .activities.cards import MOST, Cards
from .activities.fuse import bp as fuse
from .activities.routes import bp as activities
from .config.settings import Settings
from .db.database import Database, close_pools
from .drafts.routes import bp as drafts
from .errors import Unavailable
from .feeds.about import bp as about
from .feeds.routes import bp as feeds
from .follows.routes import bp as follows
from .invitations.routes import bp as invitations
from .live import routes as live
from .moderation.routes import bp as moderation
from .reactions.routes import bp as reactions
from .sessions import guards, session
from .sessions.cookie import SessionInterface
from .sessions.routes import bp as sessions
from .sign_ups.routes import bp as sign_ups
from .users.account import bp as account
from .users.leaving import bp as leaving
from .users.routes import bp as users
from .web import answers, filters, health, security, static_files
from .web.addresses import address
from .web.environment import Environment

__all__ = ["close_pools", "create_app"]

log = logging.getLogger("mayfly.request")


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, by default the environment's.

    Raises `ConfigError` for settings that cannot be served, `BrokenTemplate` for a statement that the schema refuses.
    Starts without a database; `/readyz` answers 503 until it is there.
    """
    settings = settings or Settings.from_env(os.environ)
    app = Flask(__name__, static_folder=None)  # static_files serves them
    app.extensions["settings"] = settings
    app.extensions["db"] = Database(settings, generic_plans=True)
    app.config.update(_flask_config(settings))
    app.session_interface = SessionInterface()
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # Never X-Forwarded-Host: many proxies pass it on as the client wrote it. They must pass Host on.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.jinja_environment = Environment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    filters.register(app)
    answers.register(app)
    security.register(app)
    Compress(app)
    static_files.register(app, settings)
    app.before_request(guards.keep_private)
    # Globals, not variables of each page: otherwise Jinja would evaluate the macros for each card.
    app.jinja_env.globals.update(viewer=session.viewer, settings=settings, address=address)
    app.jinja_env.globals["card"] = Cards(app.jinja_env, most=0 if settings.development else MOST)
    for blueprint in (
        health.bp, feeds, about, moderation, reactions, activities, fuse, follows, drafts, users, account, leaving,
        sign_ups, invitations, sessions,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    live.register(app)
    if settings.provider:
        from .identities import routes as identities  # imported only where it is used

        identities.register(app, settings.provider)
    if settings.development:
        from . import dev

        dev.register(app)
    _log_requests(app)
    try:
        app.extensions["db"].check()
    except Unavailable as away:
        logging.getLogger(__name__).warning("starting without a database: %s", away.message)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    framed = bool(settings.frame_origin)
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "MAX_CONTENT_LENGTH": settings.max_body,
        "MAX_FORM_MEMORY_SIZE": settings.max_body,
        "MAX_FORM_PARTS": 50,
        "SESSION_COOKIE_NAME": settings.cookie_name,
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "None" if framed else "Lax",
        "SESSION_COOKIE_PARTITIONED": framed,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 3,
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIMETYPES": static_files.COMPRESSED,
        "TEMPLATES_AUTO_RELOAD": settings.development,
    }


def _log_requests(app: Flask) -> None:
    """Logs one line a request: the route's pattern and the user; never a query, a body, a cookie or a header.

    Development and successful health checks log nothing.
    """
    if app.extensions["settings"].development:
        return

    @app.after_request
    def end(response: Response) -> Response:
        if request.blueprint == "health" and response.status_code == 200:
            return response
        person = g.get("viewer")
        line = {
            "request": g.get("request_id", ""),
            "method": request.method if request.method.isalpha() else "?",
            "route": request.url_rule.rule if request.url_rule else "",
            "status": response.status_code,
            "ms": round((time.monotonic() - g.get("began", time.monotonic())) * 1000, 1),
            "user": person["uuid"] if person else "",
        }
        log.info("request", extra=line)
        return response
