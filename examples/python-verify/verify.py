#!/usr/bin/env python3
"""Checks receipts and checkpoints of a revproc delivery record with nothing but Python's standard library.

  verify.py receipt    FILE --key VKEY [--message FILE]   a receipt (C2SP tlog-proof), or an ACK in JSON that holds one
  verify.py receipts   FILE --key VKEY                    many: a line of JSON each, the ACK, "message" being what was sent
  verify.py checkpoint FILE --key VKEY                    a checkpoint (C2SP tlog-checkpoint)
  verify.py log        URL  --key VKEY [--old FILE]       a log served by C2SP tlog-tiles: newest checkpoint, entries, tiles;
                                                          and that it begins with an older checkpoint

VKEY is the text of log.vkey or a file with it. Ends with 0, or with 1 and a sentence.
"""
import argparse, base64, functools, hashlib, json, os, struct, sys, urllib.request

# --- Ed25519, RFC 8032 -------------------------------------------------------------------------------------------------
PROBLEMS = (ValueError, KeyError, IndexError, OSError, struct.error)
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, point):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, point)
        point = add(point, point)
        n >>= 1
    return total

def point_of(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if len(text) != 32 or y >= P or (x * x - x2) % P or x == 0 and sign:
        raise ValueError("it is not a point")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P

BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(key, message, signature):
    a, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    (x1, y1, z1, _), (x2, y2, z2, _) = times(s, BASE), add(r, times(h, a))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0

# --- RFC 6962 ----------------------------------------------------------------------------------------------------------
sha = lambda data: hashlib.sha256(data).digest()
leaf_hash = lambda leaf: sha(b"\0" + leaf)
node = lambda left, right: sha(b"\1" + left + right)

def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root_of(hashes[:k]), root_of(hashes[k:]))

def root_by_path(index, size, leaf, path):
    path, last, found = list(path), size - 1, leaf
    while last:
        if index & 1 or index != last:
            found = node(path.pop(0), found) if index & 1 else node(found, path.pop(0))
        index, last = index >> 1, last >> 1
    return None if path else found

# --- C2SP --------------------------------------------------------------------------------------------------------------
def b64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("it is not base64")
    return data

def number(text):
    if not text.isascii() or not text.isdigit() or text != str(int(text)):
        raise ValueError("it is not a number")
    return int(text)

def key_of(given):
    text = open(given).read().strip() if os.path.exists(given) else given
    name, key_id, data = text.split("+", 2)
    data = b64(data)
    if len(data) != 33 or data[0] != 1 or sha(name.encode() + b"\n" + data)[:4].hex() != key_id:
        raise ValueError("the key is not an Ed25519 verifier key")
    return name, bytes.fromhex(key_id), data[1:]

@functools.lru_cache(1024)
def checkpoint_of(note, key):  # returns (size, root), if the key signed it
    name, key_id, public = key
    body, _, signatures = note.rpartition("\n\n")
    lines = (body + "\n").split("\n")
    if any(c < " " and c != "\n" for c in note) or not note.endswith("\n") or lines[0] != name or "" in lines[:-1]:
        raise ValueError("it is not a checkpoint of " + name)
    found = []
    for line in signatures[:-1].split("\n"):
        dash, signer, data = line.split(" ")
        data = b64(data)
        if dash != "\u2014" or len(data) < 5:
            raise ValueError("a line is not a signature")
        if signer == name and data[:4] == key_id:
            found.append(signed(public, (body + "\n").encode(), data[4:]))
    if not found or not all(found):
        raise ValueError("it is not signed by " + name)
    return number(lines[1]), b64(lines[2])

