"""The virus scanner: one file at a time to ClamAV's daemon. No answer is never taken for a good one."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from socket import socket
from typing import BinaryIO

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

CHUNK = 64 * 1024  # bytes
CLEAN_ANSWER = b"stream: OK\n"
TOO_LARGE_ANSWER = b"INSTREAM size limit exceeded. ERROR\n"
MOST_ANSWER = 4096  # bytes


class Verdict(StrEnum):
    """What the scanner says of a file."""

    CLEAN = "clean"
    VIRUS = "virus"
    TOO_LARGE = "too_large"


class ScannerAway(Exception):
    """The scanner gave no answer that counts: away, stopped in the middle, too slow, or with an error of its own."""


def is_set_up() -> bool:
    """Whether this installation has a scanner (CLAMAV_ADDRESS)."""
    return bool(settings.CLAMAV_ADDRESS)


def answers() -> bool:
    """Whether the scanner is there now."""
    try:
        return _asked(lambda to: _said(to, b"nPING\n")) == b"PONG\n"
    except ScannerAway:
        return False


def scan(file: BinaryIO) -> Verdict:
    """Have a file scanned (clamd's INSTREAM, `man 8 clamd`).

    Raises ScannerAway whenever there is no whole line that says "OK", "FOUND" or that the file is too large for it.
    """
    answer = _asked(lambda to: _stream(to, file))
    if answer == CLEAN_ANSWER:
        return Verdict.CLEAN
    if answer == TOO_LARGE_ANSWER:
        return Verdict.TOO_LARGE
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND\n"):
        return Verdict.VIRUS
    raise ScannerAway("no verdict")


def _asked(ask: Callable[[socket], bytes]) -> bytes:
    """The line that the daemon answers. The library connects; in its own words a cut-off answer looks whole."""
    daemon = _daemon()
    try:
        daemon._init_socket()
        return ask(daemon.clamd_socket)
    except (ClamdError, OSError) as problem:
        raise ScannerAway(type(problem).__name__) from problem
    finally:
        if hasattr(daemon, "clamd_socket"):
            daemon._close_socket()


def _daemon() -> ClamdNetworkSocket:
    address = settings.CLAMAV_ADDRESS
    if address.startswith("/"):
        return ClamdUnixSocket(path=address, timeout=settings.CLAMAV_TIMEOUT_SECONDS)
    host, _colon, port = address.rpartition(":")
    return ClamdNetworkSocket(host=host, port=int(port), timeout=settings.CLAMAV_TIMEOUT_SECONDS)


def _stream(to: socket, file: BinaryIO) -> bytes:
    """Send the file, and give back the line that is answered. A file beyond its limit is cut off, after a word."""
    with suppress(BrokenPipeError, ConnectionResetError):  # its reason may still be there to read
        to.sendall(b"nINSTREAM\n")
        while chunk := file.read(CHUNK):
            to.sendall(struct.pack(b"!L", len(chunk)) + chunk)
        to.sendall(struct.pack(b"!L", 0))
    return _said(to)


def _said(to: socket, command: bytes = b"") -> bytes:
    if command:
        to.sendall(command)
    with to.makefile("rb") as answered:
        return answered.readline(MOST_ANSWER)
