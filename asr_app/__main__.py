"""`python -m asr_app`: the same as the command `asr-app`."""

from asr_app.cli.app import main

if __name__ == "__main__":
    main()
