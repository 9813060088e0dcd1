"""A web application's part with Debian's Authlib: authorize with PKCE, redeem with HTTP Basic, call Graph, refresh.

Arguments: client id, secret. It prints what it learned as JSON.
"""

import json
import secrets
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session

AUTHORITY = "https://login.microsoftonline.com/common/oauth2/v2.0"
client_id, secret = sys.argv[1:3]
saved = []
session = OAuth2Session(
    client_id,
    secret,
    scope="openid offline_access User.Read Files.ReadWrite",
    redirect_uri="http://localhost:5000/post_onedrive",
    token_endpoint=AUTHORITY + "/token",
    code_challenge_method="S256",
    update_token=lambda token, **_: saved.append(token),
)
verifier = secrets.token_urlsafe(48)
address, state = session.create_authorization_url(AUTHORITY + "/authorize", code_verifier=verifier)
back = requests.get(address, allow_redirects=False).headers["location"]
# A server never sees the fragment.
token = session.fetch_token(authorization_response=back.split("#")[0], code_verifier=verifier, state=state)
session.token = dict(token, expires_at=1)
me = session.get("https://graph.microsoft.com/v1.0/me").json()
print(json.dumps({"me": me["userPrincipalName"], "refreshed": len(saved)}))