def receipt(text, key, message):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise ValueError("it is not a receipt")
    extra, index, path = b64(lines[1][6:]), number(lines[2][6:]), [b64(line) for line in lines[3:]]
    salt, leaf, (size, root) = extra[1:17], extra[17:], checkpoint_of(note, key)
    if extra[0] != 1 or index >= size or any(len(each) != 32 for each in path) \
            or root_by_path(index, size, leaf_hash(leaf), path) != root:
        raise ValueError("the entry is not in the log")
    kind, at, millis, micros, outcome, length, digest = struct.unpack(">BQQIBI32s", leaf[:58])
    if kind != 1 or at != index or outcome != 0:
        raise ValueError("the entry is not a delivery of this index that a server answered")
    if message is not None and (len(message) != length or sha(salt + message) != digest):
        raise ValueError("the receipt is for another message")
    return "entry %d of %d in %s: a message of %d bytes" % (index, size, key[0], length)

def receipts(path, key):
    total = valid = 0
    for total, line in enumerate(open(path, encoding="utf-8"), 1):
        try:
            answer = json.loads(line)
            receipt(answer["receipt"], key, answer["message"].encode() if "message" in answer else None)
            valid += 1
        except PROBLEMS as problem:
            if total - valid <= 100:
                print("line %d: %s" % (total, problem), file=sys.stderr)
    if valid < total or not total:
        raise ValueError("%d of %d receipts are valid" % (valid, total))
    return "%d receipts" % total

def path_of(level, index, width):
    parts, index = ["%03d" % (index % 1000)], index // 1000
    while index:
        parts, index = ["x%03d" % (index % 1000)] + parts, index // 1000
    return "tile/%s/%s%s" % (level, "/".join(parts), "" if width == 256 else ".p/%d" % width)

def log(url, key, old):
    get = lambda path: urllib.request.urlopen(url.rstrip("/") + "/" + path).read()
    size, root = checkpoint_of(get("checkpoint").decode(), key)
    hashes = []
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        bundle, tile, at = get(path_of("entries", index, width)), get(path_of(0, index, width)), 0
        for i in range(width):
            length = int.from_bytes(bundle[at:at + 2], "big")
            hashes.append(leaf_hash(bundle[at + 2:at + 2 + length]))
            if hashes[-1] != tile[32 * i:32 * i + 32]:
                raise ValueError("entry %d is not that of its tile" % (256 * index + i))
            at += 2 + length
        if at != len(bundle) or len(tile) != 32 * width:
            raise ValueError("bundle %d has more than its entries" % index)
    if root_of(hashes) != root:
        raise ValueError("the entries are not those of the checkpoint")
    for index in range(size // 65536 + 1):
        width = min(256, size // 256 - 256 * index)
        if width > 0 and get(path_of(1, index, width)) != b"".join(
                root_of(hashes[256 * n:256 * n + 256]) for n in range(256 * index, 256 * index + width)):
            raise ValueError("tile %d of level 1 is not that of its entries" % index)
    if old is not None:
        old_size, old_root = checkpoint_of(old, key)
        if old_size > size or root_of(hashes[:old_size]) != old_root:
            raise ValueError("the log does not begin with the older checkpoint: it was cut or rewritten")
    return "%d entries of %s" % (size, key[0])

def main():
    read = lambda path: open(path, newline="", encoding="utf-8").read()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["receipt", "receipts", "checkpoint", "log"])
    parser.add_argument("--key", required=True)
    for name in "target", "--message", "--old":
        parser.add_argument(name)
    args = parser.parse_args()
    try:
        key, target = key_of(args.key), args.target
        whole = lambda text: json.loads(text)["receipt"] if text.lstrip().startswith("{") else text
        said = {"log": lambda: log(target, key, args.old and read(args.old)),
                "checkpoint": lambda: "%d entries" % checkpoint_of(read(target), key)[0],
                "receipts": lambda: receipts(target, key), "receipt": lambda: receipt(
                    whole(read(target)), key, args.message and open(args.message, "rb").read().strip())}[args.what]()
        print("valid: " + said)
    except PROBLEMS as problem:
        sys.exit("not valid: %s" % problem)

if __name__ == "__main__":
    main()
