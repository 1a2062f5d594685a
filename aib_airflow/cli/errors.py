"""What a user reads instead of a traceback: what is wrong, where, and what to do.

Errors are told by the names of their classes, so that none of the libraries that define them is imported.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

FINDINGS = 1
WRONG_USE = 2
INTERRUPTED = 130

_OWN_PACKAGE = "aib_airflow."


class CommandError(Exception):
    """The command cannot do its job. The message says what, where and what to do."""

    exit_code = FINDINGS


class UsageError(CommandError):
    """The command line asks for what cannot be."""

    exit_code = WRONG_USE


def exit_code_of(error: Exception) -> int:
    """Return the exit code that an explained error ends the command with."""
    return error.exit_code if isinstance(error, CommandError) else FINDINGS


def explain(error: Exception) -> str | None:
    """Return what to tell the user about `error`, or None when it is a fault of ours."""
    for kind in type(error).__mro__:
        name = f"{kind.__module__}.{kind.__qualname__}"
        if name.startswith(_OWN_PACKAGE):
            return str(error)
        if name in _EXPLANATIONS:
            return _EXPLANATIONS[name](error)
    return None


def _explain_os_error(error: Exception) -> str | None:
    if not isinstance(error, OSError) or error.errno is None:
        return None
    where = error.filename or "(no file is named)"
    advice = {
        errno.ENOSPC: "free some space, or choose another folder (`aib demo --work`, `aib emulator --cache`)",
        errno.EDQUOT: "your disk quota is used up; free some space or choose another folder",
        errno.EADDRINUSE: "another program listens there; choose another --port, or 0 for any free one",
        errno.EACCES: "check who owns it; `aib` needs to read and write there",
        errno.EPERM: "check who owns it; `aib` needs to read and write there",
        errno.ENOENT: "check the name",
        errno.ENOTDIR: "a folder is wanted there",
        errno.EISDIR: "a file is wanted there, not a folder",
        errno.EROFS: "choose a folder on a disk that can be written",
    }.get(error.errno)
    return f"{where}: {error.strerror}; {advice}" if advice else None


def _explain_unreachable(error: Exception) -> str:
    return (
        f"the endpoint does not answer: {_first_line(error)}; check the address, the port and, for TLS, "
        "the CA bundle of the connection, and that the server runs"
    )


def _explain_refused_login(error: Exception) -> str:
    return (
        f"the login was refused: {_first_line(error)}; check tenant, client id and secret of the connection"
    )


def _explain_cloud_answer(error: Exception) -> str:
    return f"Azure's API refused a request: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


_EXPLANATIONS: dict[str, Callable[[Exception], str | None]] = {
    "azure.core.exceptions.ClientAuthenticationError": _explain_refused_login,
    "azure.core.exceptions.ServiceRequestError": _explain_unreachable,
    "azure.core.exceptions.ServiceResponseError": _explain_unreachable,
    "azure.core.exceptions.HttpResponseError": _explain_cloud_answer,
    "httpx.ConnectError": _explain_unreachable,
    "httpx.TransportError": _explain_unreachable,
    "builtins.OSError": _explain_os_error,
}
