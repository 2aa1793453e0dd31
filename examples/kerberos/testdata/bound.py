"""An https server that verifies Kerberos together with its channel binding.

Arguments: port, certificate, key, and the certificate (DER) to be bound to.
"""

import base64
import hashlib
import http.server
import ssl
import sys

import gssapi
from gssapi.raw import ChannelBindings

gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
port, cert, key, bound = sys.argv[1:]
with open(bound, "rb") as f:
    binding = b"tls-server-end-point:" + hashlib.sha256(f.read()).digest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = 401, b""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Negotiate":
            context = gssapi.SecurityContext(
                usage="accept", channel_bindings=ChannelBindings(application_data=binding)
            )
            try:
                context.step(base64.b64decode(token))
                status, body = 200, str(context.initiator_name).encode()
            except gssapi.exceptions.GSSError as e:
                print(e)
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Negotiate")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)
server.socket = tls.wrap_socket(server.socket, server_side=True)
print("listening")
server.serve_forever()
