"""A stack file is what `pulumi up` gets from it, with the line of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.yaml_reader import SECRET, Document, read_project_file, read_stack_file, read_text

pytestmark = pytest.mark.usefixtures("either_parser")

STACK = """\
# one environment
encryptionsalt: v1:abc=:v1:def
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-prod}, protect: true}
  cilia:secrets:
    regcred: {secure: v1:xyz}
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16]
      subnets:
        zeta: {cidr: 10.20.0.0/24}
        alpha:
          size: /20
  cilia:accept:
    - rule: CAP-02
      path: clusters.main
    -
      rule: CAP-03
"""


def read(text: str) -> Document:
    """The document that a file called f would be."""
    return read_text(text.encode(), "f")


def findings(document: Document) -> list[str]:
    """The problems as people see them."""
    return [str(problem) for problem in document.problems]


def test_a_stack_file_is_its_configuration_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(STACK, encoding="utf-8")
    document = read_stack_file(path)
    assert (document.problems, document.readable) == ((), True)
    assert document.config == {
        "azure-native:location": "westeurope",
        "cilia:environment": {"resourceGroup": {"name": "rg-prod"}, "protect": True},
        "cilia:secrets": {"regcred": SECRET},
        "cilia:networks": {
            "main": {
                "addressSpace": ["10.20.0.0/16"],
                "subnets": {"zeta": {"cidr": "10.20.0.0/24"}, "alpha": {"size": "/20"}},
            }
        },
        "cilia:accept": [{"rule": "CAP-02", "path": "clusters.main"}, {"rule": "CAP-03"}],
    }
    networks = document.config["cilia:networks"]
    assert isinstance(networks, dict)
    assert list(networks["main"]["subnets"]) == ["zeta", "alpha"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 3),
        (("azure-native:location",), 4),
        (("cilia:environment", "resourceGroup", "name"), 5),
        (("cilia:secrets", "regcred"), 7),
        (("cilia:networks",), 8),
        (("cilia:networks", "main", "addressSpace", 0), 10),
        (("cilia:networks", "main", "subnets", "alpha"), 13),
        (("cilia:networks", "main", "subnets", "alpha", "size"), 14),
        (("cilia:networks", "main", "subnets", "alpha", "cidr", "deeper"), 13),
        (("cilia:networks", "main", "subnets", 3), 11),
        (("cilia:accept", 0), 16),
        (("cilia:accept", 0, "path"), 17),
        (("cilia:accept", 1), 19),
        (("cilia:accept", 2), 15),
        (("cilia:accept", -1), 15),
        (("cilia:accept", "rule"), 15),
        (("cilia:clusters", "main"), 3),
        (("networks",), 3),
    ],
)
def test_a_path_is_at_the_line_of_its_deepest_part(path: tuple[str | int, ...], line: int) -> None:
    assert read(STACK).line(path) == line


def test_what_an_alias_names_is_at_the_line_where_it_is_written() -> None:
    document = read(
        "config:\n  cilia:a:\n    x: &x\n      y: 1\n    list:\n      - *x\n    m:\n      <<: *x\n      z: 2\n"
    )
    assert document.line(("cilia:a", "list", 0)) == 6
    assert document.line(("cilia:a", "list", 0, "y")) == 4
    assert document.line(("cilia:a", "m", "y")) == 4
    assert document.line(("cilia:a", "m", "z")) == 9


def test_lines_are_known_where_there_is_nothing_to_read() -> None:
    assert read("").line(("cilia:networks",)) == 1
    assert read("\nconfig:\n").line(("cilia:networks",)) == 2
    assert read("config: [").line(("cilia:networks",)) == 1
    assert Document().line(("cilia:networks",)) == 0


def test_a_single_value_of_a_provider_is_text_as_pulumi_hands_it_over() -> None:
    document = read(
        "config:\n  azure-native:location: westeurope\n  azure-native:useOidc: true\n  azure-native:useMsi: 'false'\n"
        "  azure-native:partnerId: 123\n  azure-native:x: 1.5\n  azure-native:tenants: [a, 1]\n"
    )
    assert findings(document) == []
    assert document.config == {
        "azure-native:location": "westeurope",
        "azure-native:useOidc": "true",
        "azure-native:useMsi": "false",
        "azure-native:partnerId": "123",
        "azure-native:x": "1.5",
        "azure-native:tenants": ["a", 1],
    }


@pytest.mark.parametrize(
    ("written", "value"), [("5", 5), ("true", True), ("1.5", 1.5), ("text", "text"), ("'text'", "text"), ("v1", "v1")]
)
def test_a_single_value_of_the_project_is_what_its_json_is(written: str, value: object) -> None:
    document = read(f"config:\n  cilia:a: {written}\n")
    assert (findings(document), document.config) == ([], {"cilia:a": value})


@pytest.mark.parametrize(
    ("written", "text", "arrives"),
    [
        ("'1.30'", '"1.30"', "1.3"),
        ("'true'", '"true"', "true"),
        ("'null'", '"null"', "null"),
        ("NaN", '"NaN"', "NaN"),
        ("'\"a\"'", '"\\"a\\""', '\\"a\\"'),
    ],
    ids=["number", "truth value", "nothing", "not a number", "quoted text"],
)
def test_text_that_the_program_parses_as_json_is_a_problem(written: str, text: str, arrives: str) -> None:
    document = read(f"config:\n  cilia:a: {written}\n")
    what = f"directly below `config:` the text {text} reaches the program as {arrives}"
    fix = "write that without quotes if it is meant, or put the text into a mapping"
    assert findings(document) == [f"f:2 a: {what}; {fix} [YML-15]"]


@pytest.mark.parametrize("written", ["'{\"a\": 1}'", "'[1]'"])
def test_a_structure_as_json_text_is_a_problem(written: str) -> None:
    message = "the program reads this text as JSON; write the structure as YAML below the key"
    assert findings(read(f"config:\n  cilia:a: {written}\n")) == [f"f:2 a: {message} [YML-15]"]


def test_a_number_that_changes_is_not_told_as_json_too() -> None:
    assert findings(read("config:\n  cilia:a: 1.30\n")) == [
        'f:2 a: 1.30 without quotes reaches the program as 1.3; write "1.30" in quotes [YML-12]'
    ]


def test_json_that_no_parser_survives_is_text() -> None:
    for text in ("[" * 100_000 + "]" * 100_000, "9" * 10_000):
        assert read(f"config:\n  cilia:a: '{text}'\n").problems == ()


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_key_without_a_value_is_a_problem_and_absent(nothing: str) -> None:
    document = read(f"config:\n  cilia:networks: {nothing}\n  cilia:b: {{c: {nothing}}}\n")
    expected = "the key has no value, and Pulumi hands over an empty string; remove the key, or write {}"
    assert findings(document) == [f"f:2 networks: {expected} [YML-16]"]
    assert document.config == {"cilia:b": {"c": None}}


def test_keys_without_a_namespace_are_the_projects() -> None:
    document = read("config:\n  environment: {a: 1}\n  cilia:config:networks: {b: 2}\n")
    assert findings(document) == []
    assert document.config == {"cilia:environment": {"a": 1}, "cilia:networks": {"b": 2}}
    assert document.line(("cilia:networks", "b")) == 3


def test_a_key_written_with_and_without_its_namespace_is_a_problem() -> None:
    document = read("config:\n  environment: {a: 1}\n  x:y: z\n  cilia:environment: {a: 2}\n")
    message = '"environment" in line 2 and "cilia:environment" in line 4 are one key to Pulumi; remove one of them'
    assert findings(document) == [f"f:4 environment: {message} [YML-09]"]
    assert document.config["cilia:environment"] == {"a": 1}


@pytest.mark.parametrize("key", ["a:b:c", "a:config:b:c", ":a", "a:", "':'"])
def test_a_key_that_is_no_namespace_and_name_is_a_problem(key: str) -> None:
    document = read(f"config:\n  {key}: {{a: 1}}\n")
    quoted = '":"' if key == "':'" else f'"{key}"'
    message = f"the key {quoted} is not namespace:name; write cilia:networks, for example"
    assert (findings(document), document.config) == ([f"f:2: {message} [YML-17]"], {})


def test_a_number_as_configuration_key_is_a_problem() -> None:
    assert findings(read("config:\n  8080: {a: 1}\n")) == [
        'f:2: the key 8080 is a number to YAML; write "8080" in quotes [YML-10]'
    ]


def test_a_configuration_key_written_twice_names_both_lines() -> None:
    assert findings(read("config:\n  cilia:a: {b: 1}\n  cilia:c: {d: 1}\n  cilia:a: {e: 1}\n")) == [
        'f:4: the key "cilia:a" is written twice, in lines 2 and 4; remove one of them [YML-09]'
    ]


def test_secrets_of_the_project_are_below_one_key_and_of_providers_anywhere() -> None:
    document = read(
        "config:\n"
        "  azure-native:clientSecret: {secure: v1:a}\n"
        "  azure-native:other: {list: [{secure: v1:b}]}\n"
        "  cilia:secrets:\n"
        "    regcred: {secure: v1:c}\n"
        "    nested: {deep: {secure: v1:d}}\n"
    )
    assert findings(document) == []
    assert document.config["azure-native:clientSecret"] is SECRET
    assert document.secrets == {
        ("azure-native:clientSecret",),
        ("azure-native:other", "list", 0),
        ("cilia:secrets", "regcred"),
        ("cilia:secrets", "nested", "deep"),
    }


def test_a_secret_outside_its_place_is_a_problem_wherever_an_alias_puts_it() -> None:
    document = read(
        "config:\n"
        "  cilia:secrets: {regcred: &s {secure: v1:a}}\n"
        "  cilia:clusters:\n"
        "    main:\n"
        "      pools: [*s]\n"
        "  label: {secure: 'true'}\n"
    )
    message = "`secure:` stands outside cilia:secrets; move it there under a name and write {secret: <name>} here"
    assert findings(document) == [
        f"f:5 clusters.main.pools[0]: {message} [YML-18]",
        f"f:6 label: {message} [YML-18]",
    ]
    assert document.config["cilia:label"] is SECRET


def test_all_secrets_as_one_encrypted_value_are_a_problem() -> None:
    message = "`secure:` stands outside cilia:secrets; move it there under a name and write {secret: <name>} here"
    assert findings(read("config:\n  cilia:secrets: {secure: v1:a}\n")) == [f"f:2 secrets: {message} [YML-18]"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~\n", "null\n", "\ufeff"])
def test_an_empty_file_is_a_problem_and_readable(text: str) -> None:
    document = read(text)
    message = "the file is empty; write `config:` and the keys of the stack below it"
    assert (findings(document), document.readable, document.config) == ([f"f:1: {message} [YML-07]"], True, {})


@pytest.mark.parametrize(("text", "line"), [("encryptionsalt: a\n", 1), ("encryptionsalt: a\nconfig:\n", 2)])
def test_a_file_that_configures_nothing_is_a_problem_and_readable(text: str, line: int) -> None:
    document = read(text)
    message = "the file configures nothing; write `config:` and the keys of the stack below it"
    assert (findings(document), document.readable, document.config) == ([f"f:{line}: {message} [YML-07]"], True, {})


def test_an_empty_configuration_is_fine_here() -> None:
    assert read("config: {}\n") == Document({}, ())


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("- a\n", 1, "the file holds a list"),
        ("a\n", 1, "the file holds a single value"),
        ("'null'\n", 1, "the file holds a single value"),
        ("a: 1\nconfig: [b]\n", 2, "`config:` holds a list"),
        ("config: b\n", 1, "`config:` holds a single value"),
    ],
)
def test_another_shape_is_no_stack_file(text: str, line: int, what: str) -> None:
    document = read(text)
    message = f"{what} instead of keys with values; write `config:` and the keys of the stack below it"
    assert findings(document)[-1] == f"f:{line}: {message} [YML-07]"
    assert (document.readable, document.config) == (False, {})


def test_pulumis_own_keys_are_fine() -> None:
    text = "secretsprovider: azurekeyvault://a\nencryptedkey: b\nencryptionsalt: c\nenvironment:\nconfig: {a:b: c}\n"
    assert findings(read(text)) == []


def test_keys_that_pulumi_ignores_are_problems() -> None:
    document = read("cilia:networks: {}\nencryptionSalt: a\nConfig: {}\nconfig: {a:b: c}\n")
    assert findings(document) == [
        'f:1: Pulumi ignores the top-level key "cilia:networks"; indent it below `config:`, or remove it [YML-08]',
        'f:2: Pulumi ignores the top-level key "encryptionSalt"; write `encryptionsalt:` [YML-08]',
        'f:3: Pulumi ignores the top-level key "Config"; write `config:` [YML-08]',
    ]
    assert document.config == {"a:b": "c"}


def test_a_structure_in_the_place_of_pulumis_text_is_a_problem() -> None:
    assert findings(read("encryptionsalt: [a]\nconfig: {a:b: c}\n")) == [
        "f:1: `encryptionsalt:` holds text, which Pulumi writes itself; restore it [YML-07]"
    ]


@pytest.mark.parametrize("environment", ["[shared]", "shared", "{values: {pulumiConfig: {a:b: c}}}"])
def test_an_environment_of_pulumi_esc_is_a_problem(environment: str) -> None:
    document = read(f"config: {{a:b: c}}\nenvironment: {environment}\n")
    message = "`environment:` (Pulumi ESC) cannot be read offline; write its values below `config:`"
    assert findings(document) == [f"f:2: {message} [YML-19]"]


def test_all_problems_of_a_file_are_told_in_order_of_lines() -> None:
    document = read("config:\n  cilia:b: {c: yes}\n  cilia:a: [1.30, 2026-01-31]\nother: 1\ncilia:d: {e: 0x1}\n")
    assert [(problem.line, problem.rule) for problem in document.problems] == [
        (2, "YML-14"),
        (3, "YML-12"),
        (3, "YML-13"),
        (4, "YML-08"),
        (5, "YML-08"),
    ]


def project(tmp_path: Path, text: str) -> list[str]:
    """What is wrong with a project file of this content, without the directory."""
    path = tmp_path / "Pulumi.yaml"
    path.write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in read_project_file(path)]


@pytest.mark.parametrize(
    "text",
    [
        "name: cilia\nruntime: python\n",
        "name: cilia\nconfig: stacks\n",
        "name: cilia\nconfig:\n",
        "name: cilia\nconfig: {}\n",
    ],
)
def test_a_project_file_without_configuration_is_fine(tmp_path: Path, text: str) -> None:
    assert project(tmp_path, text) == []


def test_configuration_in_the_project_file_is_a_problem(tmp_path: Path) -> None:
    message = "`config:` changes the stacks at `pulumi up` only; move its keys below `config:` of each stack file"
    assert project(tmp_path, "name: cilia\nconfig:\n  a:b: c\n") == [f"Pulumi.yaml:2: {message} [YML-19]"]
    assert project(tmp_path, "x: &x {config: {a: 1}}\n<<: *x\n") == [f"Pulumi.yaml:1: {message} [YML-19]"]


def test_a_project_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    assert project(tmp_path, "- a\n") == [
        "Pulumi.yaml:1: the file is no mapping; a project file begins with `name:` [YML-07]"
    ]
    assert project(tmp_path, "") == [
        "Pulumi.yaml:1: the file is no mapping; a project file begins with `name:` [YML-07]"
    ]
    assert project(tmp_path, "\tname: cilia\n") == [
        "Pulumi.yaml:1: a tab where YAML wants spaces; indent with spaces [YML-04]"
    ]
    (missing,) = read_project_file(tmp_path / "none.yaml")
    assert missing.message == "cannot be read: no such file or directory; check the name and the permissions"
