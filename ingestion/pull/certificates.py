"""TLS errors in words: a retry does not help, and the server is not down."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

_OURS = "si c’est celle de l’organisation, nommer son certificat (PEM) dans {setting}"
_THEIRS = "à corriger sur le serveur ; {setting} n’y change rien"
# By error number of OpenSSL (X509_V_ERR_…).
_WRONG = {
    9: ("pas encore valable (l’horloge de cette machine est-elle à l’heure ?)", _THEIRS),
    10: ("expiré (l’horloge de cette machine est-elle à l’heure ?)", _THEIRS),
    18: ("signé par lui-même", "si le serveur est bien celui-là, nommer ce certificat (PEM) dans {setting}"),
    19: ("signé par une autorité que cette machine ne connaît pas", _OURS),
    20: ("signé par une autorité que cette machine ne connaît pas", _OURS),
    21: ("signé par une autorité que cette machine ne connaît pas", _OURS),
    23: ("révoqué", _THEIRS),
    62: ("fait pour un autre nom de serveur", "vérifier l’adresse ; {setting} n’y change rien"),
    64: ("fait pour une autre adresse", "vérifier l’adresse ; {setting} n’y change rien"),
}


def explained(error: BaseException, setting: str = "REQUESTS_CA_BUNDLE") -> str | None:
    """The cause of a TLS failure and the setting that helps; None for other errors.

    A dropped connection is another error: a retry may help.
    """
    cause = next((one for one in causes(error) if isinstance(one, ssl.SSLError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        other = (f"refusé (OpenSSL {cause.verify_code})", _OURS)
        what, todo = _WRONG.get(cause.verify_code, other)
        return f"certificat {what} : {todo.format(setting=setting)}"
    if cause is None or isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return None
    return f"liaison chiffrée impossible ({cause.reason or type(cause).__name__}) : vérifier l’adresse et {setting}"


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, then those that it wraps, in `requests`, urllib3 and Python."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        wrapped = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [inner for inner in wrapped if isinstance(inner, BaseException)]
