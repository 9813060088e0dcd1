"""A program as Microsoft's documentation has them, with Debian's MSAL for Python, which knows Microsoft's names alone.

Argument: a client id, and a way. It prints what it learned as JSON, a line each.
"""

import json
import sys
from urllib.parse import parse_qsl, urlsplit

import msal
import requests

GRAPH = "https://graph.microsoft.com"
SCOPES = [GRAPH + "/Files.ReadWrite", GRAPH + "/User.Read"]
client_id, way = sys.argv[1:3]


def show(**facts):
    print(json.dumps(facts), flush=True)


def call(token, method, path, **more):
    headers = {"Authorization": "Bearer " + token}
    answer = requests.request(method, GRAPH + "/v1.0" + path, headers=headers, **more)
    return answer.status_code, answer.json()


def summary(result):
    keep = ("error", "error_codes", "suberror", "scope", "token_type", "id_token_claims")
    return {name: result[name] for name in keep if name in result}


def use(app, result):
    """Works with the token, and finds it again in the cache, by its scopes."""
    show(result=summary(result))
    token = result["access_token"]
    show(me=call(token, "GET", "/me"))
    show(made=call(token, "POST", "/me/drive/root/children", json={"name": "From MSAL", "folder": {}}))
    (account,) = app.get_accounts()
    again = app.acquire_token_silent(SCOPES, account)
    renewed = app.acquire_token_silent(SCOPES, account, force_refresh=True)
    show(
        account=account,
        cached=again["access_token"] == token,
        renewed=renewed.get("access_token", token) != token,
        works=call(renewed["access_token"], "GET", "/me/drive")[0],
    )


def by_device():
    app = msal.PublicClientApplication(client_id, authority="https://login.microsoftonline.com/common")
    flow = app.initiate_device_flow(scopes=SCOPES)
    show(user_code=flow["user_code"], page=flow["verification_uri"])
    use(app, app.acquire_token_by_device_flow(flow))


def by_code():
    app = msal.PublicClientApplication(client_id, authority="https://login.microsoftonline.com/organizations")
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:8400")
    back = requests.get(flow["auth_uri"], allow_redirects=False).headers["location"]
    use(app, app.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(urlsplit(back).query))))


def interactive():
    """Opens the browser named by $BROWSER and listens on a free port."""
    app = msal.PublicClientApplication(client_id, authority="https://login.microsoftonline.com/consumers")
    use(app, app.acquire_token_interactive(SCOPES, timeout=60))


def refused():
    secret = sys.argv[3]
    tenant = "https://login.microsoftonline.com/contoso.example"
    web = msal.ConfidentialClientApplication(client_id, client_credential=secret, authority=tenant)
    show(application=summary(web.acquire_token_for_client([GRAPH + "/.default"])))
    wrong = msal.ConfidentialClientApplication(client_id, client_credential="wrong", authority=tenant)
    show(secret=summary(wrong.acquire_token_for_client([GRAPH + "/.default"])))
    show(password=summary(web.acquire_token_by_username_password("ada@contoso.example", "pw", SCOPES)))


{"device": by_device, "code": by_code, "interactive": interactive, "refused": refused}[way]()
