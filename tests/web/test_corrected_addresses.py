"""An address that was copied with a mark behind it leads on; one that leads nowhere is the one 404."""

import pytest
from factories import make_user
from flask.testing import FlaskClient
from verbs import send

from webapp.db.connections import Connection


@pytest.mark.parametrize("mark", ["/", ".", ",", "/.,"])
@pytest.mark.parametrize(
    ("path", "query"), [("/@alice", ""), ("/@a%3Fb", ""), ("/public", "?before=5"), ("/sign-in", "?next=/@b%2F")]
)
def test_mark_behind_an_address_is_left_away(client: FlaskClient, path: str, query: str, mark: str) -> None:
    for ask in (client.get, client.head):
        answer = ask(f"{path}{mark}{query}")
        assert (answer.status_code, answer.location) == (308, f"{path}{query}")


def test_mark_behind_a_name_tells_nobody_whether_it_is_there(client: FlaskClient, conn: Connection) -> None:
    make_user(conn)
    answers = [client.get(f"/@{name}.") for name in ("alice", "nobody")]
    assert [(answer.status_code, answer.location) for answer in answers] == [(308, "/@alice"), (308, "/@nobody")]


@pytest.mark.parametrize("path", ["//evil.example/", "/nowhere.", "//evil.example/public/", "/\\evil.example/", "/x//"])
def test_mark_leads_to_no_other_place(client: FlaskClient, path: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": path})  # the client itself takes // for a host
    assert (answer.status_code, answer.location) in {(404, None), (308, "http://localhost" + path.replace("//", "/"))}


def test_form_is_not_sent_on(client: FlaskClient) -> None:
    assert send(client, "/sign-in/", email="alice", password="x").status_code in (404, 405)
