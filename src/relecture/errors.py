"""The one exception that is written for the person at the keyboard."""


class UserError(Exception):
    """Something the person can mend: a setting, a file, a server.

    The message says what is wrong, where, and what to do. Command lines print it without a traceback
    and exit with code 1.
    """
