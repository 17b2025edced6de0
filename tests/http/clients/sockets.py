"""What Python's `websockets` says to the program, and what must come back. The address is the first argument."""

import os
import sys

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

ADDRESS = sys.argv[1]
LENGTHS = [0, 1, 63, 64, 125, 126, 127, 65535, 65536, 300000]
OPTIONS = {"open_timeout": 60, "close_timeout": 60, "ping_interval": None, "max_size": None}


def extensions(socket):
    return socket.response.headers.get("Sec-WebSocket-Extensions", "")


def echoes(path, expected, **options):
    with connect(ADDRESS + path, **OPTIONS, **options) as socket:
        assert extensions(socket) == expected, (path, extensions(socket))
        for length in LENGTHS:
            for message in ("é" * length, os.urandom(length)):
                socket.send(message)
                assert socket.recv(timeout=60) == message, (path, length)
        # In pieces.
        socket.send(["festina " * 50, "", "lente " * 50])
        assert socket.recv(timeout=60) == "festina " * 50 + "lente " * 50
        assert socket.ping(b"between").wait(60)
        for number in range(300):
            socket.send(f"message {number} " * 8)
        for number in range(300):
            assert socket.recv(timeout=60) == f"message {number} " * 8
        socket.close(4000, "enough")
        assert socket.close_code == 4000, socket.close_code


def fails(path, message, code):
    with connect(ADDRESS + path, **OPTIONS) as socket:
        try:
            socket.send(message)
            socket.recv(timeout=60)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == code, (path, closed)
        else:
            raise AssertionError(path)


def refused(status, **options):
    try:
        with connect(ADDRESS + "/socket", **OPTIONS, **options):
            raise AssertionError(options)
    except InvalidStatus as refusal:
        assert refusal.response.status_code == status, refusal


ALONE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
echoes("/socket", "")
echoes("/socket", "", compression=None)
echoes("/socket/deflated", ALONE)
echoes("/socket/deflated", "", compression=None)
echoes("/socket/kept", "permessage-deflate")
small = ClientPerMessageDeflateFactory(
    server_max_window_bits=9, client_max_window_bits=10, server_no_context_takeover=True
)
echoes(
    "/socket/kept",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10",
    compression=None,
    extensions=[small],
)
bomb = bytes(64 * 1024 * 1024)
fails("/socket/deflated", bomb, 1009)
fails("/socket/kept", bomb, 1009)
fails("/socket", "panic", 1011)
refused(403, origin="https://evil.example")
print("all is well")
