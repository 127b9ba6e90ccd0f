"""A site's backend that takes callbacks, and answers as a test wants."""

import http.server
import threading


class Receiver:
    """Remembers the headers and body of every callback; `answers` decides the status, a number or a function of how
    many came before."""

    def __init__(self, answers=204):
        self.answers = answers
        self.received: list[tuple[dict[str, str], bytes]] = []
        # Cleared, it holds every answer back.
        self.goes_on = threading.Event()
        self.goes_on.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                before = len(receiver.received)
                receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                receiver.goes_on.wait(60)
                status = receiver.answers(before) if callable(receiver.answers) else receiver.answers
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.received]

    def close(self) -> None:
        self.goes_on.set()
        self.http.shutdown()
        self.http.server_close()
