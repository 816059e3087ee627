"""A provider of OpenID Connect on this computer: everybody who asks is signed in as one person."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "explaincxr", "not a secret at all"


class Provider(ThreadingHTTPServer):
    """Answers as OpenID Connect Core 1.0 says, with PKCE (RFC 7636).

    Attributes:
        person: The claims of whoever signs in.
        asked: What it was asked, by path.
    """

    def __init__(self, person: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.person = person
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_port}"

    def settings(self) -> str:
        """The file for `openid_file`; Streamlit itself puts the page's port in."""
        return "\n".join(
            (
                'redirect_uri = "http://localhost:{port}/oauth2callback"',
                f'server_metadata_url = "{self.address}/.well-known/openid-configuration"',
                f'client_id = "{CLIENT_ID}"',
                f'client_secret = "{CLIENT_SECRET}"',
            )
        )


class _Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        self.server.asked.append(place.path)
        at = self.server.address
        match place.path:
            case "/.well-known/openid-configuration":
                self._send(
                    {
                        "issuer": at,
                        "authorization_endpoint": f"{at}/authorize",
                        "token_endpoint": f"{at}/token",
                        "jwks_uri": f"{at}/jwks",
                        "end_session_endpoint": f"{at}/logout",
                        "response_types_supported": ["code"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["RS256"],
                        "code_challenge_methods_supported": ["S256"],
                    }
                )
            case "/jwks":
                self._send({"keys": [self.server.key.as_dict(private=False)]})
            case "/authorize":
                code = secrets.token_urlsafe()
                self.server.codes[code] = query
                answer = urlencode({"code": code, "state": query["state"]})
                self._redirect(f"{query['redirect_uri']}?{answer}")
            case _:
                self._redirect(query["post_logout_redirect_uri"])

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        form = {name: one[0] for name, one in parse_qs(self.rfile.read(length).decode()).items()}
        self.server.asked.append(self.path)
        asked = self.server.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        is_known = self.headers.get("authorization") == f"Basic {basic}"
        if not is_known or asked["code_challenge"] != challenge:
            self._send({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {
            "iss": self.server.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.server.person,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.server.key)
        self._send({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _send(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, place: str) -> None:
        self.send_response(302)
        self.send_header("location", place)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def provider(person: dict[str, Any]) -> Iterator[Provider]:
    """A provider that answers as long as it is entered."""
    with Provider(person) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
