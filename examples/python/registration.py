"""The registration of a server: setup, heartbeats, register anew, drain. One policy, one proxy."""
import asyncio
import contextlib
import random
import sys
import time

import wire

ANSWER_SECONDS, DRAIN_SECONDS = 5, 5
HUNG_UP = {"Error": "the proxy hung up"}


class Registration:
    def __init__(self, options, port, answered):
        self.options, self.port, self.answered = options, port, answered
        self.lease = None  # the one that lives now
        self.stopping, self.wake = False, asyncio.Event()

    def stop(self):
        self.stopping = True
        self.wake.set()

    async def nap(self, seconds):
        """Waits for the time, or until something has happened."""
        self.wake.clear()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.wake.wait(), seconds)

    async def keep(self):
        """Returns when the server has left in order. If the session ends before that, it registers anew after a pause."""
        failures = 0
        while not self.stopping:
            began, longest = time.monotonic(), 2
            try:
                return await self.session()
            except (OSError, EOFError, ValueError, KeyError, asyncio.TimeoutError, wire.Refused) as error:
                advice = "trying again"
                if isinstance(error, wire.Refused) and error.for_good and self.lease is None:
                    longest, advice = 30, "put that right here or at the proxy; trying again, less and less often"
                print(f"not registered: {error or 'no answer in time'}; {advice}", file=sys.stderr, flush=True)
            self.lease = None
            failures = 1 if time.monotonic() - began > 5 else min(failures + 1, 10)
            pause = min(0.05 * 2**failures, longest) * random.uniform(0.5, 1)  # half is chance: others come back as well
            if not self.stopping:
                await self.nap(pause)

    async def session(self):
        connecting = asyncio.open_connection(*self.options.proxy, ssl=wire.tls_to_proxy(self.options))
        reader, writer = await asyncio.wait_for(connecting, ANSWER_SECONDS)
        try:
            incoming = wire.messages(reader)
            accepted = await self.set_up(incoming, writer)
            self.lease = accepted["lease"]
            print(f"registered {self.options.policy} as server {self.options.id}", flush=True)
            await self.live(incoming, writer, accepted["heartbeatMs"] / 1000, accepted["ttlMs"] / 1000)
        finally:
            writer.close()

    async def set_up(self, incoming, writer):
        while True:
            wire.write(writer, {
                "type": 1, "proto": 2, "id": self.options.id, "privPolyId": self.options.policy, "listenport": self.port,
                "mux": True, "maxInFlight": 256, "tls": bool(self.options.cert), "token": self.options.token})
            answer = await asyncio.wait_for(anext(incoming, HUNG_UP), ANSWER_SECONDS)
            if answer.get("code") != "ID_TAKEN" or self.stopping:
                return wire.checked(answer)
            await self.nap(random.uniform(0.5, 1))  # a live server has our id; the place is ours when its lease is lost

    async def live(self, incoming, writer, heartbeat, ttl):
        """Sends heartbeats until the lease is lost (raises) or the server has left (returns)."""
        self.drained, leave_at = False, None
        ear = asyncio.create_task(self.hear(incoming, ttl))
        ear.add_done_callback(lambda done: self.wake.set())
        while not ear.done() and not self.drained and (leave_at is None or time.monotonic() < leave_at):
            wire.write(writer, {"type": 3, "lease": self.lease})
            await self.nap(heartbeat)
            if self.stopping and leave_at is None:
                leave_at = time.monotonic() + DRAIN_SECONDS
                wire.write(writer, {"type": 4, "lease": self.lease})  # nothing new to us; we finish what we have
        if self.drained:
            await self.answered()
        if not ear.done():
            wire.write(writer, {"type": 5, "lease": self.lease})
        await asyncio.wait_for(ear, ANSWER_SECONDS)  # raises what it raised

    async def hear(self, incoming, ttl):
        """Returns when the server is deregistered. The proxy answers each heartbeat, so silence means a lost lease."""
        while True:
            message = wire.checked(await asyncio.wait_for(anext(incoming, HUNG_UP), ttl))
            if "Status" in message:
                return
            if message.get("type") == 4 and message["inFlight"] == 0:
                self.drained = True
                self.wake.set()
