"""The template deployed to moto, as far as moto goes.

Moto knows none of UNKNOWN, so references to these become words; it judges no right, and starts no task.
"""

import io
import json
import re
import zipfile

import boto3
from as_deployed import GIVEN, deployed
from cloudformation import Template, text_of

UNKNOWN = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::RDS::DBInstance",  # it reads the half of one
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::SecretsManager::Secret",
}


def _surroundings() -> dict[str, str]:
    """What the template asks to be there: a VPC with four subnets, a certificate, and the function's zip."""
    ec2, s3, package = boto3.client("ec2"), boto3.client("s3"), io.BytesIO()
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{'ab'[n % 2]}")
        for n in range(4)
    ]
    names = [made["Subnet"]["SubnetId"] for made in subnets]
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("handler.py", "def lambda_handler(event, context):\n    return event\n")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="code", Key="function.zip", Body=package.getvalue())
    certificate = boto3.client("acm").request_certificate(DomainName="mayfly.example")["CertificateArn"]
    where = {"Vpc": vpc, "PublicSubnets": ",".join(names[:2]), "PrivateSubnets": ",".join(names[2:])}
    return GIVEN | where | {"CertificateArn": certificate}


def _known(whole: Template) -> Template:
    """What moto makes, with words in place of references to the rest."""
    gone = "|".join(name for name, one in whole["Resources"].items() if one["Type"] in UNKNOWN)
    left = {name: one for name, one in whole["Resources"].items() if one["Type"] not in UNKNOWN}
    text = text_of(whole | {"Resources": left})
    text = re.sub(rf'\{{"Ref": "({gone})"\}}', r'"no-\1"', text)
    text = re.sub(rf'\{{"Fn::GetAtt": \["({gone})", "[\w.]+"\]\}}', r'"no:\1:a:b:c:d:e"', text)
    return dict(json.loads(re.sub(rf"\$\{{({gone})(?:\.[\w.]+)?\}}", r"no-\1", text)))


def _made(way: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What moto made by name, and the outputs."""
    known, cloudformation = _known(deployed(**_surroundings() | way)), boto3.client("cloudformation")
    cloudformation.create_stack(StackName="mayfly", TemplateBody=json.dumps(known), Capabilities=["CAPABILITY_IAM"])
    (stack,) = cloudformation.describe_stacks(StackName="mayfly")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName="mayfly").build_full_result()
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in pages["StackResourceSummaries"]}
    assert set(ids) == set(known["Resources"]), "moto left something out"
    return ids, {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def test_stack_is_made(moto: str) -> None:
    ids, outputs = _made({"Size": "large", "UseProxy": "yes", "Serve": "yes"})
    ecs = boto3.client("ecs")
    (service,) = ecs.describe_services(cluster=ids["Cluster"], services=[ids["Service"]])["services"]
    assert service["desiredCount"] == 3
    task = ecs.describe_task_definition(taskDefinition="mayfly-app")["taskDefinition"]
    assert task["memory"] == "2048"
    (container,) = task["containerDefinitions"]
    assert {"name": "PUBLIC_URL", "value": "https://mayfly.example"} in container["environment"]
    assert [one["name"] for one in container["secrets"]] == ["SECRET_KEY", "OIDC_CLIENT_SECRET"]
    function = boto3.client("lambda").get_function(FunctionName=ids["PostConfirmation"])["Configuration"]
    assert function["VpcConfig"]["SecurityGroupIds"] == [ids["FunctionGroup"]]
    listeners = boto3.client("elbv2").describe_listeners(LoadBalancerArn=ids["Balancer"])["Listeners"]
    kinds = {one["Port"]: one["DefaultActions"][0]["Type"] for one in listeners}
    assert kinds == {443: "forward", 80: "redirect"}
    assert outputs["DbSgId"] == ids["DeveloperGroup"]
