"""The web application of an ordinary tutorial: a link to Microsoft's sign-in, and the page that comes after it, which
redeems the code with the client secret in address and body, and keeps the tokens in a database.

Environment: CLIENT_ID, CLIENT_SECRET, DATABASE.
"""

import os
import sqlite3
import time
from urllib.parse import urlencode

import requests
from flask import Flask, request

AUTHORITY = "https://login.microsoftonline.com/common/oauth2/v2.0"
REDIRECT_URI = "http://localhost:5000/post_onedrive"
app = Flask(__name__)


def database():
    connection = sqlite3.connect(os.environ["DATABASE"])
    connection.execute("CREATE TABLE IF NOT EXISTS tokens (access TEXT, refresh TEXT, expires REAL)")
    return connection


@app.route("/")
def index():
    query = {
        "client_id": os.environ["CLIENT_ID"],
        "scope": "Files.ReadWrite.All offline_access",
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
    }
    return '<a href="%s/authorize?%s">Link my OneDrive</a>' % (AUTHORITY, urlencode(query))


@app.route("/post_onedrive")
def post_onedrive():
    data = {
        "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"],
        "redirect_uri": REDIRECT_URI,
        "code": request.args.get("code"),
        "grant_type": "authorization_code",
    }
    answer = requests.post(AUTHORITY + "/token?" + urlencode(data), data=data).json()
    if "access_token" not in answer:
        return answer.get("error_description", "no token"), 502
    with database() as connection:
        row = (answer["access_token"], answer["refresh_token"], time.time() + answer["expires_in"])
        connection.execute("INSERT INTO tokens VALUES (?, ?, ?)", row)
    return "Your OneDrive is linked."


if __name__ == "__main__":
    app.run(port=5000)
