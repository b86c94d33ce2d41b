"""Calls the simulated Bedrock with boto3, and checks what it sends against AWS's published model.

usage: client.py PORT

Prints one JSON object: what botocore made of each answer, and every place where raw answers deviate from the shapes in
botocore's data/bedrock-runtime/2023-09-30/service-2.json.
"""

import json
import sys
import urllib.error
import urllib.request

import boto3
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer

ENDPOINT = f"http://127.0.0.1:{sys.argv[1]}"
REGION = "us-east-1"
CREDENTIALS = Credentials("SIMULATEDACCESSKEYID", "simulated")
NOVA = "us.amazon.nova-lite-v1:0"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"

MODEL = botocore.session.get_session().get_component("data_loader").load_service_model(
    "bedrock-runtime", "service-2", "2023-09-30"
)
SHAPES = MODEL["shapes"]

SCALARS = {
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def deviations(name, value, path):
    """Every place where a JSON value isn't what the shape says: unknown or missing members, types, enums, bounds."""
    shape = SHAPES[name]
    kind = shape["type"]
    if shape.get("document"):
        return []
    if kind == "structure":
        return structure_deviations(name, shape, value, path)
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: no list"]
        found = [d for i, item in enumerate(value) for d in deviations(shape["member"]["shape"], item, f"{path}[{i}]")]
        return found + bound_deviations(shape, len(value), path)
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: no map"]
        return [d for key, item in value.items() for d in deviations(shape["value"]["shape"], item, f"{path}.{key}")]
    if kind not in SCALARS:
        return [f"{path}: this script doesn't know the type {kind}"]
    if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{path}: {json.dumps(value)} is no {kind}"]
    if "enum" in shape and value not in shape["enum"]:
        return [f"{path}: {value} is none of {', '.join(shape['enum'])}"]
    return bound_deviations(shape, len(value) if isinstance(value, str) else value, path)


def structure_deviations(name, shape, value, path):
    if not isinstance(value, dict):
        return [f"{path}: no structure"]
    members = shape["members"]
    found = [f"{path}: {name} has no member {key}" for key in value if key not in members]
    found += [f"{path}: {key} is missing" for key in shape.get("required", []) if key not in value]
    if shape.get("union") and len(value) != 1:
        found.append(f"{path}: a union of {len(value)} members")
    for key, item in value.items():
        if key in members:
            found += deviations(members[key]["shape"], item, f"{path}.{key}")
    return found


def bound_deviations(shape, measure, path):
    if isinstance(measure, bool):
        return []
    low, high = shape.get("min"), shape.get("max")
    found = [f"{path}: {measure} is less than {low}"] if low is not None and measure < low else []
    return found + ([f"{path}: {measure} is more than {high}"] if high is not None and measure > high else [])


def post(model_id, operation, body):
    """A signed request whose answer nobody has parsed: status, headers, bytes."""
    url = f"{ENDPOINT}/model/{model_id.replace(':', '%3A')}/{operation}"
    request = AWSRequest("POST", url, data=json.dumps(body), headers={"Content-Type": "application/json"})
    SigV4Auth(CREDENTIALS, "bedrock", REGION).add_auth(request)
    prepared = urllib.request.Request(url, request.data.encode(), dict(request.headers.items()), method="POST")
    try:
        with urllib.request.urlopen(prepared, timeout=10) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def output_shape(operation):
    return MODEL["operations"][operation]["output"]["shape"]


def check_converse(body):
    status, _, raw = post(NOVA, "converse", body)
    assert status == 200, raw
    return deviations(output_shape("Converse"), json.loads(raw), "converse")


def check_stream(body):
    """Every event is a member of the stream's union: its payload has that member's shape."""
    status, headers, raw = post(NOVA, "converse-stream", body)
    assert status == 200 and headers["Content-Type"] == "application/vnd.amazon.eventstream", raw
    stream = SHAPES[output_shape("ConverseStream")]["members"]["stream"]["shape"]
    members = SHAPES[stream]["members"]
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    found, kinds = [], []
    for event in buffer:
        kind = event.headers.get(":event-type") or event.headers[":exception-type"]
        kinds.append(kind)
        if kind not in members:
            found.append(f"stream: {stream} has no member {kind}")
            continue
        shape = members[kind]["shape"]
        if bool(SHAPES[shape].get("exception")) != (event.headers[":message-type"] == "exception"):
            found.append(f"stream.{kind}: {event.headers[':message-type']} is the wrong message type")
        found += deviations(shape, json.loads(event.payload), f"stream.{kind}")
    return found, kinds


def check_errors():
    """Each declared error: status, type in the header and body. Undeclared ones are those of AWS's front door."""
    found = []
    declared = {error["shape"] for error in MODEL["operations"]["Converse"]["errors"]}
    for word in ERRORS:
        status, headers, raw = post(NOVA, "converse", conversation(f"simulate:{word}"))
        kind = headers["x-amzn-ErrorType"].split(":")[0]
        if kind not in declared:
            found += [] if kind == "UnrecognizedClientException" else [f"{word}: Converse has no error {kind}"]
            continue
        if SHAPES[kind]["error"]["httpStatusCode"] != status:
            found.append(f"{word}: {kind} with the status {status}")
        body = json.loads(raw)
        # IAM answers in front of the service, and spells it so.
        if word in ("access-denied", "destination-denied"):
            body = {"message": body.pop("Message"), **body}
        found += deviations(kind, body, word)
    return found


ERRORS = [
    "throttling",
    "access-denied",
    "destination-denied",
    "marketplace",
    "payment",
    "use-case-form",
    "legacy",
    "end-of-life",
    "invalid-key",
    "validation",
    "too-long",
    "model-error",
    "timeout",
    "not-ready",
    "server-error",
    "unavailable",
]

TOOLS = {
    "tools": [
        {
            "toolSpec": {
                "name": "search",
                "description": "Searches.",
                "inputSchema": {"json": {"type": "object", "properties": {"query": {"type": "string"}}}},
            }
        },
        {"cachePoint": {"type": "default"}},
    ]
}


def conversation(text):
    return {"messages": [{"role": "user", "content": [{"text": text}]}]}


def client(access_key="SIMULATEDACCESSKEYID"):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key="simulated",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10),
    )


