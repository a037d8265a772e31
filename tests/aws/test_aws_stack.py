"""The template deployed to moto, which judges no right, starts no task, and knows none of UNKNOWN."""

import json
import re

import boto3
from as_deployed import GIVEN, LARGEST, deployed
from cloudformation import text_of

UNKNOWN = ("AWS::ApplicationAutoScaling", "AWS::Cognito", "AWS::RDS::DBInstance", "AWS::RDS::DBProxy", "AWS::SecretsM")


def surroundings() -> dict[str, str]:
    """What the template asks to be there."""
    s3, subnets = boto3.client("s3"), boto3.client("ec2").describe_subnets()["Subnets"][:2]
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="code", Key="function.zip", Body=b"PK\5\6" + b"\0" * 18)
    certificate = boto3.client("acm").request_certificate(DomainName="mayfly.example")["CertificateArn"]
    places = ",".join(one["SubnetId"] for one in subnets)
    where = {"Vpc": subnets[0]["VpcId"], "PublicSubnets": places, "PrivateSubnets": places}
    return GIVEN | where | {"CertificateArn": certificate}


def test_stack_is_made(moto: str) -> None:
    whole, cloudformation = deployed(**surroundings() | LARGEST), boto3.client("cloudformation")
    known = {name: one for name, one in whole["Resources"].items() if not one["Type"].startswith(UNKNOWN)}
    text, gone = text_of(whole | {"Resources": known}), "|".join(whole["Resources"].keys() - known)
    text = re.sub(rf'\{{"Ref": "({gone})"\}}', r'"no-\1"', text)  # words in place of references
    text = re.sub(rf'\{{"Fn::GetAtt": \["({gone})", "[\w.]+"\]\}}', r'"no:\1:a:b:c:d:e"', text)
    text = re.sub(rf"\$\{{({gone})(?:\.[\w.]+)?\}}", r"no-\1", text)
    cloudformation.create_stack(StackName="mayfly", TemplateBody=text, Capabilities=["CAPABILITY_IAM"])
    (stack,) = cloudformation.describe_stacks(StackName="mayfly")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName="mayfly").build_full_result()
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in pages["StackResourceSummaries"]}
    assert set(ids) == set(json.loads(text)["Resources"]), "moto left something out"
    ecs = boto3.client("ecs")
    (service,) = ecs.describe_services(cluster=ids["Cluster"], services=[ids["Service"]])["services"]
    assert service["desiredCount"] == 3
    (container,) = ecs.describe_task_definition(taskDefinition="mayfly-app")["taskDefinition"]["containerDefinitions"]
    assert {"name": "PUBLIC_URL", "value": "https://mayfly.example"} in container["environment"]
    assert [one["name"] for one in container["secrets"]] == ["SECRET_KEY", "OIDC_CLIENT_SECRET"]
    function = boto3.client("lambda").get_function(FunctionName=ids["PostConfirmation"])["Configuration"]
    assert function["VpcConfig"]["SecurityGroupIds"] == [ids["FunctionGroup"]]
