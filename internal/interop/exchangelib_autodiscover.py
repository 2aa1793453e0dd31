"""A client of Autodiscover that shares no code with this module.

It asks for a mailbox with Debian's python3-exchangelib, by GetUserSettings and
by POX. Its own search for hosts needs DNS and certificates, so it is told where
the services are; requests, login and parsing are its own. Prints one JSON
object.

usage: exchangelib_autodiscover.py BASE USER PASSWORD MAILBOX
  BASE is the URL of the services without their endings.
"""

import json
import sys

import requests
from exchangelib import BASIC, Configuration, Credentials
from exchangelib.autodiscover.properties import Autodiscover
from exchangelib.autodiscover.protocol import AutodiscoverProtocol
from exchangelib.errors import EWSError
from exchangelib.protocol import FailFast


def soap(base, user, password, mailbox):
    protocol = AutodiscoverProtocol(
        config=Configuration(
            service_endpoint=base + ".svc",
            credentials=Credentials(user, password),
            auth_type=BASIC,
            retry_policy=FailFast(),
        )
    )
    try:
        answer = protocol.get_user_settings(user=mailbox)
        answer.raise_errors()
    except EWSError as e:
        return {"error": type(e).__name__}
    return {
        "address": answer.autodiscover_smtp_address,
        "url": answer.ews_url,
        "version": answer.version.api_version if answer.version else None,
        "redirect": answer.redirect_address or answer.redirect_url,
    }


def pox(base, user, password, mailbox):
    answer = requests.post(
        base + ".xml",
        data=Autodiscover.payload(email=mailbox),
        headers={"Content-Type": "text/xml; charset=utf-8"},
        auth=(user.encode(), password.encode()),
        timeout=60,
    )
    answer.raise_for_status()
    parsed = Autodiscover.from_bytes(bytes_content=answer.content)
    try:
        parsed.raise_errors()
    except EWSError as e:
        return {"error": type(e).__name__}
    response = parsed.response
    redirect = response.redirect_address or response.redirect_url
    if redirect:
        return {"redirect": redirect}
    return {
        "address": response.autodiscover_smtp_address,
        "url": response.protocol.ews_url,
        "version": response.version.api_version,
        "redirect": None,
    }


def main():
    print(json.dumps({"soap": soap(*sys.argv[1:]), "pox": pox(*sys.argv[1:])}))


main()
