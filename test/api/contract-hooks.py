# What schemathesis is told beside its configuration: what a programme does that no schema says. Must never touch a request
# that is meant to be wrong. Loaded by contract.long.ts alone.
import itertools
import re

import schemathesis

KEY = "Idempotency-Key"
PEOPLE = "/v1/plans/{planId}/examinees"
numbers = itertools.count()


@schemathesis.hook
def before_call(ctx, case, kwargs):
    renew_key(case)
    if case.meta is not None and case.meta.generation.mode.is_positive and case.query:
        mend_query(case)


def renew_key(case):
    """A key is for one request: a programme makes a new one each time. A wrong or missing one stays as it is."""
    headers = case.headers or {}
    if re.fullmatch("[0-9A-Za-z_-]{8,64}", str(headers.get(KEY, ""))):
        headers[KEY] = f"contract-{next(numbers)}"


def mend_query(case):
    """Parameters are declared one by one; that some go together is said to people alone."""
    # A cursor is what an answer gave: of a right request a made-up one is no part.
    case.query.pop("after", None)
    if case.method == "GET" and case.path == PEOPLE:
        if "labelFrom" in case.query:
            case.query["sort"] = "label"
        elif "seat" in str(case.query.get("sort")) and "roomId" not in case.query:
            case.query.pop("sort")
