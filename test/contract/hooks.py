"""Values of the formats whose grammar a pattern cannot tell."""

import json

import schemathesis
from hypothesis import strategies as st

PATHS = st.sampled_from(["$.amount", "$.total", "$.quantity", "$.lines[0]['unit price']", "$.\u00e9toiles"])

AGGREGATES = st.sampled_from(["sum($.lines[*].quantity)", "count($.lines[*])", "min($.lines[*].price)"])

LINE_PATHS = st.sampled_from(["@.productId", "@.price", "@.categories", "@.tags[0]"])

NUMBERS = st.decimals(0, 1000, places=2).map(str)

FORMULAS = st.recursive(
    PATHS | AGGREGATES | NUMBERS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/%"), inner)
    | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner)
    | st.builds("{}({})".format, st.sampled_from(["floor", "ceil", "round", "-"]), inner),
    max_leaves=8,
)

RULES = st.builds(
    lambda variable, value, formula: {
        "variable": variable,
        "condition": {"rule": "numeric_greater_than", "value": value},
        "action": {"command": "issue", "formula": formula},
    },
    PATHS,
    st.integers(0, 1000),
    FORMULAS,
)

schemathesis.openapi.format("json-path", PATHS)
schemathesis.openapi.format("json-path-of-line", LINE_PATHS)
schemathesis.openapi.format("campaign-variable", PATHS | AGGREGATES)
schemathesis.openapi.format("campaign-formula", FORMULAS)
schemathesis.openapi.format("campaign-rules", st.lists(RULES, max_size=3).map(json.dumps))
schemathesis.openapi.format("time-zone", st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]))
