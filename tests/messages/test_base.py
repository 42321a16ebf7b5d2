"""Classes of declared fields: constructing, comparing, showing, replacing, and the names on the wire."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from ocppcore import v16
from ocppcore.messages.base import Record, Request, Response, replace
from ocppcore.messages.fields import integer, listof, record, text

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Inner(Record):
    """Declared here, to show what the standard's own types do not need."""

    url_of_csms: str = text(name="csmsURL")


class PingResponse(Response):
    inner: Inner | None = record(Inner, default=None)


class PingRequest(Request[PingResponse], draft=6):
    count: int = integer()
    more: list[Inner] | None = listof(record(Inner), default=None)


def test_a_message_is_built_by_keyword_and_absent_is_none() -> None:
    request = v16.StatusNotificationRequest(
        connector_id=1, error_code=v16.ChargePointErrorCode.NoError, status=v16.ChargePointStatus.Available
    )
    assert request.connector_id == 1
    assert request.info is None


def test_an_unknown_a_missing_and_a_positional_argument_are_type_errors() -> None:
    with pytest.raises(TypeError, match="AuthorizeRequest has no field idTag"):
        v16.AuthorizeRequest(id_tag="x", idTag="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="AuthorizeRequest lacks id_tag"):
        v16.AuthorizeRequest()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        v16.AuthorizeRequest("x")  # type: ignore[misc]


def test_constructing_does_not_validate() -> None:
    assert v16.AuthorizeRequest(id_tag="x" * 21).id_tag == "x" * 21


def test_messages_are_slotted_mutable_and_unhashable() -> None:
    request = v16.AuthorizeRequest(id_tag="x")
    request.id_tag = "y"
    with pytest.raises(AttributeError):
        request.idtag = "z"  # type: ignore[attr-defined]
    assert not hasattr(request, "__dict__")
    with pytest.raises(TypeError):
        hash(request)


def test_messages_compare_by_class_and_value() -> None:
    assert v16.ResetRequest(type=v16.ResetType.Hard) == v16.ResetRequest(type=v16.ResetType.Hard)
    assert v16.ResetRequest(type=v16.ResetType.Hard) != v16.ResetRequest(type=v16.ResetType.Soft)
    assert v16.HeartbeatRequest() != v16.ClearCacheRequest()
    assert v16.HeartbeatRequest() != {}


def test_replace_copies() -> None:
    request = v16.ReserveNowRequest(connector_id=1, expiry_date=NOON, id_tag="x", reservation_id=7)
    changed = replace(request, connector_id=2, parent_id_tag="p")
    assert (request.connector_id, request.parent_id_tag) == (1, None)
    assert (changed.connector_id, changed.parent_id_tag, changed.reservation_id) == (2, "p", 7)
    with pytest.raises(TypeError, match="has no field foo"):
        replace(request, foo=1)


def test_messages_can_be_copied_and_pickled() -> None:
    request = v16.ReserveNowRequest(connector_id=1, expiry_date=NOON, id_tag="x", reservation_id=7)
    assert copy.deepcopy(request) == pickle.loads(pickle.dumps(request)) == request


def test_a_repr_reads_like_code_and_leaves_out_what_is_absent() -> None:
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted, expiry_date=NOON)
    shown = "IdTagInfo(expiry_date=2026-01-31T12:00:00Z, status=AuthorizationStatus.Accepted)"
    assert repr(info) == shown
    assert repr(v16.AuthorizeResponse(id_tag_info=info)) == f"AuthorizeResponse(id_tag_info={shown})"


def test_a_repr_survives_a_message_that_is_not_built_yet() -> None:
    assert repr(v16.AuthorizeRequest.__new__(v16.AuthorizeRequest)) == "AuthorizeRequest()"


def test_a_request_knows_its_action_and_its_response() -> None:
    assert (PingRequest.action, PingResponse.action) == ("Ping", "Ping")
    assert PingRequest.response is PingResponse
    assert v16.GetLogRequest.response is v16.GetLogResponse


def test_names_on_the_wire_are_camel_case_unless_one_is_given() -> None:
    message = PingRequest(count=1, more=[Inner(url_of_csms="x")])
    assert PingRequest.shape.dump(message) == {"count": 1, "more": [{"csmsURL": "x"}]}
    request = v16.GetDiagnosticsRequest(location="ftp://h/", retry_interval=3)
    assert v16.GetDiagnosticsRequest.shape.dump(request) == {"location": "ftp://h/", "retryInterval": 3}


def test_a_subclass_of_a_record_has_the_fields_of_both() -> None:
    class Wider(Inner):
        size: int | None = integer(default=None)

    assert Wider(url_of_csms="x", size=1).size == 1
    assert [field.wire for field in Wider._fields] == ["csmsURL", "size"]


def test_the_only_default_is_absent() -> None:
    with pytest.raises(TypeError, match="default"):
        integer(default=3)  # type: ignore[call-overload]
