"""The network that aws/network.yml makes where the template finds none.

Moto makes it, but reads no routes of a subnet and no DNS of a VPC; these are read from the template.
"""

import boto3
import pytest
from cloudformation import evaluate, of_type, read, target, text_of
from test_aws_template import template

from webapp.postgres.folders import CHECKOUT

PATH = CHECKOUT / "aws" / "network.yml"


def test_network_gives_what_the_template_asks_for(moto: str) -> None:
    client, ec2 = boto3.client("cloudformation"), boto3.client("ec2")
    client.create_stack(StackName="mayfly-network", TemplateBody=PATH.read_text("utf-8"))
    (stack,) = client.describe_stacks(StackName="mayfly-network")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    made = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert set(made) <= set(template()["Parameters"])
    for name in ("PublicSubnets", "PrivateSubnets"):
        found = ec2.describe_subnets(SubnetIds=made[name].split(","))["Subnets"]
        assert {one["VpcId"] for one in found} == {made["Vpc"]}
        assert len({one["AvailabilityZone"] for one in found}) == 2
    (vpc,) = of_type(read(PATH), "EC2::VPC").values()
    assert vpc["EnableDnsSupport"] is vpc["EnableDnsHostnames"] is True


def ways_out(each: str) -> dict[str, tuple[str, str]]:
    """Of each subnet its zone, and where its one route to everywhere leads: the gateway, or the zone of a NAT."""
    made = evaluate(read(PATH), {"NatInEachZone": each})
    zones = {name: text_of(one["AvailabilityZone"]) for name, one in of_type(made, "EC2::Subnet").items()}
    nats = {name: target(one["SubnetId"]) for name, one in of_type(made, "EC2::NatGateway").items()}
    assert all(subnet.startswith("Public") for subnet in nats.values()), "a NAT goes out by the gateway"
    tables = {
        target(one["RouteTableId"]): zones.get(nats.get(target(one.get("NatGatewayId", "")), ""), "gateway")
        for one in of_type(made, "EC2::Route").values()
        if one["DestinationCidrBlock"] == "0.0.0.0/0"
    }
    tied = of_type(made, "EC2::SubnetRouteTableAssociation").values()
    return {
        target(one["SubnetId"]): (zones[target(one["SubnetId"])], tables[target(one["RouteTableId"])]) for one in tied
    }


@pytest.mark.parametrize("each", ["no", "yes"])
def test_private_subnets_lead_out_by_a_nat_and_public_ones_by_the_gateway(each: str) -> None:
    found = ways_out(each)
    assert {found[name][1] for name in ("PublicA", "PublicB")} == {"gateway"}
    ours = [found[name] for name in ("PrivateA", "PrivateB")]
    assert len({zone for zone, _ in ours}) == 2
    # With one NAT it is that of the first zone for both.
    assert [nat for _, nat in ours] == [ours[0][0], ours[1][0] if each == "yes" else ours[0][0]]
