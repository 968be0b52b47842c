"""Redirects: to encrypted addresses and within this machine, never from encryption to none."""

import urllib.error
import urllib.request
from email.message import Message

import pytest

from radiogene.storage.guarded_redirects import GuardedRedirects


def followed(old, new):
    headers = Message()
    return GuardedRedirects().redirect_request(urllib.request.Request(old), None, 302, "Found", headers, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.example/x", "https://b.example/y"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2/y"),
        ("http://inside.example/x", "http://inside.example/y"),
        ("http://inside.example/x", "https://b.example/y"),
    ],
)
def test_a_guarded_address_is_followed(old, new):
    assert followed(old, new).full_url == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.example/x", "http://a.example/y"),
        ("http://inside.example/x", "http://outside.example/y"),
        ("https://a.example/x", "ftp://a.example/y"),
    ],
)
def test_an_address_without_encryption_is_not(old, new):
    with pytest.raises(urllib.error.HTTPError, match="without encryption"):
        followed(old, new)
