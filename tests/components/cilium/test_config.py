"""What a file may say about Cilium."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from components.cilium.config import CiliumConfig, IpsecConfig, secret_name
from components.values import Ref


@pytest.mark.parametrize(("written", "version"), [("1.19.6", "1.19.6"), ("v1.18.12", "1.18.12")], ids=["plain", "v"])
def test_version_is_the_charts(written: str, version: str) -> None:
    assert CiliumConfig.model_validate({"version": written}).version == version


@pytest.mark.parametrize("written", ["1.19", "latest", 1.19, ">=1.19.0", ""], ids=repr)
def test_version_that_is_no_whole_one_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match=r"is not a version of Cilium; write a whole one such as 1\.19\.6"):
        CiliumConfig.model_validate({"version": written})


def test_secret_is_held_as_a_reference() -> None:
    config = CiliumConfig.model_validate({"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}})
    assert isinstance(config.encryption, IpsecConfig)
    assert config.encryption.key == Ref("secret", "ipsec", "value")


@pytest.mark.parametrize(
    "written", ["3+ rfc4106(gcm(aes)) 00 128", {"secret": 1}, {"secret": "a", "b": "c"}, None], ids=repr
)
def test_key_in_plain_text_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="where a secret is meant; put it below cilia:secrets"):
        CiliumConfig.model_validate({"encryption": {"type": "ipsec", "key": written}})


@pytest.mark.parametrize(
    ("value", "name"),
    [({"secret": "a"}, "a"), ({"secret": {"name": "a"}}, None), ({"secret": "a", "b": 1}, None), ("a", None)],
    ids=["reference", "kubernetes-own", "more", "text"],
)
def test_only_a_mapping_of_nothing_but_a_secret_refers_to_one(value: object, name: str | None) -> None:
    assert secret_name(value) == name


@pytest.mark.parametrize("written", [1, 0.5, "1", "100m", "1Gi", "1.5Gi", "2e3", "+1"], ids=repr)
def test_quantities_of_kubernetes_stay_as_they_are_written(written: object) -> None:
    config = CiliumConfig.model_validate({"resources": {"limits": {"cpu": written}}})
    assert config.resources.limits == {"cpu": written}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1GiB", "'1GiB'"),
        ("1 Gi", "'1 Gi'"),
        ("1gi", "'1gi'"),
        ("-1", "'-1'"),
        (-1, "the number -1"),
        (True, "true"),
        ("", "''"),
        (None, "nothing"),
    ],
    ids=["unit", "space", "small", "negative-text", "negative", "bool", "empty", "nothing"],
)
@pytest.mark.parametrize("path", [("resources",), ("operator", "resources")], ids=["agent", "operator"])
def test_what_is_no_quantity_is_refused(path: tuple[str, ...], written: object, shown: str) -> None:
    given: object = {"requests": {"memory": written}}
    for key in reversed(path):
        given = {key: given}
    with pytest.raises(ValidationError) as caught:
        CiliumConfig.model_validate(given)
    assert [error["msg"] for error in caught.value.errors()] == [
        f"{shown} is not a quantity of Kubernetes; write one such as 100m, 1 or 256Mi"
    ]


@pytest.mark.parametrize(
    "written", ["acr.azurecr.io", "acr.azurecr.io/quay/mirror_1", "registry.local:5000", "registry:5000/a-b"]
)
def test_registry_is_what_stands_before_an_image(written: str) -> None:
    assert CiliumConfig.model_validate({"imageRegistry": written}).image_registry == written


@pytest.mark.parametrize(
    "written",
    [
        "https://acr.azurecr.io",
        "acr.azurecr.io/",
        "acr.azurecr.io/foo:1",
        "ACR.azurecr.io",
        "acr.azurecr.io/Foo",
        "acr",
        "",
    ],
    ids=["scheme", "slash-last", "tag", "capital-host", "capital-path", "docker-hub", "empty"],
)
def test_what_is_no_registry_is_refused(written: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CiliumConfig.model_validate({"imageRegistry": written})
    assert [error["msg"] for error in caught.value.errors()] == [
        (
            f"{written!r} is not a registry; write one such as registry.azurecr.io or registry.azurecr.io/mirror, in"
            " small letters, without https://, tag or '/' at the end"
        )
    ]
