"""The database's address as the settings and a secret give it."""

from collections.abc import Mapping

from sqlalchemy.engine import make_url

from netwatch.secrets import resolve
from netwatch.settings_sections import StoreSettings


def store_url(store: StoreSettings, environment: Mapping[str, str]) -> str:
    """The database's address with its password put in, for the one call that opens it; never to be shown.

    Raises SecretFault.
    """
    if not store.password:
        return store.url
    password = resolve(store.password, environment).reveal()
    return make_url(store.url).set(password=password).render_as_string(hide_password=False)
