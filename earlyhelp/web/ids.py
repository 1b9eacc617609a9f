"""Identifiers for records about families: not to be guessed, and ordered in time so that indexes stay small."""

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = (0, 0)


def new_id():
    """Return a new version 7 UUID (RFC 9562): 48 bits of milliseconds, a 12-bit counter, 62 random bits.

    Two ids made one after the other in the same process always sort in the order in which they were made.
    """
    global _last
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        last_ms, counter = _last
        if milliseconds > last_ms:
            counter = secrets.randbits(8)  # room above it for 3,840 more ids in the same millisecond
        else:
            milliseconds, counter = last_ms, counter + 1
            if counter > 0xFFF:
                milliseconds, counter = milliseconds + 1, secrets.randbits(8)
        _last = (milliseconds, counter)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)
