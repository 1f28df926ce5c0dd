#!/usr/bin/env python3
"""A policy server that answers with the payload in upper case. docs/write-a-server.md walks through it."""
import argparse
import asyncio
import signal
import sys

import wire
from registration import Registration


class Server:
    def __init__(self, options):
        self.options = options
        self.in_hand = set()  # messages that are not answered yet
        self.registration = None

    async def run(self):
        tls = wire.tls_for_data_port(self.options)
        listener = await asyncio.start_server(self.serve, self.options.bind, self.options.listen, ssl=tls, backlog=512)
        port = listener.sockets[0].getsockname()[1]
        # Register only now: the proxy may connect as soon as it knows us.
        self.registration = Registration(self.options, port, self.all_answered)
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, self.registration.stop)
        await self.registration.keep()

    async def all_answered(self):
        while self.in_hand:
            await asyncio.wait(self.in_hand)

    async def serve(self, reader, writer):
        """One data connection: a hello with our lease, then messages. They are worked on at once and answered in any order."""
        ours = False
        mine = set()
        try:
            async for message in wire.messages(reader):
                if str(message.get("type")) == "7":
                    ours = await self.is_ours(message.get("lease"))
                    if not ours:  # this address was another server's before: refuse what comes along, then close
                        asyncio.get_running_loop().call_later(0.2, writer.close)
                    continue
                task = asyncio.create_task(self.answer(message, ours, writer))
                for tasks in (mine, self.in_hand):
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                await writer.drain()  # who does not read the answers is not read from
            while mine:
                await asyncio.wait(mine)  # the peer has ended its side; what it asked for is still answered
        except (OSError, ValueError) as error:
            print(f"data connection closed: {error}", file=sys.stderr, flush=True)
        except asyncio.CancelledError:
            pass  # the process ends, and nothing is in hand
        finally:
            writer.close()

    async def is_ours(self, lease):
        for _ in range(100):  # the hello may overtake the answer to our setup: they come on two connections
            if lease is not None and lease == self.registration.lease:
                return True
            await asyncio.sleep(0.01)
        return False

    async def answer(self, message, ours, writer):
        reply = {"msgId": message["msgId"]} if "msgId" in message else {}  # first, so that it is the first key
        if not ours or str(message.get("privPoliId")) != self.options.policy:
            reply.update(Error="This server does not serve this policy", code="NOT_SERVED", retryable=True)
        elif str(message.get("type")) != "0" or "srcid" not in message or not isinstance(message.get("payload"), str):
            reply.update(Error="A message has type 0, srcid and payload", code="BAD_MESSAGE", retryable=False)
        else:
            try:
                payload = await work(message["payload"])
                reply.update(type=2, srcid=self.options.id, destid=message["srcid"], payloadsize=len(payload), payload=payload)
            except Exception as error:  # costs this message alone; who knows how far the work had come: not retryable
                print(f"a message failed: {error}", file=sys.stderr, flush=True)
                reply.update(Error="The server failed", code="SERVER_FAILED", retryable=False)
        wire.write(writer, reply)


async def work(payload):
    """Put your code here. Await slow work: a blocked event loop sends no heartbeats."""
    return payload.upper()


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    wire.add_options(parser)
    parser.add_argument("--id", default="1")
    parser.add_argument("--listen", type=int, default=0, metavar="PORT", help="for messages (default: any free one)")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--token", help="the secret that allows the registration")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(Server(options()).run())
    except OSError as error:  # a port that is taken, a certificate that can't be read
        sys.exit(f"cannot start: {error}")
