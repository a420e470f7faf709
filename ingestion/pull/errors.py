"""What a pull that did not bring the whole says."""


class PullError(Exception):
    """A pull that did not bring the whole; ``status`` is what the server answered, if it did."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)
