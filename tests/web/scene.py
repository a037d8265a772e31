"""A little community, and all routes with what is said beside them: the matrices of refusals are made from that."""

from typing import Any, NamedTuple
from uuid import UUID, uuid4

from drawing import app_away
from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, signed_in, value

from webapp.db.connections import Connection
from webapp.web.policy import AUTHOR, MODERATORS, OPERATORS, OTHERS, SIGNED_IN

PEOPLE = {"author": "alice", "stranger": "bob", "moderator": "mo", "operator": "opa", "suspended": "mallory"}
ACTORS = ("anonymous", *PEOPLE)  # the last holds a session from before


APP = app_away(APP_ENV="test")
VIEWS = {
    (rule.endpoint, method): APP.view_functions[rule.endpoint]
    for rule in APP.url_map.iter_rules()
    for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
}
POLICY = {route: getattr(view, "policy", None) for route, view in VIEWS.items()}
UNSAFE = sorted(endpoint for endpoint, method in POLICY if method == "POST")
ONE_OF_EACH_POLICY = list({POLICY[endpoint, "POST"]: endpoint for endpoint in UNSAFE}.values())
GUARDED = {route for route, policy in POLICY.items() if policy in (SIGNED_IN, AUTHOR, OTHERS)}
CLOSED = {MODERATORS: {"moderator", "operator"}, OPERATORS: {"operator"}}
"""Who passes; to everybody else the route is not there."""

NEW = "four unrelated words here"
FORMS: dict[str, list[dict[str, str]]] = {
    "invitations.create": [{"name": "Choir", "places": "30", "ends": "1-day"}] * 2,
    "activities.create": [{"message": "x", "ttl": "1-day", "key": str(uuid4())} for _ in range(2)],
    "sessions.sign_in": [{"email": "ghost", "password": "x"}] * 2,
    "sign_ups.sign_up": [{"handle": "x"}] * 2,
    "users.save_profile": [{"display_name": "Alice"}] * 2,
    "account.save_handle": [{"handle": "bob"}] * 2,
    "account.save_email": [{"email": "al@example.com", "current": PASSWORD}] * 2,
    "users.save_preferences": [{"theme": "dark"}] * 2,
    "leaving.delete": [{"current": "not this one"}] * 2,
    "account.change_password": [{"current": o, "password": n} for o, n in ((PASSWORD, NEW), (NEW, PASSWORD))],
    "moderation.report_activity": [{"kind": "spam"}] * 2,
    "moderation.report_person": [{"kind": "spam"}] * 2,
    "moderation.report_somebody": [{"handle": "bob", "kind": "spam"}] * 2,
    "moderation.promote": [{"handle": "bob", "role": "member"}] * 2,
}
"""Two of a form that arrive well, where an empty one does not; the second is one too many where the limit is one."""


class Browser(FlaskClient):
    """Reads every response to its end, as browsers do; a file that is sent is closed then."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, buffered=True, **kwargs)


class Scene(NamedTuple):
    """alice wrote, bob reads, mo moderates, opa operates and reported her, mallory is suspended; with browsers."""

    app: Flask
    conn: Connection
    activity: UUID

    def browser(self, actor: str) -> FlaskClient:
        if actor == "anonymous":
            return self.app.test_client()
        if actor != "suspended":
            return signed_in(self.app, PEOPLE[actor])
        self.conn.execute("UPDATE users SET suspended_at = NULL WHERE handle = 'mallory'")
        client = signed_in(self.app, "mallory")
        self.conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'mallory'")
        return client

    def path(self, endpoint: str, activity: UUID | None = None) -> str:
        known: dict[str, Any] = {
            "handle": "alice",
            "activity_uuid": activity or self.activity,
            "draft_uuid": uuid4(),
            "session_name": "0" * 16,
            "report_uuid": value(self.conn, "SELECT uuid FROM reports") or uuid4(),
            "act": "dismiss",
            "invitation_uuid": value(self.conn, "SELECT uuid FROM invitations") or uuid4(),
            "code": "of-the-scene",
            "filename": "css/base.css",
        }
        known["version"] = self.app.static_url_path.removeprefix("/static/")
        arguments = {name: known[name] for name in self.rule(endpoint).arguments}
        return self.app.url_map.bind("localhost").build(endpoint, arguments)

    def rule(self, endpoint: str) -> Any:
        return next(rule for rule in self.app.url_map.iter_rules() if rule.endpoint == endpoint)

    def who_passes(self, endpoint: str) -> str:
        """Somebody to whom the route is open."""
        policy = POLICY.get((endpoint, "POST")) or POLICY[endpoint, "GET"]
        return {MODERATORS: "moderator", OPERATORS: "operator", OTHERS: "stranger"}.get(policy, "author")

    def untouched(self) -> bool:
        message = value(self.conn, "SELECT message FROM said WHERE uuid = %s", self.activity)
        return bool(message == "canary of alice")

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        tables = self.conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {table: count(self.conn, table) for (table,) in tables}
