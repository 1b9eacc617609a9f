"""What the live process answers: web sockets at declared addresses, and whether it runs. No page, no form, no file."""

from __future__ import annotations

from django.urls import Resolver404, get_resolver

from earlyhelp.access.declare import Declaration
from earlyhelp.live.watch import Watch


class LiveApplication:
    """Declared or refused: a connection to anything else ends before it begins, in the same way whatever the cause."""

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "websocket":
            consumer, kwargs = consumer_at(scope["path"])
            if consumer is None:
                await receive()
                await send({"type": "websocket.close"})
                return
            application = consumer.as_asgi()
            await application({**scope, "url_route": {"kwargs": kwargs}}, receive, send)
        elif scope["type"] == "http":
            await _answer(scope, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)


def consumer_at(path: str):
    """(consumer, arguments) of an address; (None, {}) when there is none or it declares nothing that it asks for."""
    try:
        match = get_resolver("earlyhelp.live.urls").resolve(path)
    except Resolver404:
        return None, {}
    declared = getattr(match.func, "access", None)
    if not isinstance(declared, Declaration) or not declared.permissions or not declared.needs_second_factor:
        return None, {}
    return match.func, match.kwargs


async def _answer(scope, send) -> None:
    """`/healthz`: 200 while revocations are heard, 503 while they are not. Anything else is not here."""
    status, words = 404, b"not found\n"
    if scope["path"] == "/healthz":
        heard = Watch.here().listener.is_listening
        status, words = (200, b"ok\n") if heard else (503, b"not listening to the database\n")
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


async def _live(receive, send) -> None:
    """Listen from the start, so that the first connection need not wait; let go at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await Watch.here().ready()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await Watch.here().stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
