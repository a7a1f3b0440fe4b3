"""What a failed connection means: the library's exception -> one of our errors, and what to do.

This room refuses to read what a server said: `refusals` does that.
"""

from __future__ import annotations

import ssl

from vlmagic.errors import AuthError, BrokenError, ServiceError, UnreachableError
from vlmagic.language import say

from .refusals import Asked, plain

_HUNG_UP = frozenset({"RemoteProtocolError", "ReadError", "WriteError"})


def unreachable(error: BaseException, asked: Asked) -> ServiceError:
    """Why no connection stands: a name, a port, a certificate, a proxy, or a key no header takes."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and cause not in causes:
        causes.append(cause)
    host = asked.host
    reason = plain(next((str(c) for c in causes if str(c)), type(error).__name__), 200)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            found = UnreachableError(
                say(
                    "The certificate of {host} cannot be trusted: {reason}",
                    host=host,
                    reason=reason,
                ),
                say("Name your organisation's CA file in SSL_CERT_FILE, if it uses one."),
            )
        else:
            found = UnreachableError(
                say(
                    "No secure connection to {host}: {reason}.",
                    host=host,
                    reason=reason.rstrip("."),
                ),
                say("Does it speak https? A server on this machine usually wants http://."),
            )
        found.retryable = False
        return found
    if any(isinstance(cause, UnicodeError) for cause in causes) or "header value" in reason:
        return AuthError(
            say("The key holds characters that no key has."),
            say("It came from {origin}; copy it again.", origin=asked.key_origin or "?"),
        )
    if type(error).__name__ in _HUNG_UP:
        return UnreachableError(
            say("{host} hung up before it answered: {reason}", host=host, reason=reason),
            say("Is the address right? If it is, ask again."),
        )
    return UnreachableError(
        say("{host} cannot be reached: {reason}.", host=host, reason=reason.rstrip(".")),
        say("Is the server running, the address right, and is a proxy needed?"),
    )


def lost(asked: Asked, *, thought: bool, answered: bool, request_id: str | None) -> BrokenError:
    """The connection that broke within an answer: where, and what is kept."""
    host = asked.host
    if answered:
        message = say("The connection to {host} was lost within the answer.", host=host)
    elif thought:
        message = say("The connection to {host} was lost while the model was thinking.", host=host)
    else:
        message = say("The connection to {host} was lost before the answer began.", host=host)
    return BrokenError(
        message,
        say("What came so far is kept. Ask again for the whole of it."),
        request_id=request_id,
    )
