"""The queue between live processes, when it is away: connections come in all the same, and hear of others later."""

from __future__ import annotations

import asyncio
import logging

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, _wrap_close
from redis.exceptions import RedisError

PATIENCE = 2.0  # seconds that somebody who comes in waits for the queue
AGAIN = 5.0  # seconds before it is tried again
log = logging.getLogger("earlyhelp.live")


class PatientLoopLayer(RedisPubSubLoopLayer):
    """The layer of one event loop. A channel that cannot be subscribed to now is subscribed to later."""

    _later: set[asyncio.Task] = set()

    async def _subscribe_to_channel(self, channel: str) -> None:
        try:
            await asyncio.wait_for(super()._subscribe_to_channel(channel), PATIENCE)
        except (RedisError, OSError) as problem:
            log.warning("the queue is away (%s): a connection comes in without it", type(problem).__name__)
            self.channels.setdefault(channel, asyncio.Queue())
            task = asyncio.get_running_loop().create_task(self._subscribe_later(channel))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _subscribe_later(self, channel: str) -> None:
        while True:
            await asyncio.sleep(AGAIN)
            if channel not in self.channels:
                return
            try:
                await asyncio.wait_for(self._get_shard(channel).subscribe(channel), PATIENCE)
            except (RedisError, OSError):
                continue
            return


class PatientLayer(RedisPubSubChannelLayer):
    """As channels_redis's, with a PatientLoopLayer for each event loop."""

    def _get_layer(self) -> PatientLoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = PatientLoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return self._layers[loop]