def outcome(call):
    """The exception's class and code, or `answered`."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whichever it is, is the result
        code = getattr(error, "response", {}).get("Error", {})
        return {"class": type(error).__name__, "code": code.get("Code"), "message": code.get("Message", "")}
    return {"class": "answered"}


def stream_outcome(bedrock, text):
    """What iterating over a stream ends with, after how many events."""
    events = []

    def consume():
        for event in bedrock.converse_stream(modelId=CLAUDE, **conversation(text))["stream"]:
            events.append(next(iter(event)))

    return {**outcome(consume), "events": len(events)}


def with_boto3():
    bedrock = client()
    image = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    document = {"document": {"format": "txt", "name": "notes", "source": {"bytes": b"dots"}}}
    ask = {"role": "user", "content": [{"text": "Search. simulate:tool=search"}]}
    call = bedrock.converse(modelId=CLAUDE, messages=[ask], toolConfig=TOOLS)
    tool_use = call["output"]["message"]["content"][1]["toolUse"]
    result = {"toolResult": {"toolUseId": tool_use["toolUseId"], "content": [{"json": {"found": 3}}]}}
    turns = [ask, call["output"]["message"], {"role": "user", "content": [result]}]
    events = list(bedrock.converse_stream(modelId=NOVA, **conversation("Hello"))["stream"])
    tool_events = list(bedrock.converse_stream(modelId=NOVA, messages=[ask], toolConfig=TOOLS)["stream"])
    parts = [e["contentBlockDelta"]["delta"] for e in tool_events if "contentBlockDelta" in e]
    embedded = bedrock.invoke_model(modelId=TITAN, body=json.dumps({"inputText": "Soup", "dimensions": 256}))
    many = bedrock.converse(
        modelId=NOVA, messages=[{"role": "user", "content": [{"text": "See"}, image, document]}], system=[{"text": "Hm"}]
    )
    return {
        "converse": many["output"]["message"]["content"][0]["text"],
        "usage": sorted(many["usage"]),
        "toolCall": [call["stopReason"], tool_use["name"], tool_use["input"]],
        "toolResult": bedrock.converse(modelId=CLAUDE, messages=turns, toolConfig=TOOLS)["output"]["message"]["content"],
        "streamedText": "".join(e.get("contentBlockDelta", {}).get("delta", {}).get("text", "") for e in events),
        "streamedEnd": [sorted(e) for e in events[-3:]],
        "streamedToolInput": json.loads("".join(part["toolUse"]["input"] for part in parts if "toolUse" in part)),
        "embedding": {
            "contentType": embedded["contentType"],
            "dimensions": len(json.loads(embedded["body"].read())["embedding"]),
        },
        "errors": {
            word: outcome(lambda word=word: bedrock.converse(modelId=NOVA, **conversation(f"simulate:{word}")))
            for word in ERRORS
        },
        "revoked": outcome(lambda: client("AKIAREVOKED").converse(modelId=NOVA, **conversation("Hi"))),
        "profileOnly": outcome(lambda: bedrock.converse(modelId=CLAUDE.removeprefix("us."), **conversation("Hi"))),
        "titanDimensions": outcome(
            lambda: bedrock.invoke_model(modelId=TITAN, body=json.dumps({"inputText": "Soup", "dimensions": 3}))
        ),
        "streamError": stream_outcome(bedrock, "simulate:stream-error"),
        "cut": stream_outcome(bedrock, "simulate:cut"),
        "refusedStream": stream_outcome(bedrock, "simulate:throttling"),
    }


def against_the_model():
    cached = {**conversation("Hi"), "system": [{"text": "Long."}, {"cachePoint": {"type": "default"}}]}
    with_tool = {**conversation("simulate:tool=search"), "toolConfig": TOOLS}
    cut_short = {**conversation("Hi"), "inferenceConfig": {"maxTokens": 2}}
    bodies = [conversation("Hi"), cached, with_tool, cut_short, conversation("simulate:long=300")]
    found, kinds = [], set()
    for body in bodies + [conversation("simulate:stream-error")]:
        stream_found, stream_kinds = check_stream(body)
        found += stream_found
        kinds.update(stream_kinds)
    for body in bodies:
        found += check_converse(body)
    return {"deviations": found + check_errors(), "kinds": sorted(kinds)}


def negative_cases():
    """What the checker finds in answers that are wrong on purpose."""
    good = json.loads(post(NOVA, "converse", conversation("Hi"))[2])
    usage, message = good["usage"], good["output"]["message"]
    wrong = {
        "misspelt": {**good, "usage": {**{k: v for k, v in usage.items() if k != "inputTokens"}, "inputToken": 1}},
        "type": {**good, "metrics": {"latencyMs": "1"}},
        "enum": {**good, "stopReason": "done"},
        "union": {**good, "output": {"message": {**message, "content": [{"text": "a", "cachePoint": {"type": "default"}}]}}},
        "bound": {**good, "usage": {**usage, "outputTokens": -1}},
    }
    return {name: deviations(output_shape("Converse"), body, name) for name, body in wrong.items()}


print(json.dumps({"boto3": with_boto3(), "model": against_the_model(), "negative": negative_cases()}))
