"""A mail server for tests: takes messages over SMTP, remembers their Message-IDs, and can be told what happens when.

It runs in a thread of the test; the relay that speaks to it is a process of its own and may be killed.
"""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Callable

STAGES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "before 250", "after 250")


class MailServer:
    """`taken`: the Message-ID of each message that was answered with 250, in order. `on`: called at each stage."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.on: Callable[[str], None] = lambda _stage: None
        outer = self

        class Conversation(socketserver.StreamRequestHandler):
            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())
                self.wfile.flush()

            def handle(self) -> None:
                try:
                    self.talk()
                except OSError:
                    return  # the other end is dead

            def talk(self) -> None:
                outer.on("greeting")
                self.say("220 mail.example")
                while line := self.rfile.readline():
                    word = line.split()[0].decode().upper()
                    if word in STAGES:
                        outer.on(word)
                    if word == "DATA":
                        self.say("354 go on")
                        lines = iter(self.rfile.readline, b".\r\n")
                        text = b""
                        for each in lines:
                            if not each:
                                return  # hung up in the middle
                            text += each
                        outer.on("before 250")
                        outer.taken.append(email.message_from_bytes(text)["Message-ID"])
                        self.say("250 taken")
                        outer.on("after 250")
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 mail.example")

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_problem) -> None:
        self._server.shutdown()
        self._server.server_close()
