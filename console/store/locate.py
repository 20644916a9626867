"""Where the database is: from --db, else the configuration, else the data directory."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from platformdirs import user_data_dir
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from console.config import Config, ConfigError, StoreConfig, load_config

APPLICATION = "ward-console"


def data_directory(data_dir: Path | None = None) -> Path:
    """The directory of everything the console writes; the user's own for this program unless one is given."""
    return Path(data_dir) if data_dir is not None else Path(user_data_dir(APPLICATION))


def database_url(db: str | None = None, data_dir: Path | None = None, config: Config | Path | None = None) -> str:
    """The URL of the database with an absolute SQLite path.

    db: the value of --db, which wins over the configuration. config: the configuration or its file.
    Raises ConfigError when the URL is not one the store understands, or the configuration cannot be read.
    """
    if db is None:
        if isinstance(config, Path):
            config = load_config(config)
        db = (config.store if config is not None else StoreConfig()).url
    return absolute_url(db, data_dir)


def absolute_url(db: str, data_dir: Path | None = None) -> str:
    """The same URL, a relative SQLite path taken from the data directory. Raises ConfigError."""
    if not db.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError(f"database '{hidden(db)}': use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
    try:
        url = make_url(db)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(f"database '{hidden(db)}': is not a database URL") from error
    if url.get_backend_name() != "sqlite":
        return db
    if url.database in (None, "", ":memory:"):
        raise ConfigError(f"database '{db}': name a file; a database in memory forgets the ward")
    return url.set(database=str((data_directory(data_dir) / str(url.database)).absolute())).render_as_string(False)


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite database, None for a server."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def hidden(url: str) -> str:
    """The URL without its password, for messages."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return url.split("@")[-1]


def add_arguments(parser: ArgumentParser) -> None:
    """--db, --data-dir and --config, which mean the same for every command."""
    parser.add_argument("--db", metavar="URL", help="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="directory of the console's own files")
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration file")


def chosen_url(arguments: Namespace) -> str:
    """The database that --db, --config and --data-dir name. Raises ConfigError."""
    return database_url(arguments.db, arguments.data_dir, arguments.config)
