"""Redirects of downloads: followed, but never to an address without encryption."""

import ipaddress
import urllib.error
import urllib.request
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit


def is_this_machine(url: str) -> bool:
    """True for an http or https address on the loopback interface."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return False
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class GuardedRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to where it keeps its files, unless anybody on the way could change them there."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request for the new address.

        Raises:
            HTTPError: the new address is not encrypted, and is neither this machine nor where the first one was.
        """
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        stays = old.scheme == new.scheme == "http" and old.hostname == new.hostname
        if new.scheme != "https" and not stays and not is_this_machine(newurl):
            # Without its path and query, which may hold a signature.
            where = f"leads to {new.scheme}://{new.hostname}, an address without encryption"
            raise urllib.error.HTTPError(newurl, code, where, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
