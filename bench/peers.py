"""The peers of the comparison: the same program with a home page of SQLAlchemy objects.

`eager` and `lazy` are the real application (routes, security, templates, compression) with another function at `/`.
"""

import hashlib
import os
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g, render_template, request, session
from markupsafe import Markup
from sqlalchemy import ColumnElement, Engine, Select, bindparam, create_engine, func, or_, select, union_all
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only

from bench.models import Activity, Block, Follow, Key, Like, LoginSession, ReadMark, User
from webapp import create_app
from webapp.activities.cards import Cards
from webapp.activities.composer import Composer
from webapp.feeds.pages import BESIDE
from webapp.feeds.parts import Part
from webapp.web import filters
from webapp.web.paging import PAGE_SIZE, cursor
from webapp.web.zones import UTC_ZONE

MENTION = re.compile(r"[@＠]([A-Za-z0-9_]{2,30})")
# What the viewer of the comparison never chose.
UNUSUAL = dict.fromkeys(("usual_ttl", "usual_audience", "time_zone", "theme", "role", "paused_until")) | {
    "cases": 0,
    "follows": True,
}
VISIT = timedelta(minutes=30)

viewer_uuid = bindparam("viewer_uuid", type_=Key)
followed = select(Follow.followed_uuid).where(Follow.user_uuid == viewer_uuid)
shut_out = union_all(
    select(Block.blocked_uuid).where(Block.user_uuid == viewer_uuid),
    select(Block.user_uuid).where(Block.blocked_uuid == viewer_uuid),
)
alive = (
    Activity.expires_at > func.now(),
    Activity.hidden_at.is_(None),
    User.suspended_at.is_(None),
    or_(Activity.visible_from <= func.now(), Activity.user_uuid == viewer_uuid),
    Activity.user_uuid.not_in(shut_out),
    or_(
        Activity.audience != "followers",
        Activity.user_uuid == viewer_uuid,
        Activity.circle_user_uuid == viewer_uuid,
        Activity.circle_user_uuid.in_(followed),
    ),
)
of_author = load_only(User.display_name, User.handle, User.stored_role, User.suspended_at)


def newest(before: int | None) -> Select[tuple[Activity, datetime]]:
    """A page of home, one extra row, and the database's clock."""
    near = or_(Activity.user_uuid == viewer_uuid, Activity.user_uuid.in_(followed))
    found = select(Activity, func.now()).join(Activity.author).where(*alive, near)
    if before is not None:
        found = found.where(Activity.number < before)
    return found.order_by(Activity.number.desc()).limit(PAGE_SIZE + 1)


def soonest() -> Select[tuple[Activity, datetime]]:
    found = select(Activity, func.now()).join(Activity.author).where(*alive, within_the_hour())
    return found.order_by(Activity.expires_at, Activity.uuid).limit(BESIDE)


def latest() -> Select[tuple[Activity]]:
    """Enough of what others wrote last to find five people among its authors."""
    found = select(Activity).join(Activity.author).where(*alive, Activity.user_uuid != viewer_uuid)
    return found.options(contains_eager(Activity.author)).order_by(Activity.number.desc()).limit(10 * BESIDE)


def ending() -> Select[tuple[int, datetime]]:
    return select(func.count(), func.now()).select_from(Activity).join(Activity.author).where(*alive, within_the_hour())


def within_the_hour() -> ColumnElement[bool]:
    return Activity.expires_at < func.now() + timedelta(hours=1)


def login(token: str) -> Select[tuple[LoginSession]]:
    return select(LoginSession).where(
        LoginSession.token_hash == hashlib.sha256(token.encode()).digest(),
        LoginSession.expires_at > func.now(),
        LoginSession.seen_at > func.now() - timedelta(days=30),
    )


def counted(uuids: list[str]) -> Select[tuple[str | None, int]]:
    """Live replies of each, where there are any."""
    return (
        select(Activity.reply_to_activity_uuid, func.count())
        .join(Activity.author)
        .where(*alive, Activity.reply_to_activity_uuid.in_(uuids))
        .group_by(Activity.reply_to_activity_uuid)
    )


