"""What a person reads in the chat when an answer fails, instead of an exception with AWS's JSON, ARNs and account id.

LiteLLM calls these hooks after it has logged the exception itself: the log has the reason in AWS's own words.
"""

import json
import os

from fastapi import HTTPException
from litellm.exceptions import ContextWindowExceededError
from litellm.integrations.custom_logger import CustomLogger

with open(os.path.join(os.path.dirname(__file__), "error_texts.json"), encoding="utf-8") as file:
    TEXTS = json.load(file)

CAUSES_BY_STATUS = {
    400: "notAccepted",
    401: "refused",
    403: "refused",
    404: "refused",
    408: "tooSlow",
    429: "throttled",
}


class ReadableErrors(CustomLogger):
    async def async_post_call_failure_hook(
        self, request_data, original_exception, user_api_key_dict, traceback_str=None
    ):
        # Those of custom_auth.py are readable.
        if isinstance(original_exception, HTTPException) or wants_reason(user_api_key_dict):
            return None
        # The router's own refusals have no status.
        router_status = 429 if "No deployments available" in str(original_exception) else 500
        status = getattr(original_exception, "status_code", router_status)
        return HTTPException(status_code=status, detail=TEXTS[cause_of(original_exception, status)])

    async def async_post_call_streaming_iterator_hook(self, user_api_key_dict, response, request_data):
        try:
            async for chunk in response:
                yield chunk
        except Exception as error:
            # Changed, not replaced: the metrics count by its class.
            if not wants_reason(user_api_key_dict):
                error.message = TEXTS["brokenOff"]
            raise


def wants_reason(consumer):
    """The operator's own key gets AWS's words: npm run verify explains them."""
    return consumer.user_id == "verify"


def cause_of(error, status):
    if "crossed budget" in str(error):
        return "budgetSpent"
    if "Model rate limit exceeded" in str(error):
        return "rateLimited"
    # After some refusals LiteLLM doesn't call the model for five seconds.
    if "No deployments available" in str(error):
        return "unavailable"
    if isinstance(error, ContextWindowExceededError):
        return "tooLong"
    return CAUSES_BY_STATUS.get(status, "unavailable")


callback = ReadableErrors()
