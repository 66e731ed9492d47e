"""What a certificate says of itself, for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.x509 import Name

_FEW = 3


@frozen
class Certificate:
    """A certificate.

    Attributes:
        issuer: Who signed it.
        names: For which hosts it is.
        begins: From when it is valid.
        ends: Until when.
    """

    issuer: str
    names: str
    begins: datetime
    ends: datetime

    @property
    def times(self) -> str:
        """When it is valid, beside what time it is here."""
        return f"valid from {self.begins:%Y-%m-%d} to {self.ends:%Y-%m-%d}, and here it is {datetime.now(UTC):%Y-%m-%d}"

    @property
    def vouched(self) -> str:
        """Who vouches for it, and for how long."""
        return f"signed by {self.issuer}, until {self.ends:%Y-%m-%d}"


def read(encoded: bytes | None) -> Certificate | None:
    """Return what a certificate says; None where there is none or it cannot be read."""
    if not encoded:
        return None
    from cryptography import x509  # noqa: PLC0415 - where there is a certificate

    try:
        found = x509.load_der_x509_certificate(encoded)
        return Certificate(_spoken(found.issuer), _names(found), found.not_valid_before_utc, found.not_valid_after_utc)
    except ValueError:
        return None


def _names(certificate: x509.Certificate) -> str:
    from cryptography import x509  # noqa: PLC0415 - as in `read`

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return _spoken(certificate.subject)
    names = [str(name.value) for name in extension.value]
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def _spoken(name: Name) -> str:
    """Return a name as people know it: the common name, and the organisation."""
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as in `read`

    found = [
        str(attribute.value)
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in name.get_attributes_for_oid(kind)[:1]
    ]
    return f"{' of '.join(found)!r}" if found else "nobody that it names"
