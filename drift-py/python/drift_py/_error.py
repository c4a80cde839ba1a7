"""The one exception of the package."""

from __future__ import annotations


class DriftError(Exception):
    """What the engine refused, where, and what to do about it.

    ``code`` is stable and the same in every language, ``DRIFT_PARSE`` for example. No field holds a
    value from a secret place.
    """

    code: str
    message: str
    help: str | None
    file: str | None
    line: int | None
    column: int | None
    resource: str | None
    path: str | None

    def __init__(
        self,
        code: str,
        message: str,
        *,
        text: str | None = None,
        help: str | None = None,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        resource: str | None = None,
        path: str | None = None,
    ) -> None:
        """Make an error; ``text`` is the message together with its place."""
        self.code = code
        self.message = message
        self.text = message if text is None else text
        self.help = help
        self.file = file
        self.line = line
        self.column = column
        self.resource = resource
        self.path = path
        super().__init__(self.text if help is None else f"{self.text}\nhelp: {help}")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the fields."""
        return (_restore, (dict(vars(self)),))


def _restore(fields: dict[str, str]) -> DriftError:
    error = DriftError(fields["code"], fields["message"], text=fields["text"], help=fields["help"])
    error.__dict__.update(fields)
    return error
