"""What Cognito sends when somebody has confirmed their sign-up, and the function that it calls."""

import importlib.util
from types import ModuleType
from typing import Any

from webapp.postgres.folders import CHECKOUT

SOURCE = CHECKOUT / "aws/lambdas/cognito_post_confirmation/handler.py"
ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool"
Event = dict[str, Any]


def load() -> ModuleType:
    """The handler as a new execution environment has it."""
    spec = importlib.util.spec_from_file_location("handler", SOURCE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def confirmed(trigger: str = "PostConfirmation_ConfirmSignUp", **attributes: object) -> Event:
    """An event as Cognito sends it."""
    return {
        "version": "1",
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_pool",
        "userName": "ann",
        "triggerSource": trigger,
        "request": {
            "userAttributes": {
                "sub": "11111111-2222-3333-4444-555555555555",
                "email_verified": "true",
                "email": "ann@example.com",
                "preferred_username": "Ann",
                "name": "Ann Lee",
                **attributes,
            }
        },
        "response": {},
    }
