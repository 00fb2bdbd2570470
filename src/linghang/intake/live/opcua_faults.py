"""What went wrong between us and an OPC UA server, said so that a person knows what to do."""

import asyncio
import socket
from collections.abc import Mapping

from asyncua import ua

from linghang.errors import BadInput, reason_of
from linghang.intake.live.connections import OpcUaConnection
from linghang.intake.live.opcua_types import name_of
from linghang.words import later, tr

_CODES = ua.StatusCodes

REFUSALS: Mapping[int, str] = {
    **dict.fromkeys(
        (
            _CODES.BadUserAccessDenied,
            _CODES.BadIdentityTokenInvalid,
            _CODES.BadIdentityTokenRejected,
        ),
        later("the server does not accept user {user}; check user in linghang.toml and the variable {variable}"),
    ),
    **dict.fromkeys(
        (
            _CODES.BadCertificateUntrusted,
            _CODES.BadSecurityChecksFailed,
            _CODES.BadCertificateInvalid,
            _CODES.BadCertificateUriInvalid,
            _CODES.BadCertificateTimeInvalid,
            _CODES.BadCertificateUseNotAllowed,
        ),
        later("the server does not trust our certificate yet; accept {certificate} in the server's settings"),
    ),
    _CODES.BadSecurityPolicyRejected: later("the server refuses security {policy}; choose another in linghang.toml"),
    _CODES.BadTooManySessions: later("the server has no session left; close another client or raise its limit"),
    _CODES.BadTooManySubscriptions: later("the server has no subscription left; close another client"),
    _CODES.BadTcpEndpointUrlInvalid: later("the server does not know the path of {url}"),
}
"""Status code -> what it means here, for refusals that a person can do something about."""
CERTIFICATE = frozenset(code for code, text in REFUSALS.items() if text == REFUSALS[_CODES.BadCertificateUntrusted])


class Lost(Exception):
    """The connection stood and is gone; the text says how, in the language of the reader."""


def is_refusal(error: Exception) -> bool:
    """Whether the server answered, but did not want us."""
    return isinstance(error, BadInput | ua.UaStatusCodeError)


def explain(error: Exception, connection: OpcUaConnection) -> str:
    """Say what an error means and what would help."""
    if isinstance(error, BadInput | Lost):
        return str(error)
    if isinstance(error, ua.UaStatusCodeError):
        if message := REFUSALS.get(error.code):
            return tr(
                message,
                user=connection.user or tr("anonymous"),
                variable=connection.password_variable,
                certificate=connection.certificate,
                policy=connection.security,
                url=connection.url,
            )
        return tr("the server answers {code}", code=name_of(error.code))
    if isinstance(error, socket.gaierror):
        return tr("no computer is known by the name in {url}", url=connection.url)
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        return tr("{url} does not answer in time", url=connection.url)
    if isinstance(error, ConnectionRefusedError):
        return tr("nothing listens at {url}; does the server run, is the port right?", url=connection.url)
    if isinstance(error, OSError):
        return tr("{url} cannot be reached: {reason}", url=connection.url, reason=reason_of(error))
    return tr("unexpected: {error}", error=f"{type(error).__name__}: {error}")
