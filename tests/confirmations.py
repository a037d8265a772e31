"""What Cognito sends when somebody has confirmed their sign-up, and the function that it calls."""

import importlib.util
from types import ModuleType
from typing import Any

from webapp.postgres.folders import CHECKOUT

SOURCE = CHECKOUT / "aws/lambdas/cognito_post_confirmation/handler.py"
ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool"
SUBJECT = "11111111-2222-3333-4444-555555555555"
Event = dict[str, Any]


def load() -> ModuleType:
    """The handler as a new execution environment has it."""
    spec: Any = importlib.util.spec_from_file_location("handler", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def confirmed(trigger: str = "PostConfirmation_ConfirmSignUp", **attributes: object) -> Event:
    person = {"sub": SUBJECT, "email_verified": "true", "email": "ann@example.com", "preferred_username": "Ann"}
    pool = {"version": "1", "region": "eu-central-1", "userPoolId": "eu-central-1_pool", "userName": "ann"}
    request = {"userAttributes": {**person, "name": "Ann Lee", **attributes}}
    return {**pool, "triggerSource": trigger, "request": request, "response": {}}
