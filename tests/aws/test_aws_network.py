"""The smaller templates: the network for where there is none, and the database for development."""

from as_deployed import template
from cloudformation import evaluate, of_type, read, target, text_of

from webapp.postgres.folders import CHECKOUT

NETWORK, DEVELOPMENT = (read(CHECKOUT / "aws" / f"{name}.yml") for name in ("network", "development"))


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
