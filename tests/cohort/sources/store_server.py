"""An object store on the loopback: the two requests of the S3 interface, in pages, with faults on demand."""

import hashlib
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 50


class StoreServer(ThreadingHTTPServer):
    """Attributes: `objects` by (bucket, key); `faults` by key, the next one first; `asked` counts requests by key."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.faults, self.asked = {}, {}, Counter()
        self.multipart = set()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, bucket, folder, key="uuid"):
        """Stores every file of a folder under a key."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.objects[bucket, f"{key}/{path.name}"] = path.read_bytes()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        query = parse_qs(parts.query)
        self.server.asked[key or query["prefix"][0]] += 1
        if key:
            self._object(bucket, key)
        else:
            self._listing(bucket, query["prefix"][0], int(query.get("continuation-token", ["0"])[0]))

    def _object(self, bucket, key):
        content = self.server.objects.get((bucket, key))
        faults = self.server.faults.get(key, [])
        fault = faults.pop(0) if faults else None
        if content is None or fault == "gone":
            self.send_error(404)
        elif fault == "busy":
            self.send_error(503)
        elif fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        else:
            self._answer(content[:-1] + bytes([content[-1] ^ 1]) if fault == "changed" else content)

    def _listing(self, bucket, prefix, start):
        keys = sorted(key for held, key in self.server.objects if held == bucket and key.startswith(prefix))
        entries = "".join(self._entry(key, self.server.objects[bucket, key]) for key in keys[start : start + PAGE])
        more = start + PAGE < len(keys)
        token = f"<NextContinuationToken>{start + PAGE}</NextContinuationToken>" if more else ""
        text = f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{entries}{token}</ListBucketResult>'
        self._answer(text.encode())

    def _entry(self, key, content):
        md5 = hashlib.md5(content).hexdigest()
        etag = f"{md5}-2" if key in self.server.multipart else md5
        return (
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>&quot;{etag}&quot;</ETag></Contents>"
        )

    def _answer(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@contextmanager
def store_server():
    """A running store; it ends with the block."""
    server = StoreServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
