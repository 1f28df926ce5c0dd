"""Runs a command in a pseudo terminal of 90 columns and 24 rows: terminal.py [PATTERN ACTION]... -- COMMAND...

Once the pattern (a regular expression) is found in what came since the last step, the action is done: keys to send, or size=ROWSxCOLUMNS.
Prints all that the command wrote to the terminal, and ends as it did; 99 if a pattern is not found within a minute.
"""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time

arguments = sys.argv[1:]
split = arguments.index("--")
steps = list(zip(arguments[0:split:2], arguments[1:split:2]))
command = arguments[split + 1:]


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)  # not before the size is set
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background
    os.environ["TERM"] = "xterm-256color"
    os.execvp(command[0], command)
resize(24, 90)
os.write(go, b"x")
seen = b""
looked = 0
end = time.time() + 60
while time.time() < end:
    if select.select([terminal], [], [], 0.05)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            data = b""
        if not data:
            break
        seen += data
    if steps and re.search(steps[0][0].encode(), seen[looked:]):
        action = steps.pop(0)[1]
        looked = len(seen)
        if action.startswith("size="):
            resize(*map(int, action[5:].split("x")))
        else:
            os.write(terminal, action.encode())
sys.stdout.buffer.write(seen)
sys.stdout.flush()
if time.time() >= end:
    os.kill(child, 9)
status = os.waitpid(child, 0)[1]
sys.exit(99 if steps else os.waitstatus_to_exitcode(status) % 256)
