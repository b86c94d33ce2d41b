"""Calls the simulated Bedrock with boto3 as a pod with a web identity does: with a token file and no key.

usage: web_identity.py PORT

Reads the pod's variables from the environment, and stands in for AWS's Security Token Service in this process. Its
credentials are about to expire from the start, so that every call asks for new ones. Prints one JSON object: what that
service was asked, and what became of each call.
"""

import datetime
import http.server
import json
import os
import pathlib
import sys
import threading
import urllib.parse

import boto3
import botocore.exceptions

ANSWER = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>simulated</SecretAccessKey>
<SessionToken>simulated</SessionToken><Expiration>{expiration}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""

asked = []


class TokenService(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        request = {name: values[0] for name, values in urllib.parse.parse_qs(text).items()}
        asked.append({**request, "isSigned": "Authorization" in self.headers})
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=60)
        key = f"ASIA{request['WebIdentityToken'].upper()}"
        body = ANSWER.format(key=key, expiration=soon.strftime("%Y-%m-%dT%H:%M:%SZ")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def endpoint_of_token_service():
    """Where boto3 would go, had it no other endpoint."""
    return boto3.client("sts").meta.endpoint_url


def call(client):
    try:
        answer = client.converse(
            modelId="us.amazon.nova-lite-v1:0", messages=[{"role": "user", "content": [{"text": "hello"}]}]
        )
        return answer["stopReason"]
    except (botocore.exceptions.BotoCoreError, FileNotFoundError) as error:
        return type(error).__name__


report = {"endpoint": endpoint_of_token_service()}
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenService)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AWS_ENDPOINT_URL_STS"] = f"http://127.0.0.1:{server.server_port}"

token = pathlib.Path(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"])
bedrock = boto3.client("bedrock-runtime", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}")
token.write_text("first")
report["calls"] = [call(bedrock)]
token.write_text("second")
report["calls"].append(call(bedrock))
token.unlink()
report["withoutToken"] = call(boto3.Session().client("bedrock-runtime", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}"))
report["asked"] = asked
print(json.dumps(report))
