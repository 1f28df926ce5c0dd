"""Proxies as people wrote them for the original assignment, each with one habit of the public ones.

old_proxy.py HABIT: prints "port N", then what it made of the first setup; then sends the server one message, as such a proxy
does: one connection, one send, one recv; prints the answer. Ends with a traceback where its original would have ended.
"""
import json
import socket
import sys
import threading

HABIT = sys.argv[1]
table = {}


def register(connection, address):
    message = json.loads(connection.recv(1024).decode())
    if HABIT == "type-is-a-string":
        if message["type"] != "1":
            raise ValueError("unknown type")
    elif HABIT == "everything-is-a-string":
        if not message["type"] + message["listenport"] + message["id"]:
            raise ValueError("empty")
    elif message["type"] != 1:
        raise ValueError("unknown type")
    policy = message["privPolyId"] if HABIT == "knows-privPolyId" else message["privPoliId"]
    table[policy] = (address[0], int(message["listenport"]))
    print("setup " + policy, flush=True)
    if HABIT == "answers-in-its-own-words":
        connection.send(b'{"status": "ok"}')
    elif HABIT == "answers-without-json":
        connection.send(b"registered")
    elif HABIT not in ("never-answers", "closes-at-once"):
        connection.send(json.dumps({"Status": "Successfully setup with reverse proxy"}).encode())
    if HABIT != "never-answers":
        connection.close()


def forward(policy):
    server = socket.create_connection(table[policy])
    server.send(json.dumps({"type": 0, "srcid": 1327, "privPoliId": policy, "payloadsize": 5, "payload": "hello"}).encode())
    print("answer " + server.recv(1024).decode(), flush=True)
    server.close()


def count(listener):
    while True:
        kept.append(listener.accept()[0])
        print("came again", flush=True)


kept = []
listener = socket.create_server(("127.0.0.1", 0))
print("port %d" % listener.getsockname()[1], flush=True)
connection, address = listener.accept()
register(connection, address)
threading.Thread(target=count, args=(listener,), daemon=True).start()
for policy in table:
    forward(policy)
sys.stdin.read()
print("came again %d times" % len(kept), flush=True)
