"""Runs a program on a terminal of its own and tells what is seen there.

terminal.py COLUMNS ROWS STEP... -- PROGRAM ARGUMENT...

A step is `wait:TEXT` (until that was written, from where the last step ended), `send:TEXT` (keys; `^C`
is Control-C) or `write:PATH:TEXT`.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LONGEST = 60.0

cut = sys.argv.index("--")
columns, rows = int(sys.argv[1]), int(sys.argv[2])
steps, program = sys.argv[3:cut], sys.argv[cut + 1 :]
pid, terminal = pty.fork()
if pid == 0:
    # The size has to be there before the program asks for it.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(program[0], program)
seen, start, since = b"", 0, time.time()
while time.time() - since < LONGEST:
    while steps:
        kind, _, text = steps[0].partition(":")
        if kind == "wait":
            at = seen.find(text.encode(), start)
            if at < 0:
                break
            start = at + len(text)
        elif kind == "send":
            os.write(terminal, text.replace("^C", "\x03").encode())
        else:
            path, _, text = text.partition(":")
            with open(path, "w") as file:
                file.write(text)
        steps.pop(0)
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            read = os.read(terminal, 65536)
        except OSError:
            break
        if not read:
            break
        seen += read
else:
    os.kill(pid, signal.SIGKILL)
    sys.stdout.write("\ntook too long\n")
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(seen.replace(b"\r\n", b"\n"))
sys.stdout.write("\nended with %d\n" % os.waitstatus_to_exitcode(status))
