"""The functions of the ARM template language, one module a subject; the table has those that are pure."""

from __future__ import annotations

from aib_airflow.arm_template.functions import collections, text, values
from aib_airflow.arm_template.functions.registry import FUNCTIONS, Function, find_key, kind_of, need_bool
from aib_airflow.arm_template.functions.resources import SCOPED_FUNCTIONS

_DEPLOYMENT_ONLY = "only a deployment in Azure knows it"
_RANDOM = "it differs at every deployment"
_LATER = "this version does not evaluate it yet"

REFUSED_FUNCTIONS: dict[str, str] = {
    name.lower(): f"{name}() cannot be evaluated: {reason}"
    for reason, names in {
        _DEPLOYMENT_ONLY: "reference references list listKeys listSecrets listAccountSas listServiceSas"
        " deployment deployer environment providers pickZones managementGroup getSecret",
        _RANDOM: "utcNow newGuid",
        _LATER: "copyIndex map filter reduce sort toObject lambda lambdaVariables mapValues groupBy"
        " dateTimeAdd dateTimeToEpoch dateTimeFromEpoch dataUri dataUriToString base64ToJson uriComponentToString"
        " parseCidr cidrSubnet cidrHost nameof fail",
    }.items()
    for name in names.split()
}
"""Known functions that are refused, lower case, with the reason."""

__all__ = [
    "FUNCTIONS",
    "REFUSED_FUNCTIONS",
    "SCOPED_FUNCTIONS",
    "Function",
    "collections",
    "find_key",
    "kind_of",
    "need_bool",
    "text",
    "values",
]
