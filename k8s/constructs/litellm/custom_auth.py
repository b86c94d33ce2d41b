"""One key per consumer of the proxy: each opens its own routes and models, and nothing else does.

LiteLLM calls user_api_key_auth for every request that needs a key. Not even the master key opens anything here.
"""

import hmac
import json
import os

from fastapi import HTTPException, Request
from litellm.proxy._types import UserAPIKeyAuth

with open(os.path.join(os.path.dirname(__file__), "consumers.json"), encoding="utf-8") as file:
    CONSUMERS = json.load(file)


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    consumer = find_consumer(api_key)
    if consumer is None:
        raise HTTPException(status_code=401, detail="This key is not known.")
    if f"{request.method} {request.url.path}" not in consumer["routes"]:
        raise HTTPException(status_code=403, detail="This key does not open this route.")
    if request.method == "POST" and model_of(await request.json()) not in consumer["models"]:
        raise HTTPException(status_code=403, detail="This key does not open this model.")
    return UserAPIKeyAuth(user_id=consumer["name"])


def model_of(body):
    return body.get("model") if isinstance(body, dict) else None


def find_consumer(api_key):
    """The consumer whose key this is. Every key is compared, in constant time: the time taken tells nothing."""
    found = None
    for consumer in CONSUMERS:
        expected = os.environ[consumer["keyVariable"]]
        if hmac.compare_digest((api_key or "").encode(), expected.encode()) and expected:
            found = consumer
    return found
