"""A local S3-compatible server (moto) as a stand-in for object storage."""

import logging
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

BUCKET = "bench"


@contextmanager
def served() -> Iterator[str]:
    """The address of an empty bucket; the environment leads there. Everything is gone when the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,))
    process.start()
    try:
        endpoint = ours.recv()
        os.environ |= {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        import fsspec

        fsspec.filesystem("s3").mkdir(BUCKET)
        yield f"s3://{BUCKET}"
    finally:
        ours.send("end")
        process.join()


def _serve(connection: Connection) -> None:
    """In the server's process, until it is told to end."""
    with endpoint_here() as endpoint:
        connection.send(endpoint)
        connection.recv()


@contextmanager
def endpoint_here() -> Iterator[str]:
    """The endpoint of a server on the loopback, in a thread of this process."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
