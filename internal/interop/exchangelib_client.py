"""A client of EWS push notifications that shares no code with this module.

It subscribes to the calendar of a mailbox with Debian's python3-exchangelib,
listens, reads notifications with exchangelib's own parser and answers with its
own payloads: OK until it has seen the events that it was told to wait for,
Unsubscribe after that.

Speaks in lines on stdout: "subscribed" when changes may begin, then one JSON
object with everything that was seen.

usage: exchangelib_client.py URL USER PASSWORD MAILBOX NUMBER-OF-EVENTS
"""

import json
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from exchangelib import BASIC, IMPERSONATION, Account, Configuration, Credentials
from exchangelib.errors import ErrorInvalidSubscription
from exchangelib.services import SendNotification

TIMEOUT = 60  # seconds for each step


class Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = SendNotification(protocol=None)
        notifications = list(service.parse(body))
        unsubscribe = self.server.received(self, body, notifications)
        reply = service.unsubscribe_payload() if unsubscribe else service.ok_payload()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)
        if unsubscribe:
            self.server.unsubscribed.set()

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wanted):
        super().__init__(("127.0.0.1", 0), Listener)
        self.wanted = wanted
        self.lock = threading.Lock()
        self.first = threading.Event()
        self.unsubscribed = threading.Event()
        self.headers = {}
        self.subscription_ids = set()
        self.chain = []
        self.statuses = 0
        self.events = []

    def received(self, request, body, notifications):
        with self.lock:
            self.headers = dict(request.headers)
            for notification in notifications:
                self.subscription_ids.add(notification.subscription_id)
                last = None
                for event in notification.events:
                    last = event.watermark
                    if event.ELEMENT_NAME == "StatusEvent":
                        self.statuses += 1
                        continue
                    self.events.append(describe(event))
                self.chain.append([notification.previous_watermark, last])
            self.first.set()
            return len(self.events) >= self.wanted


def describe(event):
    found = {"type": event.ELEMENT_NAME, "watermark": event.watermark, "time": event.timestamp.isoformat()}
    for field in ("item_id", "folder_id", "parent_folder_id", "old_item_id", "old_folder_id", "old_parent_folder_id"):
        value = getattr(event, field, None)
        if value is not None:
            found[field] = value.id
    return found


def main():
    url, user, password, mailbox, wanted = sys.argv[1:]
    account = Account(
        primary_smtp_address=mailbox,
        access_type=IMPERSONATION,
        config=Configuration(
            service_endpoint=url,
            credentials=Credentials(user, password),
            auth_type=BASIC,
        ),
    )
    calendar = account.calendar
    server = Server(int(wanted))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    callback = "http://127.0.0.1:%d/hook?room=1" % server.server_address[1]

    subscription_id, watermark = calendar.subscribe_to_push(
        callback,
        event_types=("CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent"),
        status_frequency=1,
    )
    if not server.first.wait(TIMEOUT):
        raise TimeoutError("no first notification")
    try:
        calendar.unsubscribe(subscription_id)
        refusal = None
    except ErrorInvalidSubscription as error:
        refusal = type(error).__name__
    print("subscribed", flush=True)
    if not server.unsubscribed.wait(TIMEOUT):
        raise TimeoutError("saw only %r" % server.events)

    # Pull subscriptions, for comparison: created, read, ended.
    # The first begins where the push subscription did, so all is told again.
    resumed_id, resumed_watermark = calendar.subscribe_to_pull(watermark=watermark)
    replayed = [event.watermark for n in calendar.get_events(resumed_id, resumed_watermark) for event in n.events]
    calendar.unsubscribe(resumed_id)
    pull_id, pull_watermark = calendar.subscribe_to_pull()
    pulled = [event.ELEMENT_NAME for n in calendar.get_events(pull_id, pull_watermark) for event in n.events]
    calendar.unsubscribe(pull_id)

    print(json.dumps({
        "subscription_id": subscription_id,
        "watermark": watermark,
        "folder_id": calendar.id,
        "folder_class": type(calendar).__name__,
        "subscription_ids": sorted(server.subscription_ids),
        "chain": server.chain,
        "statuses": server.statuses,
        "events": server.events,
        "headers": server.headers,
        "refusal": refusal,
        "replayed": replayed,
        "pulled": pulled,
        "version": account.version.api_version,
    }), flush=True)
    server.shutdown()


main()
