"""Says which authorities prove that MAX is MAX: its certificate is signed by one that stands in no usual list."""

import ssl
from pathlib import Path

import httpx

from app.domain.errors import ConfigurationError


def trust_in(bundle: Path | None) -> ssl.SSLContext | None:
    """The usual authorities and those of a PEM file; None = the usual ones alone.

    Raises:
        ConfigurationError: the file cannot be read or names no authority.
    """
    if bundle is None:
        return None
    named = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        named.load_verify_locations(cafile=bundle)
    except ssl.SSLError:
        raise _unfit("файл PEM с сертификатом удостоверяющего центра", bundle) from None
    except OSError:
        raise _unfit("файл, который сервис может прочесть", bundle) from None
    if not named.get_ca_certs():
        raise _unfit("сертификат удостоверяющего центра, а не сервера", bundle)
    trust = httpx.create_ssl_context(trust_env=False)
    trust.load_verify_locations(cafile=bundle)
    return trust


def _unfit(expected: str, bundle: Path) -> ConfigurationError:
    return ConfigurationError(f"DVORNIK_MAX_CA_BUNDLE: ожидается {expected}: {bundle}")
