"""The error of an incomplete pull."""


class PullError(Exception):
    """A pull that failed or is incomplete; ``status``: the HTTP status of the server, if it answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)
