"""The promises of aws/template.yml hold however it is deployed, and each is missed where it is taken out."""

from as_deployed import LARGEST, WAYS, beside, changed, deployed, rows
from promises import PROMISES


def test_template_keeps_its_promises_in_every_way() -> None:
    ways = [(way, deployed(**way)) for way in WAYS]
    missed = [(name, way, promise(made)) for way, made in ways for name, promise in PROMISES.items() if promise(made)]
    assert missed == []


def test_each_promise_is_missed_when_it_is_taken_out() -> None:
    whole, taken = deployed(**LARGEST), beside("taken_out.yml")
    taken["what_must_be_said_is_said"] = [(path, None if value else "other") for path, value in rows(whole)]
    out = [(name, path, value) for name, rows_of_it in taken.items() for path, value in rows_of_it]
    assert [(name, path) for name, path, value in out if not PROMISES[name](changed(whole, path, value))] == []
    assert taken.keys() == PROMISES.keys()
