"""One way through all of it over HTTP, for every PostgreSQL and through a pooler: each act is seen, and is in a row."""

from itertools import product

from factories import PASSWORD
from verbs import burn, count, expire, reply, send, sign_in, value, words, write
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.ops.sweep import sweep

FEEDS = ("/", "/public", "/@carol", "/api/home", "/api/public", "/api/@carol")


def test_people_come_write_answer_like_burn_and_leave(make_app: MakeApp, conn: Connection) -> None:
    app = make_app()
    carol, dave = app.test_client(), app.test_client()
    for client, handle in ((carol, "carol"), (dave, "dave")):
        fields = {"display_name": handle, "handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        assert send(client, "/sign-up", **fields).location == "/"
    assert count(conn, "users") == count(conn, "sessions") == 2

    key = "5eedac00-0000-4000-8000-00000000000a"
    for _ in range(2):  # twice with one key is once
        assert write(carol, "Who has the key?", key=key).status_code == 303
    asked = value(conn, "SELECT uuid FROM activities")
    assert write(carol, "x" * 281).status_code == 422
    assert count(conn, "activities") == 1
    assert reply(dave, asked, "It hangs by the door.", fragment=True).status_code == 200
    for _ in range(2):
        assert send(dave, f"/activities/{asked}/like").status_code == 303
    assert count(conn, "likes") == 1

    thread = f"/@carol/status/{asked}"
    for client, path in product((carol, dave), (*FEEDS, thread)):
        assert "Who has the key?" in words(client.get(path)), path
    assert "It hangs by the door." in words(carol.get(thread))
    seen = carol.get(f"/api/activities/{asked}").get_json()["activity"]
    assert (seen["replies_count"], seen["likes_count"]) == (1, 1)

    assert send(carol, "/settings/profile", display_name="Carol Quay", bio="Rope, and lamps.").status_code == 303
    assert "Carol Quay" in words(dave.get("/@carol"))
    assert value(conn, "SELECT bio FROM users WHERE handle = 'carol'") == "Rope, and lamps."

    write(dave, "A mistake.")
    mistake = value(conn, "SELECT uuid FROM said WHERE message = 'A mistake.'")
    assert burn(carol, mistake).status_code == 404
    assert burn(dave, mistake).status_code == 303
    assert "A mistake." not in words(dave.get("/public"))
    assert value(conn, "SELECT count(*) FROM said WHERE message = 'A mistake.'") == 0

    expire(conn, asked)
    for path in (*FEEDS, thread):
        assert "Who has the key?" not in words(dave.get(path)), path
    assert sweep(app.extensions["db"]).counts["blanked"] == 1
    assert value(conn, "SELECT message FROM said WHERE uuid = %s", asked) is None
    assert count(conn, "likes") == 0
    answer = value(conn, "SELECT uuid FROM activities WHERE reply_to_activity_uuid = %s", asked)
    assert "It hangs by the door." in words(dave.get(f"/@dave/status/{answer}"))
    expire(conn, answer)
    sweep(app.extensions["db"])
    assert count(conn, "activities") == 0

    for client in (carol, dave):
        assert send(client, "/sign-out").status_code == 303
        assert client.get("/settings").status_code == 303
    assert count(conn, "sessions") == 0
    assert sign_in(carol, "carol").status_code == 303
    assert app.extensions["db"].retries == 0
