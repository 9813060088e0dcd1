"""What the tutorial runs from cron: it takes the stored tokens, renews them where they have expired, and creates a folder.

Environment: as for the application. Argument: the folder's name.
"""

import os
import sqlite3
import sys
import time

import requests

connection = sqlite3.connect(os.environ["DATABASE"])
access, refresh, expires = connection.execute("SELECT * FROM tokens").fetchone()
if time.time() >= expires:
    answer = requests.post(
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        data={
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "grant_type": "refresh_token",
            "refresh_token": refresh,
        },
    ).json()
    access = answer["access_token"]
    row = (access, answer["refresh_token"], time.time() + answer["expires_in"])
    connection.execute("UPDATE tokens SET access = ?, refresh = ?, expires = ?", row)
    connection.commit()
    print("renewed")
made = requests.post(
    "https://graph.microsoft.com/v1.0/me/drive/root/children",
    headers={"Authorization": "Bearer " + access},
    json={"name": sys.argv[1], "folder": {}, "@microsoft.graph.conflictBehavior": "fail"},
)
print(made.status_code, made.json().get("name"))