def liked(uuids: list[str]) -> Select[tuple[str, int, bool]]:
    """Likes of each, by people in good standing, and whether the viewer is among them."""
    own = func.bool_or(Like.user_uuid == viewer_uuid)
    return (
        select(Like.activity_uuid, func.count(), own)
        .join(User, User.uuid == Like.user_uuid)
        .where(User.suspended_at.is_(None), Like.activity_uuid.in_(uuids))
        .group_by(Like.activity_uuid)
    )


def known(handles: set[str]) -> Select[tuple[str]]:
    return select(User.handle).where(func.lower(User.handle).in_(handles), User.suspended_at.is_(None))


def mentioned(message: str) -> set[str]:
    return {found.lower() for found in MENTION.findall(message)}


class Eager:
    """As few statements as possible: joins, and one grouped count."""

    keeps_plans = False

    def login(self, token: str) -> Select[tuple[LoginSession]]:
        return login(token).options(joinedload(LoginSession.user).undefer(User.drafts_count))

    def newest(self, before: int | None) -> Select[tuple[Activity, datetime]]:
        above = joinedload(Activity.above)
        return newest(before).options(
            contains_eager(Activity.author).options(of_author), above.joinedload(Activity.author).options(of_author)
        )

    def soonest(self) -> Select[tuple[Activity, datetime]]:
        return soonest().options(contains_eager(Activity.author).options(of_author))

    def ending(self) -> Select[tuple[int, datetime]]:
        return ending()

    def complete(self, orm: Session, cards: list[Activity], viewer: dict[str, Any]) -> None:
        uuids = [card.uuid for card in cards]
        replies = dict(orm.execute(counted(uuids), viewer).tuples().all())
        likes = {row[0]: row[1:] for row in orm.execute(liked(uuids), viewer)}
        named = {card.uuid: mentioned(card.message) for card in cards}
        asked = set().union(*named.values())
        handles = set(orm.scalars(known(asked))) if asked else set()
        for card in cards:
            card.replies_count = replies.get(card.uuid, 0)
            card.likes_count, card.liked = likes.get(card.uuid, (0, False))
            card.mentions = named[card.uuid] & handles


class Kept(Eager):
    """As `Eager`, with statements built once and PostgreSQL's plans kept, as in the real application."""

    keeps_plans = True

    def __init__(self) -> None:
        self._newest, self._soonest, self._ending = super().newest(None), super().soonest(), super().ending()

    def newest(self, before: int | None) -> Select[tuple[Activity, datetime]]:
        return self._newest if before is None else super().newest(before)

    def soonest(self) -> Select[tuple[Activity, datetime]]:
        return self._soonest

    def ending(self) -> Select[tuple[int, datetime]]:
        return self._ending


class Lazy:
    """Plain queries; a card's relations load on access."""

    keeps_plans = False

    login, newest = staticmethod(login), staticmethod(newest)
    soonest, ending = staticmethod(soonest), staticmethod(ending)

    def complete(self, orm: Session, cards: list[Activity], viewer: dict[str, Any]) -> None:
        for card in cards:
            found = orm.execute(counted([card.uuid]), viewer).first()
            card.replies_count = found[1] if found else 0
            likes = orm.execute(liked([card.uuid]), viewer).first()
            card.likes_count, card.liked = (likes[1], likes[2]) if likes else (0, False)
            asked = mentioned(card.message)
            card.mentions = set(orm.scalars(known(asked))) if asked else set()


