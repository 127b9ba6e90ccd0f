"""What regular expressions capture in nginx's files, and where it is used.

A capture lives in the request and not in the block that made it: `$1` is whatever the last expression left, that of a
map which was evaluated meanwhile, and a named one is a variable that the next match of its expression sets anew.
nginx besides measures a string before it writes it: a string of a capture and the map that changes it had two lengths
in versions that are still about. So a map's captures stay in the map, and a location names its own."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<brace>[{};])|"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<word>(?:\\.|\$\{|[^\s;{}"'\\])+)""",
    re.S,
)
NAMED = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
VARIABLE = re.compile(r"\$\{?(\w+)")
# A capture of which another map asks only whether it is there: how far nginx came, which it tells in no other way.
MARK = "focust_at_"
# What follows the name of a directive and takes an expression.
MATCHES = {"~", "~*", "!~", "!~*"}


@dataclass
class Directive:
    words: list[str]
    block: list["Directive"] = field(default_factory=list)


def parse(text: str) -> list[Directive]:
    root: list[Directive] = []
    stack, words, place = [root], [], 0
    while place < len(text):
        token = TOKEN.match(text, place)
        assert token, text[place : place + 60]
        place = token.end()
        if word := token["word"] or token["double"] or token["single"]:
            words.append(word)
        elif token["double"] is not None or token["single"] is not None:
            words.append("")
        elif token["brace"] == ";":
            stack[-1].append(Directive(words))
            words = []
        elif token["brace"] == "{":
            stack[-1].append(Directive(words))
            stack.append(stack[-1][-1].block)
            words = []
        elif token["brace"] == "}":
            stack.pop()
    assert (stack, words) == ([root], [])
    return root


def groups(expression: str) -> int:
    """How many numbered captures it has, named ones among them."""
    plain = re.sub(r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]", "", expression)
    return len(re.findall(r"\((?!\?)|\(\?P?<[A-Za-z_]", plain))


def variables(words: list[str]) -> set[str]:
    return {name for word in words for name in VARIABLE.findall(word)}


def expression(words: list[str]) -> str | None:
    """That of a location, an `if` or a rewrite."""
    for index, word in enumerate(words[:-1]):
        if word.lstrip("(") in MATCHES:
            return words[index + 1]
    return words[1] if words[0] == "rewrite" else None


class Captures:
    """Those of all maps, over several files."""

    def __init__(self, texts: list[str]):
        self.files = [parse(text) for text in texts]
        self.of_maps: dict[str, int] = {}
        self.faults: list[str] = []
        for directives in self.files:
            self.learn(directives)
        for directives in self.files:
            self.judge(directives, set())

    def learn(self, directives: list[Directive]) -> None:
        for directive in directives:
            if directive.words[:1] == ["map"]:
                names = {name for entry in directive.block for name in NAMED.findall(entry.words[0])}
                for name in names:
                    self.of_maps[name] = self.of_maps.get(name, 0) + 1
                    if self.of_maps[name] > 1:
                        self.faults.append(f"two maps capture ${name}")
            self.learn(directive.block)

    def judge(self, directives: list[Directive], own: set[str]) -> None:
        """`own` are the names that the locations around have captured."""
        for directive in directives:
            words = directive.words
            if words[:1] == ["map"]:
                marks = {name for name in self.of_maps if name.startswith(MARK)}
                self.forbid([words[1]], own | marks, f"map {words[2]}")
                self.judge_map(directive)
                continue
            pattern = expression(words)
            names = set(NAMED.findall(pattern or ""))
            for name in sorted(names & set(self.of_maps)):
                self.faults.append(f"{' '.join(words)} and a map capture ${name}")
            self.forbid([word for word in words if word != pattern], own, " ".join(words))
            self.judge(directive.block, own | names)

    def forbid(self, words: list[str], own: set[str], where: str) -> None:
        for name in sorted(variables(words)):
            if name.isdecimal() or name in self.of_maps and name not in own:
                self.faults.append(f"${name} in: {where}")

    def judge_map(self, block: Directive) -> None:
        for entry in block.block:
            pattern, *value = entry.words
            is_expression = pattern.startswith("~")
            names = set(NAMED.findall(pattern)) if is_expression else set()
            count = groups(pattern) if is_expression else 0
            for name in sorted(variables(value)):
                outside = int(name) > count if name.isdecimal() else name in self.of_maps and name not in names
                if outside:
                    self.faults.append(f"${name} in: map {block.words[2]}, {' '.join(entry.words)}")
