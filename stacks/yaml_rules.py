"""The rules of the YML family: what a stack file must be so that everybody reads it alike.

Sources are Pulumi's own reader (LoadProjectStackBytes in sdk/go/common/workspace/loaders.go, and the config package)
and the YAML library it decodes with, gopkg.in/yaml.v3 v3.0.1.
"""

from __future__ import annotations

from components.rules import Rule

_LOADER = "pulumi/pulumi sdk/go/common/workspace/loaders.go"
_CONFIG = "pulumi/pulumi sdk/go/common/resource/config/object.go"
_RESOLVE = "gopkg.in/yaml.v3 v3.0.1 resolve.go"
_DECODE = "gopkg.in/yaml.v3 v3.0.1 decode.go"
_OURS = "a limit of this tool"

UNREADABLE = Rule(
    "YML-01",
    title="A stack file is a regular file of at most 10 MB that can be read.",
    why="Nothing can be said about a stack whose file is missing, not permitted, no file, or larger than any real one.",
    fix="Check the name and the permissions; split a very large stack.",
    source=_OURS,
)
ENCODING = Rule(
    "YML-02",
    title="A stack file is UTF-8 text without control or invisible line-break characters.",
    why="YAML refuses control characters, and invisible ones are read differently by different programs.",
    fix="Save the file as UTF-8 and remove the named character, or write it as an escape in double quotes.",
    source="YAML 1.2.2 section 5.1; gopkg.in/yaml.v3 v3.0.1 readerc.go",
)
SYNTAX = Rule(
    "YML-03",
    title="A stack file is valid YAML.",
    why="`pulumi up` refuses a file that is not.",
    fix="Correct the quotes, brackets or indentation at the named line.",
    source="YAML 1.1, as gopkg.in/yaml.v3 v3.0.1 and libyaml 0.2.5 read it",
)
TABS = Rule(
    "YML-04",
    title="Indentation and unquoted text hold no tabs.",
    why="YAML forbids tabs in indentation, and readers disagree about them in unquoted text.",
    fix="Replace the tab by spaces, or put the text in double quotes and write \\t.",
    source="YAML 1.2.2 section 6.1; gopkg.in/yaml.v3 v3.0.1 scannerc.go",
)
ONE_DOCUMENT = Rule(
    "YML-05",
    title="A stack file holds one YAML document.",
    why="Pulumi reads the first document and ignores the others without a word.",
    fix="Merge the documents into one and remove the `---` lines between them.",
    source=_DECODE,
)
SIZE = Rule(
    "YML-06",
    title="A stack file holds at most 100,000 keys and values, 100 levels deep, aliases expanded.",
    why="A few aliases of aliases expand to billions of values; Pulumi refuses a file that is almost only aliases.",
    fix="Write the values out where they are used, or split the stack.",
    source=f"{_OURS}; the share of aliases: {_DECODE}, allowedAliasRatio",
)
SHAPE = Rule(
    "YML-07",
    title="A stack file is a mapping, and what it configures is a mapping below `config:`.",
    why="Pulumi refuses another shape, and takes an empty file for a stack without any configuration.",
    fix="Write `config:` and the keys of the stack below it, indented.",
    source=_LOADER,
)
TOP_LEVEL_KEY = Rule(
    "YML-08",
    title="Beside `config:` a stack file holds only Pulumi's own keys.",
    why="Pulumi ignores other top-level keys without a word: what is written there has no effect.",
    fix="Indent the key below `config:`, or remove it.",
    source="pulumi/pulumi sdk/go/common/workspace/project.go, ProjectStack",
)
DUPLICATE = Rule(
    "YML-09",
    title="A key appears once in its mapping.",
    why="`pulumi up` refuses the file; of one configuration key written with and without `cilia:` it keeps either.",
    fix="Remove one of the two.",
    source=f"{_DECODE}, uniqueKeys; {_LOADER}, stackConfigNamespacedWithProject",
)
KEY = Rule(
    "YML-10",
    title="A key is plain text.",
    why="Pulumi makes text of other keys in its own way (1.30 becomes 1.3, an empty key <nil>), or refuses them.",
    fix="Put the key in quotes, or write another one.",
    source=f"{_CONFIG}, unmarshalObject",
)
TAG = Rule(
    "YML-11",
    title="Values carry no YAML tags, save !!str, !!map and !!seq.",
    why="Pulumi drops tags that it does not know and rewrites values with some that it does.",
    fix="Remove the tag; put text in quotes.",
    source=f"{_RESOLVE}; {_DECODE}",
)
NUMBER = Rule(
    "YML-12",
    title="An unquoted number is written the way the program receives it.",
    why="Pulumi hands numbers over as JSON: 1.30 arrives as 1.3, 0755 as 493, 1e3 as 1000, beyond 64 bits rounded.",
    fix="Put text in quotes; write a number in plain decimal digits.",
    source=f"{_RESOLVE}; {_CONFIG}, unmarshalObject",
)
DATE = Rule(
    "YML-13",
    title="A date is written in quotes.",
    why='Pulumi decodes an unquoted 2026-01-31 and hands over "2026-01-31 00:00:00 +0000 UTC".',
    fix="Put the date in quotes.",
    source=f"{_RESOLVE}, parseTimestamp; {_CONFIG}, unmarshalObject",
)
BOOLEAN_WORD = Rule(
    "YML-14",
    title="yes, no, on and off are written as true or false, or in quotes.",
    why="Pulumi reads them as text where many YAML readers, and people, read true and false.",
    fix="Write true or false, or put the word in quotes.",
    source=f"{_RESOLVE}; YAML 1.1 bool type",
)
JSON_TEXT = Rule(
    "YML-15",
    title="A value directly below `config:` means the same as text and as JSON.",
    why='The program reads such a value as JSON even where it is quoted: "1.30" arrives as the number 1.3.',
    fix="Write numbers, true, false and structures without quotes.",
    source="pulumi 3.272.0 config.py, Config.get_object",
)
EMPTY_VALUE = Rule(
    "YML-16",
    title="A key directly below `config:` has a value.",
    why="Pulumi hands over an empty string instead of nothing, and warns that this will change.",
    fix="Remove the key, or write {} for an empty mapping.",
    source=f"{_LOADER}, checkForEmptyConfig",
)
CONFIG_KEY = Rule(
    "YML-17",
    title="A key directly below `config:` has the form namespace:name.",
    why="`pulumi up` refuses the file or never finds the value.",
    fix="Write cilia:<name> for this project's keys, azure-native:<name> for the provider's.",
    source="pulumi/pulumi sdk/go/common/resource/config/key.go, ParseKey",
)
SECURE = Rule(
    "YML-18",
    title="`secure:` stands below cilia:secrets, alone in its mapping, with the encrypted text as its value.",
    why="Offline tools never decrypt, so only secrets that are named in one place can be followed; Pulumi takes every "
    "mapping with the only key `secure` for a secret.",
    fix="Set it with `pulumi config set --secret --path cilia:secrets.<name>` and refer to it by {secret: <name>}.",
    source=f"{_CONFIG}, isSecureValue",
)
OFFLINE = Rule(
    "YML-19",
    title="A stack's configuration is in its stack file, where offline tools can read it.",
    why="Values of a Pulumi ESC environment or of Pulumi.yaml would change the stack at `pulumi up` only.",
    fix="Write the values below `config:` of the stack file.",
    source="pulumi/pulumi sdk/go/common/workspace/project.go, ProjectStack and Project",
)
LEADING_BREAK = Rule(
    "YML-20",
    title="Text of several lines begins with a visible character or a space.",
    why="Pulumi writes the file anew before it decodes it; this loses a line break at the beginning of such text, and "
    "a tab there makes the file unreadable.",
    fix="Begin the text with its first line that is not empty.",
    source="gopkg.in/yaml.v3 v3.0.1 encode.go, as used by LoadProjectStackBytes",
)
MERGE = Rule(
    "YML-21",
    title="`<<` merges mappings, and is written without quotes.",
    why="Pulumi refuses anything else below `<<`, and merges even where the key is quoted.",
    fix="Give `<<` a mapping, an alias of one, or a list of these.",
    source=f"{_DECODE}, merge",
)
