"""Who sees what: any acts in any order, on every surface and for everybody, against a model in plain Python."""

import os
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from factories import clear, make_user
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from ways import DatabaseUrls, settings_for

from webapp.activities import actions as activities
from webapp.activities.shapes import AUDIENCES
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Conflict, NotFound
from webapp.ops import people as operator
from webapp.ops.sweep import sweep

EXAMPLES = int(os.environ.get("VISIBILITY_EXAMPLES", "25"))
PEOPLE = ("ann", "ben", "cat", "dan")
EVERYBODY = st.sampled_from((None, *PEOPLE))
PERSON = st.sampled_from(PEOPLE)
TIES = ("follow", "mute", "block")


@dataclass(eq=False)
class Said:
    """An activity as the model knows it. `circle`: whose followers see it; `addressed`: and who else."""

    uuid: str
    author: str
    audience: str
    parent: "Said | None"
    circle: str | None
    addressed: frozenset[str]
    out: bool
    ended: bool = False
    hidden: bool = False
    replies: list["Said"] = field(default_factory=list)


class Model:
    """What everybody did, and the rules of who sees what, written down as one would say them."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.ties: dict[str, set[tuple[str, str]]] = {kind: set() for kind in TIES}
        self.suspended: set[str] = set()

    def met(self, one: str | None, other: str) -> bool:
        return not {(one, other), (other, one)} & self.ties["block"]

    def sees(self, viewer: str | None, said: Said) -> bool:
        if said.ended or said.hidden or said.author in self.suspended or not self.met(viewer, said.author):
            return False
        if viewer == said.author:
            return True
        if not said.out:
            return False
        if said.audience == "followers":
            follows = (viewer, said.circle) in self.ties["follow"]
            near = viewer == said.circle or follows or viewer in said.addressed
            return viewer is not None and self.met(viewer, said.circle) and near
        return said.audience == "everyone" or viewer is not None

    def may_reply(self, author: str, said: Said) -> bool:
        """Also below one's own words a circle stays shut to whom its owner blocked."""
        return self.sees(author, said) and (said.circle is None or self.met(author, said.circle))

    def seen(self, viewer: str | None) -> list[Said]:
        return [said for said in reversed(self.said) if self.sees(viewer, said)]

    def public(self, viewer: str | None) -> list[Said]:
        return [said for said in self.seen(viewer) if (viewer, said.author) not in self.ties["mute"]]

    def home(self, viewer: str) -> list[Said]:
        followed = {other for one, other in self.ties["follow"] if one == viewer}
        return [said for said in self.public(viewer) if not followed or said.author in {viewer, *followed}]

    def people(self, viewer: str | None) -> set[str]:
        return {person for person in PEOPLE if person not in self.suspended and self.met(viewer, person)}

    def above(self, viewer: str | None, said: Said) -> list[tuple[str, bool]]:
        """Each of what it replies to, and whether it is a card; what is not seen is a stub."""
        parent = said.parent
        return [*self.above(viewer, parent), (parent.uuid, self.sees(viewer, parent))] if parent else []

    def below(self, viewer: str | None, said: Said) -> list[tuple[str, bool]]:
        """A stub stands only where something below it is seen."""
        found: list[tuple[str, bool]] = []
        for reply in said.replies:
            card, rest = self.sees(viewer, reply), self.below(viewer, reply)
            found += [(reply.uuid, card), *rest] if card or rest else []
        return found


