"""Azure's errors, sorted by what to do."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from aib_airflow.azure import errors


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AllocationFailed", 409, errors.CapacityError),
        ("SkuNotAvailable", 409, errors.CapacityError),
        ("OperationNotAllowed", 409, errors.QuotaError),
        ("AuthorizationFailed", 403, errors.DeniedError),
        ("TooManyRequests", 429, errors.ThrottledError),
        ("Whatever", 503, errors.UnavailableError),
        ("InvalidParameter", 400, errors.InvalidError),
        ("ResourceNotFound", 404, errors.NotFoundError),
        ("", None, errors.InvalidError),
    ],
)
def test_code_and_status_say_what_to_do(code: str, status: int | None, kind: type) -> None:
    """Azure's code counts before the HTTP status."""
    assert type(errors.classify(code, "why", status)) is kind


def test_a_refused_login_is_final_and_says_what_to_check() -> None:
    """A wrong secret is not tried again."""
    error = errors.translate(ClientAuthenticationError("AADSTS7000215: Invalid client secret provided."))
    assert isinstance(error, errors.FinalError)
    assert "AADSTS7000215" in str(error)
    assert "secret" in str(error)


def test_an_endpoint_that_does_not_answer_is_worth_another_try() -> None:
    """A connection error names the setting to check."""
    error = errors.translate(ServiceRequestError("refused"))
    assert isinstance(error, errors.RetryableError)
    assert "endpoint" in str(error)
