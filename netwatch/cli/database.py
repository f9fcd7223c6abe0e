"""The database as commands use it without a daemon: to read beside one, or to change under its lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from netwatch.cli.shell import Shell, Stop, host, release
from netwatch.control.server import user_name
from netwatch.language import Sentence
from netwatch.store.address import store_url
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.engine import parse_url, sqlite_path
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store


def url(shell: Shell) -> str:
    """The address of the database with its password; never to be shown."""
    return store_url(shell.settings.store, shell.environment)


def holder(shell: Shell) -> Holder:
    """Who takes the database while a command changes it."""
    return Holder(host(), os.getpid(), shell.clock.now(), release())


def author() -> str:
    """Who is at work: the real user, also below sudo's environment."""
    return user_name(os.getuid())


@contextmanager
def faults_told() -> Iterator[None]:
    """The database's faults as the end of a command."""
    try:
        yield
    except StoreFault as fault:
        params = {"what": fault.what, "detail": fault.detail}
        raise Stop(Sentence("The database could not do it ({what}): {detail}", params)) from None
    except AlreadyServed as served:
        text = (
            "The database is in use by {holder}, which does not answer at the control socket. Stop it first."
        )
        raise Stop(Sentence(text, {"holder": served.holder})) from None


def exists(shell: Shell) -> bool:
    """Whether there is a database; one on a server always counts as there."""
    path = sqlite_path(parse_url(url(shell)))
    return path is None or path.exists()


@contextmanager
def reading(shell: Shell) -> Iterator[SqlStore]:
    """The store to read from, whether a daemon runs or not."""
    if not exists(shell):
        raise Stop(Sentence("There is no database yet; `netwatch import` makes one."))
    with faults_told():
        store = open_store(url(shell), read_only=True)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def changing(shell: Shell) -> Iterator[Engine]:
    """The database for this process alone, brought up to date."""
    with faults_told():
        store = open_store(url(shell), holder(shell))
        try:
            yield store.engine
        finally:
            store.close()
