"""The promises and parameters of aws/template.yml, what it means to the program, and the smaller templates."""

import re

from as_deployed import GIVEN, LARGEST, PATH, WAYS, at, beside, changed, deployed, environments, rows, template
from cloudformation import evaluate, of_type, read, target, text_of
from promises import PROMISES

from webapp.config.settings import TTLS, Settings
from webapp.postgres.folders import CHECKOUT

SIZES = ("small", "large")
NETWORK, DEVELOPMENT = (read(CHECKOUT / "aws" / f"{name}.yml") for name in ("network", "development"))


def test_template_keeps_its_promises_in_every_way() -> None:
    ways = [(name, way, promise(deployed(**way))) for way in WAYS for name, promise in PROMISES.items()]
    assert [(name, way, found) for name, way, found in ways if found] == []


def test_each_promise_is_missed_when_it_is_taken_out() -> None:
    whole = deployed(**LARGEST)
    said = [(path, None if value else "other") for path, value in rows(whole)]
    taken = beside("taken_out.yml") | {"what_must_be_said_is_said": said}
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


def test_network_gives_what_the_template_asks_for() -> None:
    made = evaluate(NETWORK, {})
    assert set(made["Outputs"]) == {"Vpc", "PublicSubnets", "PrivateSubnets"} <= set(template()["Parameters"])
    subnets = of_type(made, "EC2::Subnet")
    for kind in ("Public", "Private"):
        named = [one["Ref"] for one in made["Outputs"][f"{kind}Subnets"]["Value"]["Fn::Join"][1]]
        zones = {text_of(subnets[name]["AvailabilityZone"]) for name in named}
        assert (named, len(zones)) == ([f"{kind}A", f"{kind}B"], 2)
    (vpc,) = of_type(made, "EC2::VPC").values()
    assert vpc["EnableDnsSupport"] is vpc["EnableDnsHostnames"] is True


def test_private_subnets_lead_out_by_a_nat_and_public_ones_by_the_gateway() -> None:
    """One NAT stands in the first zone for both; of two each stands in the zone of its subnet."""
    for each, second in (("no", "PublicA"), ("yes", "PublicB")):
        made = evaluate(NETWORK, {"NatInEachZone": each})
        nats = {name: target(one["SubnetId"]) for name, one in of_type(made, "EC2::NatGateway").items()}
        out = [one for one in of_type(made, "EC2::Route").values() if one["DestinationCidrBlock"] == "0.0.0.0/0"]
        doors = {target(one["RouteTableId"]): target(one.get("NatGatewayId") or one["GatewayId"]) for one in out}
        tied = of_type(made, "EC2::SubnetRouteTableAssociation").values()
        ways = {target(one["SubnetId"]): doors[target(one["RouteTableId"])] for one in tied}
        assert ways.pop("PublicA") == ways.pop("PublicB") == "Gateway"
        assert {name: nats[door] for name, door in ways.items()} == {"PrivateA": "PublicA", "PrivateB": second}


def test_database_for_development_lets_in_whom_its_group_names_by_tls_and_a_password_that_nobody_chose() -> None:
    (database,) = of_type(DEVELOPMENT, "RDS::DBInstance").values()
    ((name, group),) = of_type(DEVELOPMENT, "EC2::SecurityGroup").items()
    assert [target(one) for one in database["VPCSecurityGroups"]] == [name]
    assert target(DEVELOPMENT["Outputs"]["DbSgId"]["Value"]) == name
    assert ("SecurityGroupIngress" in group, of_type(DEVELOPMENT, "EC2::SecurityGroupIngress")) == (False, {})
    settings = of_type(DEVELOPMENT, "RDS::DBParameterGroup")[target(database["DBParameterGroupName"])]
    assert settings["Parameters"]["rds.force_ssl"] == "1"
    assert database["ManageMasterUserPassword"] is database["StorageEncrypted"] is True
    assert "MasterUserPassword" not in database