class Community(RuleBasedStateMachine):
    """The program and the model do the same. `world` gives it the database."""

    world: tuple[Database, Any, Connection, str]
    said = Bundle("said")

    def __init__(self) -> None:
        super().__init__()
        self.db, self.settings, self.conn, superuser_url = self.world
        clear(superuser_url)
        self.uuids = {name: str(make_user(self.conn, name, password=None)) for name in PEOPLE}
        self.model = Model()

    @initialize(
        target=said,
        ties=st.lists(st.tuples(st.sampled_from(TIES), PERSON, PERSON), min_size=4, max_size=10, unique=True),
        posts=st.lists(
            st.tuples(PERSON, st.sampled_from(AUDIENCES), st.sets(PERSON, max_size=2), st.integers(0, 9)),
            min_size=4,
            max_size=10,
        ),
    )
    def begin(self, ties: list[tuple[str, str, str]], posts: list[tuple[str, str, set[str], int]]) -> Any:
        """Some who know each other, and a few threads: the last of a post says what it replies to, if anything."""
        made: list[Said] = []
        for author, audience, mentioned, place in posts:
            parent = made[place] if place < len(made) else None
            said = self.write(author, audience, True, mentioned, parent)
            made += [said] if isinstance(said, Said) else []
        for kind, one, other in ties:
            self.tie(kind, one, other, undone=False)
        return multiple(*made)

    # What people do -------------------------------------------------------------------------------------------

    def write(self, author: str, audience: str, out: bool, mentioned: set[str], parent: Said | None) -> Any:
        try:
            uuid = activities.create(
                self.db,
                replace(self.settings, undo_seconds=0 if out else 60),
                user_uuid=self.uuids[author],
                message="Said.",
                mentioned=sorted(mentioned),
                audience=audience,
                ttl="1-hour",
                key=str(uuid4()),
                reply_to_activity_uuid=parent and parent.uuid,
            )
        except Conflict:
            assert parent
            assert not self.model.may_reply(author, parent)
            return multiple()
        assert parent is None or self.model.may_reply(author, parent)
        circle, addressed = None, frozenset[str]()
        if parent and parent.audience == "followers":
            audience, circle, addressed = "followers", parent.circle, parent.addressed
        else:
            audience = max(audience, parent.audience if parent else "everyone", key=AUDIENCES.index)
            if audience == "followers":
                circle, addressed = author, frozenset(mentioned)
        said = Said(uuid, author, audience, parent, circle, addressed, out)
        self.model.said.append(said)
        if parent:
            parent.replies.append(said)
        return said

    @rule(
        target=said,
        author=PERSON,
        audience=st.sampled_from(AUDIENCES),
        out=st.sampled_from((True, True, True, False)),
        mentioned=st.sets(PERSON, max_size=2),
    )
    def post(self, author: str, audience: str, out: bool, mentioned: set[str]) -> Any:
        return self.write(author, audience, out, mentioned, None)

    @rule(
        target=said,
        author=PERSON,
        audience=st.sampled_from(AUDIENCES),
        out=st.sampled_from((True, True, True, False)),
        mentioned=st.sets(PERSON, max_size=2),
        parent=said,
    )
    def reply(self, author: str, audience: str, out: bool, mentioned: set[str], parent: Said) -> Any:
        return self.write(author, audience, out, mentioned, parent)

    @rule(kind=st.sampled_from(TIES), one=PERSON, other=PERSON, undone=st.booleans())
    def change_tie(self, kind: str, one: str, other: str, undone: bool) -> None:
        self.tie(kind, one, other, undone=undone)

    def tie(self, kind: str, one: str, other: str, *, undone: bool) -> None:
        if one == other or self.model.suspended & {one, other}:
            return
        more = {"seconds": None} if kind == "mute" and not undone else {}
        name, ties = f"un{kind}" if undone else kind, self.model.ties
        self.db.execute(f"follows/{name}", user_uuid=self.uuids[one], other_uuid=self.uuids[other], **more)
        if undone:
            ties[kind].discard((one, other))
        elif kind != "follow" or (one, other) not in ties["block"]:
            ties[kind].add((one, other))
        if kind == "block" and not undone:
            ties["follow"] -= {(one, other), (other, one)}

    @rule(said=said)
    def come_out(self, said: Said) -> None:
        self.conn.execute(
            "UPDATE activities SET visible_from = LEAST(visible_from, now()) WHERE uuid = %s", [said.uuid]
        )
        said.out = True

    @rule(said=consumes(said), how=st.sampled_from(("burn", "undo", "expire")))
    def end(self, said: Said, how: str) -> None:
        own = {"user_uuid": self.uuids[said.author]}
        if how == "expire":
            self.conn.execute(
                "UPDATE activities SET created_at = now() - interval '1 hour', expires_at = now() WHERE uuid = %s",
                [said.uuid],
            )
        elif how == "burn":
            activities.burn(self.db, self.settings, activity_uuid=said.uuid, **own)
        else:
            key_seconds = self.settings.key_outlives
            self.db.query_value(
                "activities/take_back", uuid=said.uuid, ttl="1-hour", key_seconds=key_seconds, undoing=True, **own
            )
        said.ended = how != "undo" or not said.out

    @rule(said=said, ttl=st.sampled_from(("3-hours", "30-days")))
    def extend(self, said: Said, ttl: str) -> None:
        own = {"user_uuid": self.uuids[said.author], "activity_uuid": said.uuid}
        if said.ended:
            with pytest.raises(NotFound):
                activities.change_fuse(self.db, self.settings, ttl=ttl, **own)
        else:
            activities.change_fuse(self.db, self.settings, ttl=ttl, **own)

    @rule(said=said, shown=st.booleans())
    def hide(self, said: Said, shown: bool) -> None:
        self.conn.execute(
            "UPDATE activities SET hidden_at = CASE WHEN %s THEN NULL ELSE now() END WHERE uuid = %s",
            [shown, said.uuid],
        )
        said.hidden = not shown

    @rule(person=PERSON, undo=st.booleans())
    def suspend(self, person: str, undo: bool) -> None:
        operator.suspend(self.db, person, undo=undo)
        (self.model.suspended.discard if undo else self.model.suspended.add)(person)

    @rule()
    def sweep(self) -> None:
        """With the sweep, and without it, all is the same."""
        sweep(self.db)

    # What everybody sees --------------------------------------------------------------------------------------

    def uuid(self, viewer: str | None) -> str | None:
        return self.uuids[viewer] if viewer else None

    @rule(viewer=EVERYBODY)
    def look(self, viewer: str | None) -> None:
        if viewer in self.model.suspended:
            return
        db, model, who = self.db, self.model, {"viewer_uuid": self.uuid(viewer)}
        seen, public = model.seen(viewer), model.public(viewer)
        everything = {"before": None, "replies": True, "limit": 201}

        def cards(name: str, **asked: Any) -> list[str]:
            return [card["uuid"] for card in db.query_array(f"feeds/{name}", **who, **asked)]

        assert cards("public", **everything) == [said.uuid for said in public]
        if viewer:
            assert cards("home", **everything) == [said.uuid for said in model.home(viewer)]
        tops = [said.uuid for said in public if not said.parent]
        assert cards("public", **{**everything, "replies": False}) == tops
        assert set(cards("ending", after=None, after_uuid=None, limit=201)) == {said.uuid for said in public}
        found = db.query_object("feeds/vanishing", **who, soonest=5)
        assert found
        assert found["count"] >= len({item["uuid"] for item in found["soonest"]} & {said.uuid for said in public})
        assert {item["uuid"] for item in found["soonest"]} <= {said.uuid for said in public}
        listed = db.query_array("feeds/people", **who, before=None, limit=50)
        assert {person["handle"] for person in listed} == model.people(viewer)
        for person in PEOPLE:
            own = [said.uuid for said in seen if said.author == person]
            asked = {"user_uuid": self.uuids[person], "before": None, "limit": 201}
            assert cards("profile", **asked) == own
            profile = db.query_object("feeds/person", **who, handle=person)
            assert bool(profile) == (person not in model.suspended and (person, viewer) not in model.ties["block"])
            assert not profile or profile["activities_count"] == len(own)
        self.look_closely(viewer, who)

    def look_closely(self, viewer: str | None, who: dict[str, Any]) -> None:
        db, model = self.db, self.model
        numbers = {str(uuid): number for uuid, number in self.conn.execute("SELECT uuid, number FROM activities")}
        shown = {numbers[said.uuid] for said in model.said if model.sees(viewer, said)}
        alive = db.query_object(
            "live/alive", **who, numbers=list(numbers.values()), since=None, undo_seconds=self.settings.undo_seconds
        )
        assert alive
        assert {int(number) for number in alive["ends"]} == shown
        if viewer:
            asked = {"viewer_uuids": [self.uuids[viewer]], "numbers": list(numbers.values()), "circle_uuids": []}
            told = db.query_object("live/viewers", **asked)
            assert told
            home = {numbers[said.uuid] for said in model.home(viewer) if said.author != viewer}
            assert {int(pair["number"]) for pair in told["seen"] if "home" in pair["feeds"]} == home
            own = {numbers[said.uuid] for said in model.said if said.author == viewer and said.uuid in numbers}
            assert {int(pair["number"]) for pair in told["seen"]} == shown - own
        for said in model.said:
            thread = db.query_object("feeds/thread", **who, uuid=said.uuid)
            assert bool(thread) == model.sees(viewer, said)
            if not thread:
                continue
            places = {
                where: [(item["uuid"], item["card"] is not None) for item in thread[where]]
                for where in ("ancestors", "replies")
            }
            assert places == {"ancestors": model.above(viewer, said), "replies": model.below(viewer, said)}
            card = thread["activity"]
            assert card["replies_count"] == sum(model.sees(viewer, reply) for reply in said.replies)
            assert bool(card["parent"]) == bool(said.parent and model.sees(viewer, said.parent))
            if said.parent and card["parent"]:
                assert bool(card["parent"]["message"]) != ((viewer, said.parent.author) in model.ties["mute"])

    def teardown(self) -> None:
        for viewer in (None, *PEOPLE):
            self.look(viewer)


def test_everybody_sees_what_the_rules_say_on_every_surface(database_urls: DatabaseUrls, conn: Connection) -> None:
    configuration = settings_for(database_urls)
    db = Database(configuration)

    class World(Community):
        world = (db, configuration, conn, database_urls.superuser_url)

    try:
        run_state_machine_as_test(
            World,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=15,
                deadline=None,
                derandomize="VISIBILITY_EXAMPLES" not in os.environ,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        db.close()
