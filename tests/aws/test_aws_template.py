"""What the parameters of aws/template.yml do, what its environment means to the program, and its promises."""

import re

from as_deployed import GIVEN, LARGEST, PATH, WAYS, at, beside, changed, deployed, environments, rows, template
from cloudformation import of_type
from promises import PROMISES

from webapp.config.settings import TTLS, Settings

SIZES = ("small", "large")


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


def test_function_asks_the_account_for_nothing_unless_told() -> None:
    for reserved, bounds in (("no", [None, None]), ("yes", [10, 50])):
        made = [deployed(Size=size, FunctionReserved=reserved, Serve="yes") for size in SIZES]
        found = [at(t["Resources"], "PostConfirmation/Properties/ReservedConcurrentExecutions") for t in made]
        assert found == bounds
        assert [promise(t) for t in made for promise in PROMISES.values() if promise(t)] == []


def test_large_scales_and_changes_nothing_of_the_database_that_cannot_go_back() -> None:
    """RDS changes machine and zones there and back; storage, for one, it never gives back."""
    assert template()["Parameters"]["BackupDays"]["MinValue"] >= 7
    assert not of_type(deployed(), "RDS::DBProxy"), "it costs"
    first, small, large = deployed(Size="large"), *(deployed(Size=size, Serve="yes") for size in SIZES)
    assert [of_type(t, "ECS::Service")["Service"]["DesiredCount"] for t in (first, small, large)] == [0, 1, 3]
    scales = [of_type(t, "ApplicationAutoScaling::ScalableTarget") for t in (first, small, large)]
    assert [one.get("Scale", {}).get("MaxCapacity") for one in scales] == [None, None, 9]
    one, other = (of_type(t, "RDS::DBInstance")["Database"] for t in (small, large))
    assert (one["MultiAZ"], other["MultiAZ"]) == (False, True)
    assert {name for name in one | other if one.get(name) != other.get(name)} == {"DBInstanceClass", "MultiAZ"}


def test_who_may_join_is_the_same_to_pool_program_and_function() -> None:
    """Where the pool takes only whom somebody creates, whoever is in it has a place here."""
    ways = {"open": (False, "open"), "closed": (True, "provider")}
    assert template()["Parameters"]["SignUp"]["AllowedValues"] == list(ways)
    for word, (alone, meant) in ways.items():
        made = deployed(SignUp=word)
        pool = of_type(made, "Cognito::UserPool")["Pool"]
        assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is alone
        assert [environments(made)[name]["SIGN_UP"] for name in ("Task", "PostConfirmation")] == [meant, meant]


def _settings(**parameters: str) -> Settings:
    given = environments(deployed(**parameters))["Task"]
    known = {name: value for name, value in given.items() if isinstance(value, str)}
    known |= {"CONNECTION_URL": "postgresql:///mayfly", "OIDC_ISSUER": "https://cognito.example/pool"}
    known |= {"OIDC_CLIENT_ID": "client", "OIDC_LOGOUT_URL": "https://pages.example/logout"}
    return Settings.from_env(known | {"SECRET_KEY": "".join(map(chr, range(65, 105)))})


def test_program_understands_what_the_template_says() -> None:
    by_default, chosen = _settings(), _settings(CommunityAbout="By the sea.", TtlCeiling="1-day", TtlFloor="3-hours")
    assert (by_default.sign_up, by_default.ttl_default, list(by_default.ttls)) == ("open", "7-days", list(TTLS))
    assert by_default.community_about != chosen.community_about == "By the sea."
    assert list(chosen.ttls) == ["1-day", "12-hours", "3-hours"]
    lives = list(reversed(TTLS))
    allowed = [template()["Parameters"][f"Ttl{name}"]["AllowedValues"] for name in ("Floor", "Ceiling", "Default")]
    assert allowed == [lives, lives, ["", *lives]]
    assert _settings(TtlDefault="3-days").ttl_default == "3-days"


def test_database_comes_back_from_a_snapshot() -> None:
    """What RDS takes from the snapshot may not be said; everything else holds as before."""
    both = [deployed(DatabaseSnapshot=name) for name in ("", "mayfly-before-2")]
    fresh, back = (of_type(made, "RDS::DBInstance")["Database"] for made in both)
    assert "DBSnapshotIdentifier" not in fresh
    assert back.pop("DBSnapshotIdentifier") == "mayfly-before-2"
    inherited = {"DBName", "MasterUsername", "AllocatedStorage", "StorageEncrypted"}
    assert back == {name: value for name, value in fresh.items() if name not in inherited}
    assert inherited <= set(fresh)


def test_parameters_refuse_what_aws_refuses_and_ask_for_no_secret() -> None:
    parameters = template()["Parameters"]
    pattern = parameters["SignInPrefix"]["AllowedPattern"]
    good, bad = ("mayfly", "my-place-2", "m"), ("laws", "my-cognito", "amazonas", "My", "-my", "my-", "m" * 64)
    assert [prefix for prefix in good + bad if re.fullmatch(pattern, prefix)] == list(good)
    assert [name for name in parameters if re.search(r"password|secret|token", name, re.IGNORECASE)] == []
    assert set(GIVEN) == {name for name, one in parameters.items() if "Default" not in one}
    assert PATH.stat().st_size < 51_200, "a larger one needs a bucket"
