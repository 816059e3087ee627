"""A visit of the page without a browser: what a browser would send, through the same doors."""

import http.client
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

POLL_SECONDS = 0.5
ANSWER_SECONDS = 60.0
XSRF_COOKIE = "_streamlit_xsrf"
LARGEST_MESSAGE = 256 << 20


class VisitError(Exception):
    """The page did not answer as a page does."""


class Visit:
    """One visit, as long as it is entered.

    Attributes:
        texts: What the page showed last, as HTML or Markdown, in its order.
        media: Addresses of the pictures and files that it showed last.
        answered: The headers of what was fetched last.
    """

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        """Prepare a visit.

        Args:
            address: Of the page, such as `http://localhost:8501`.
            headers: Sent along with what is fetched, such as another `Host`.
        """
        self._host = urlsplit(address).netloc
        self._headers = dict(headers or {})
        self.answered: Mapping[str, str] = {}
        self._open = ExitStack()
        self._socket: Any = None
        self._states: dict[str, Any] = {}
        self._widgets: dict[str, str] = {}
        self._drawn: set[str] = set()
        self._session_id = self._token = ""
        self.texts: list[str] = []
        self.media: list[str] = []

    def __enter__(self) -> Self:
        from websockets.sync.client import connect
        from websockets.typing import Origin, Subprotocol

        self.get("/")
        self.get("/_stcore/health")  # which hands out the token that uploads need
        opening = connect(
            f"ws://{self._host}/_stcore/stream",
            origin=Origin(f"http://{self._host}"),
            subprotocols=[Subprotocol("streamlit")],
            max_size=LARGEST_MESSAGE,
            proxy=None,
        )
        self._socket = self._open.enter_context(opening)
        self.draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def get(self, path: str) -> bytes:
        """Fetch a path of the server.

        Raises:
            VisitError: It is refused.
        """
        connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", path, headers=self._headers)
            answer = connection.getresponse()
            content = answer.read()
            self.answered = dict(answer.headers)
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise VisitError(f"{path}: {answer.status}")
        cookies = SimpleCookie(self.answered.get("set-cookie", ""))
        if XSRF_COOKIE in cookies:
            self._token = cookies[XSRF_COOKIE].value
        return content

    def draw(self, pressed: Mapping[str, Any] | None = None) -> None:
        """Have the page drawn, with controls as they were set, and once as in `pressed`."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        message = BackMsg()
        for identity, fields in {**self._states, **(pressed or {})}.items():
            state = WidgetState(id=identity, **fields)
            message.rerun_script.widget_states.widgets.append(state)
        message.rerun_script.context_info.url = f"http://{self._host}/"
        self._socket.send(message.SerializeToString())
        self._read_until("script_finished")

    def press(self, key: str) -> None:
        """Press the button with a key."""
        self.draw({self._widget(key): {"trigger_value": True}})

    def choose(self, key: str, value: str) -> None:
        """Set the control with a key, such as the tabs, to a text."""
        self._states[self._widget(key)] = {"string_value": value}
        self.draw()

    def upload(self, name: str, data: bytes, key: str = "upload_0") -> None:
        """Add a file by the upload control with a key."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.Common_pb2 import FileUploaderState, UploadedFileInfo

        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._session_id
        self._socket.send(message.SerializeToString())
        (urls,) = self._read_until("file_urls_response").file_urls_response.file_urls
        self._put(urls.upload_url, name, data)
        info = UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        state = FileUploaderState(uploaded_file_info=[info])
        self.draw({self._widget(key): {"file_uploader_state_value": state}})

    def has(self, key: str) -> bool:
        """Whether the page, as drawn last, has a control with a key."""
        return key in self._drawn

    def has_button(self, start: str) -> bool:
        """Whether it has a control whose key starts so."""
        return any(key.startswith(start) for key in self._drawn)

    def wait_for(self, text: str, patience_s: float = 120.0) -> None:
        """Have the page drawn until a text stands on it.

        Raises:
            VisitError: It does not come.
        """
        self.wait_until(lambda: text in "\n".join(self.texts), patience_s)

    def wait_until(self, is_so: Callable[[], bool], patience_s: float = 120.0) -> None:
        """Have the page drawn until something is so.

        Raises:
            VisitError: It does not become so.
        """
        until = time.monotonic() + patience_s
        while not is_so():
            if time.monotonic() > until:
                raise VisitError("the page does not show what was waited for")
            time.sleep(POLL_SECONDS)
            self.draw()

    def _put(self, path: str, name: str, data: bytes) -> None:
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "X-Xsrftoken": self._token,
            "Cookie": f"{XSRF_COOKIE}={self._token}",
        }
        connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
        try:
            connection.request("PUT", path, body=body, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != http.client.NO_CONTENT:
            raise VisitError(f"upload: {status}")

    def _widget(self, key: str) -> str:
        if key not in self._widgets:
            raise VisitError(f"the page has no control {key!r}")
        return self._widgets[key]

    def _read_until(self, kind: str) -> Any:
        """Read messages until one of a kind; a run that was cut short by another does not count."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while True:
            message = ForwardMsg()
            message.ParseFromString(self._socket.recv(timeout=ANSWER_SECONDS))
            came = message.WhichOneof("type")
            if came == "new_session":
                self._session_id = message.new_session.initialize.session_id
                self.texts, self.media = [], []
                self._drawn.clear()
            elif came == "delta":
                self._note(message.delta)
            if came == kind and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return message

    def _note(self, delta: Any) -> None:
        if delta.WhichOneof("type") == "add_block":
            block = delta.add_block
            if block.WhichOneof("type") == "tab_container" and block.tab_container.id:
                self._know(block.tab_container.id)
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        content = getattr(element, kind)
        if isinstance(getattr(content, "id", None), str):
            self._know(content.id)
        text = getattr(content, "body", "") or getattr(content, "label", "")
        if isinstance(text, str) and text:
            self.texts.append(text)
        for field in ("url", "imgs"):
            value = getattr(content, field, ())
            self.media += [value] if isinstance(value, str) and value else []
            self.media += [item.url for item in value] if field == "imgs" else []

    def _know(self, identity: str) -> None:
        """Remember a control by the key at the end of its id: `$$ID-<hash>-<key>`."""
        key = identity.split("-", 2)[-1]
        self._widgets[key] = identity
        self._drawn.add(key)