def application(peer: Eager | Lazy) -> Flask:
    app = create_app()
    engine = make_engine(app, peer)
    for function in (life, full_time, machine_time, message_html):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["card"] = DrawnCards(app.jinja_env)

    def home() -> Any:
        with Session(engine) as orm:
            viewer = orm.scalars(peer.login(session.token)).one().user
            g.viewer = {
                "uuid": viewer.uuid,
                "display_name": viewer.display_name,
                "handle": viewer.handle,
                "last_ttl": viewer.last_ttl,
                "drafts_count": viewer.drafts_count,
                **UNUSUAL,
            }
            asked, before = {"viewer_uuid": viewer.uuid}, cursor(request.args.get("before"))
            cards = read(orm, peer.newest(before), asked)
            peer.complete(orm, cards, asked)
            ends = read(orm, peer.soonest(), asked)
            count, read_at = orm.execute(peer.ending(), asked).one()
            mark = visit(orm.get(ReadMark, viewer.uuid), read_at)
            page = Part.of_feed(cards, {"before": before}, None, mark)
            newest = next((card.number for card in page.rows if not card.undoable), None)
            if before is None and newest and (not mark or newest > mark["newest"]):
                note = {"number": mark["number"] if mark else 0, "newest": newest, "seen_at": read_at}
                orm.merge(ReadMark(user_uuid=viewer.uuid, **note))
                orm.flush()
            vanishing = {"count": count, "soonest": ends, "read_at": read_at}
            people = dict.fromkeys(activity.author for activity in orm.scalars(latest(), asked))
            beside = {"vanishing": vanishing, "here": list(people)[:BESIDE], "suggested": []}
            return render_template("feeds/home.html", page=page, composer=Composer.offered(g.viewer, "feed"), **beside)

    app.view_functions["feeds.home"] = home
    return app


def read(orm: Session, asking: Select[tuple[Activity, datetime]], viewer: dict[str, Any]) -> list[Activity]:
    cards = []
    for card, read_at in orm.execute(asking, viewer).tuples():
        card.read_at, card.viewer_uuid = read_at, viewer["viewer_uuid"]
        cards.append(card)
    return cards


def visit(mark: ReadMark | None, read_at: datetime) -> Any:
    """The mark as `Part` takes it. After half an hour a new visit begins."""
    if mark is None:
        return None
    return {"number": mark.newest if mark.seen_at < read_at - VISIT else mark.number, "newest": mark.newest}


def make_engine(app: Flask, peer: Eager | Lazy) -> Engine:
    """As many connections as the real pool, reading in autocommit, without BEGIN and ROLLBACK."""
    url = os.environ["CONNECTION_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    pool_size = app.extensions["settings"].pool_max
    arguments = {"options": "-c plan_cache_mode=force_generic_plan"} if peer.keeps_plans else {}
    return create_engine(url, isolation_level="AUTOCOMMIT", pool_size=pool_size, max_overflow=0, connect_args=arguments)


# The filters of times, for objects that hold datetimes: nothing is parsed or formatted twice.


def life(card: Activity) -> filters.Life:
    return filters.life_between(card.created_at, card.read_at, card.expires_at, UTC_ZONE)


class DrawnCards(Cards):
    """Draws every activity at every view."""

    def _card(self, activity: Any, stands: str, signed_in: bool) -> str:
        return self.draw("activities/_activity.html", activity=activity, stands=stands, signed_in=signed_in)

    def line(self, item: Any) -> Markup:
        return Markup(self.draw("activities/_line.html", activity=item))


def full_time(moment: datetime) -> str:
    return filters.full_moment(moment, UTC_ZONE)


def machine_time(moment: datetime) -> str:
    return moment.isoformat()  # the data holds whole seconds


def message_html(card: Activity) -> Any:
    return filters.message_html({"message": card.message, "mentions": card.mentions})


# The applications that gunicorn is started with.


def unkept() -> Flask:
    """The real application, drawing every card at every view as the peers do."""
    app = create_app()
    app.jinja_env.globals["card"] = DrawnCards(app.jinja_env)
    return app


def eager() -> Flask:
    return application(Eager())


def kept() -> Flask:
    return application(Kept())


def lazy() -> Flask:
    return application(Lazy())
