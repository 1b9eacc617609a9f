"""Keys for what is stored encrypted: one for each purpose, derived from SECRET_KEY and its fallbacks."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def fernet(purpose: str) -> MultiFernet:
    """Encrypts with the newest key of this purpose, and reads what an older one wrote."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])


def _key(secret: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"earlyhelp.accounts.{purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))
