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
        assert named == [f"{kind}A", f"{kind}B"]
        assert len({text_of(subnets[name]["AvailabilityZone"]) for name in named}) == 2
    (vpc,) = of_type(made, "EC2::VPC").values()
    assert vpc["EnableDnsSupport"] is vpc["EnableDnsHostnames"] is True


def test_private_subnets_lead_out_by_a_nat_and_public_ones_by_the_gateway() -> None:
    """One NAT stands in the first zone for both; of two each stands in the zone of its subnet."""
    for each, second in (("no", "PublicA"), ("yes", "PublicB")):
        made = evaluate(NETWORK, {"NatInEachZone": each})
        nats = {name: target(one["SubnetId"]) for name, one in of_type(made, "EC2::NatGateway").items()}
        tables = {
            target(one["RouteTableId"]): nats.get(target(one.get("NatGatewayId", "")), target(one.get("GatewayId", "")))
            for one in of_type(made, "EC2::Route").values()
            if one["DestinationCidrBlock"] == "0.0.0.0/0"
        }
        tied = of_type(made, "EC2::SubnetRouteTableAssociation").values()
        ways = {target(one["SubnetId"]): tables[target(one["RouteTableId"])] for one in tied}
        gateway = {"PublicA": "Gateway", "PublicB": "Gateway"}
        assert ways == gateway | {"PrivateA": "PublicA", "PrivateB": second}


def test_database_for_development_lets_in_whom_its_group_names_by_tls_and_a_password_that_nobody_chose() -> None:
    (database,) = of_type(DEVELOPMENT, "RDS::DBInstance").values()
    ((name, group),) = of_type(DEVELOPMENT, "EC2::SecurityGroup").items()
    assert [target(one) for one in database["VPCSecurityGroups"]] == [name]
    assert target(DEVELOPMENT["Outputs"]["DbSgId"]["Value"]) == name
    assert "SecurityGroupIngress" not in group
    assert not of_type(DEVELOPMENT, "EC2::SecurityGroupIngress")
    settings = of_type(DEVELOPMENT, "RDS::DBParameterGroup")[target(database["DBParameterGroupName"])]
    assert settings["Parameters"]["rds.force_ssl"] == "1"
    assert database["ManageMasterUserPassword"] is database["StorageEncrypted"] is True
    assert "MasterUserPassword" not in database
