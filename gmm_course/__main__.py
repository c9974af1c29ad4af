"""The classroom's commands: `python -m gmm_course doctor`, `… student DEST`, `… mark FOLDER …`."""

import sys
from importlib import import_module

COMMANDS = ("doctor", "student", "mark")

if __name__ == "__main__":
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in COMMANDS:
        sys.exit(f"usage: python -m gmm_course {{{','.join(COMMANDS)}}} …, got {command!r}")
    sys.exit(import_module(f"gmm_course.classroom.{command}").main(sys.argv[2:]))
