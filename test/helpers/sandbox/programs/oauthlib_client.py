"""A web application's part with Debian's requests-oauthlib: authorize, redeem, call Graph, refresh by itself.

Arguments: client id, secret. It prints what it learned as JSON.
"""

import json
import os
import sys

import requests
from requests_oauthlib import OAuth2Session

# What everybody sets who uses it with Microsoft: the scopes that come back are not those that were asked for.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

client_id, secret = sys.argv[1:3]
AUTHORITY = "https://login.microsoftonline.com/common/oauth2/v2.0"
DRIVE = "https://graph.microsoft.com/v1.0/me/drive"
scope = ["openid", "offline_access", "User.Read", "Files.ReadWrite"]
saved = []

session = OAuth2Session(client_id, scope=scope, redirect_uri="http://localhost:5000/post_onedrive")
address, state = session.authorization_url(AUTHORITY + "/authorize", prompt="select_account")
back = requests.get(address, allow_redirects=False).headers["location"]
token = session.fetch_token(AUTHORITY + "/token", client_secret=secret, authorization_response=back)
made = session.post(DRIVE + "/root/children", json={"name": "From oauthlib", "folder": {}}).json()

later = OAuth2Session(
    client_id,
    token=dict(token, expires_in=-1, expires_at=1),
    auto_refresh_url=AUTHORITY + "/token",
    auto_refresh_kwargs={"client_id": client_id, "client_secret": secret},
    token_updater=saved.append,
)
names = [item["name"] for item in later.get(DRIVE + "/root/children").json()["value"]]
print(json.dumps({"made": made["name"], "names": names, "refreshed": len(saved), "scope": token["scope"]}))
