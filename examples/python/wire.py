"""Used by both server and client: messages from bytes, messages to bytes, and TLS from three files."""
import argparse
import json
import re
import ssl

LIMIT = 16 << 20  # bytes of one message; a proxy passes 1 MiB unless it is set otherwise
MARK = re.compile(rb'["\\{}]')


async def messages(reader):
    """Yields the messages of a connection. One read may bring half a message, or several: a message ends where its bracket closes."""
    data, at, depth, in_string = bytearray(), 0, 0, False
    while chunk := await reader.read(65536):
        data += chunk
        while mark := MARK.search(data, at):
            at = mark.end()
            if mark[0] == b'"':
                in_string = not in_string
            elif mark[0] == b"\\":
                at += 1  # whatever follows a backslash ends no string; it may be in the next chunk
            elif not in_string:
                depth += 1 if mark[0] == b"{" else -1
                if depth <= 0:
                    yield json.loads(data[:at])  # a ValueError if it is no JSON: the caller closes the connection
                    del data[:at]
                    at = 0
        at = max(at, len(data))
        if len(data) > LIMIT:
            raise ValueError("a message is over the limit")


def write(writer, message):
    """Writes a message in one write. Keys keep their order, so put msgId in first."""
    writer.write(json.dumps(message).encode())


class Refused(Exception):
    """The proxy refused."""

    def __init__(self, message):
        super().__init__(f"{message['Error']} ({message.get('code')})")
        self.for_good = message.get("retryable") is False


def checked(message):
    """Any Error of the proxy ends the session; what follows is a new lease, or another proxy."""
    if "Error" in message:
        raise Refused(message)
    return message


def add_options(parser):
    parser.add_argument("--proxy", type=host_and_port, default="127.0.0.1:8123", metavar="HOST:PORT")
    parser.add_argument("--policy", required=True)
    parser.add_argument("--cacert", metavar="FILE", help="speak TLS; trust who this authority signed")
    parser.add_argument("--cert", metavar="FILE", help="the certificate to show")
    parser.add_argument("--key", metavar="FILE", help="its key")


def host_and_port(address):
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{address!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def tls_to_proxy(options):
    """The proxy's certificate must name its host: asyncio checks that with this context."""
    if not options.cacert:
        return None
    context = ssl.create_default_context(cafile=options.cacert)
    if options.cert:
        context.load_cert_chain(options.cert, options.key)
    return context


def tls_for_data_port(options):
    """A peer that connects must show a certificate as well: only the proxy gets answers."""
    if not options.cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=options.cacert)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(options.cert, options.key)
    return context
