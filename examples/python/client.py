#!/usr/bin/env python3
"""Sends one message and prints the answer's payload. Ends with 0, or 1 refused, 2 wrong usage, 3 could not connect, 4 timed out."""
import argparse
import asyncio
import sys

import wire


async def main(options):
    host, port = options.proxy
    try:
        connecting = asyncio.open_connection(host, port, ssl=wire.tls_to_proxy(options))
        reader, writer = await asyncio.wait_for(connecting, options.timeout)
    except (OSError, asyncio.TimeoutError) as error:
        return complain(3, f"cannot connect to {host}:{port}: {error}")
    wire.write(writer, {
        "msgId": 1, "type": 0, "srcid": options.id, "privPoliId": options.policy, "payloadsize": len(options.payload),
        "payload": options.payload, "deadlineMs": max(1, int(options.timeout * 1000))})
    try:
        # Wait a second longer than the proxy: its TIMEOUT refusal says more than silence.
        answer = await asyncio.wait_for(answer_to(1, reader), options.timeout + 1)
    except asyncio.TimeoutError:
        return complain(4, "no answer in time; the message may have been handled: do not send it again unless that does no harm")
    except (OSError, EOFError, ValueError) as error:
        return complain(1, f"the connection broke before the answer ({error}); the message may have been handled")
    finally:
        writer.close()
    if "Error" in answer:
        again = "nothing was done with it, send it again later" if answer.get("retryable") is True else "do not send it again as it is"
        code = answer.get("code", "no code")
        return complain(4 if code == "TIMEOUT" else 1, f"refused: {answer['Error']} ({code}): {again}")
    print(answer["payload"])
    return 0


async def answer_to(msg_id, reader):
    """Replies with a msgId come as soon as they are ready, in any order. A refusal of an unreadable message has no msgId."""
    async for message in wire.messages(reader):
        if message.get("msgId") == msg_id or "Error" in message and "msgId" not in message:
            return message
    raise EOFError("the proxy hung up")


def complain(exit_code, sentence):
    print(sentence, file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    wire.add_options(parser)
    parser.add_argument("--payload", required=True)
    parser.add_argument("--id", default="1")
    parser.add_argument("--timeout", type=float, default=10, metavar="SECONDS")
    sys.exit(asyncio.run(main(parser.parse_args())))
