"""A front end of one's own: the grammar of the shell (POSIX XCU 2.10.2) by recursive descent over the tokens.

It is there for speed: importing a foreign grammar takes longer than reading most scripts. What it does not know (``coproc``, loops in
braces, function bodies without a construct around them) it refuses with `Misread`, and so it does with whatever is not well formed: then a
foreign grammar decides. Tests hold it equal to the others.

Recursion is bounded by the lexer, which refuses constructs nested beyond `MAX_DEPTH`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .assemble import Misread, Overlong
from .model import ArithmeticFor, Branch, Case, For, Function, Group, If, Subshell, While
from .tokens import Kind

if TYPE_CHECKING:
    from .assemble import Assembler
    from .model import Arm, Block, Command

_SIMPLE = frozenset({Kind.WORD, Kind.ASSIGNMENT, Kind.REDIRECT, Kind.CONDITIONAL, Kind.ARITHMETIC, Kind.ODD})
_RESERVED = frozenset({Kind.KEYWORD, Kind.OPERATOR})
_IN_FRONT = frozenset({Kind.BANG, Kind.TIME})
_COMPOUND = frozenset({"{", "(", "if", "while", "until", "for", "case"})


def read(assembler: Assembler) -> list[Command]:
    """The commands of the assembler's tokens; raises `Misread`."""
    return _Reader(assembler).script()


class _Reader:
    """``at`` is the number of the token that is read next. ``faces`` are those of keywords and operators, ``end`` behind the last;
    ``kinds`` are of all tokens."""

    def __init__(self, assembler: Assembler) -> None:
        self.assembler = assembler
        self.tokens = assembler.tokens
        self.at = 0
        self.faces = [token.face if token.kind in _RESERVED else "" for token in self.tokens]
        self.faces.append("end")
        self.kinds: list[Kind | None] = [token.kind for token in self.tokens]
        self.kinds.append(None)

    # --- tokens ---

    def face(self) -> str:
        """The next token's face, if it is a keyword or an operator; ``end`` where there is none."""
        return self.faces[self.at]

    def take(self, *faces: str) -> int:
        """The number of the next token, which has to be one of these keywords or operators."""
        if self.faces[self.at] not in faces:
            raise Misread(self.at)
        self.at += 1
        return self.at - 1

    def ahead(self, *kinds: Kind) -> bool:
        """Whether the next token is of one of these kinds."""
        return self.kinds[self.at] in kinds

    def newlines(self) -> None:
        """Skip empty lines."""
        while self.kinds[self.at] is Kind.NEWLINE:
            self.at += 1

    # --- lists ---

    def script(self) -> list[Command]:
        """All commands. A fault is told at the beginning of the command at the script's own level that holds it."""
        commands: list[Command] = []
        while True:
            self.newlines()
            start = self.at
            if self.face() == "end":
                return commands
            try:
                commands.append(self.listed("end"))
            except Overlong:
                raise
            except Misread:
                raise Misread(start) from None

    def block(self, opener: int, *closers: str) -> Block:
        """Commands up to a keyword or operator, at least one; ``opener`` is the token in front of them."""
        commands: list[Command] = []
        self.newlines()
        while self.faces[self.at] not in closers:
            commands.append(self.listed(*closers))
            self.newlines()
        if not commands:
            raise Misread(self.at)
        return self.assembler.block(commands, opener)

    def listed(self, *closers: str) -> Command:
        """One command of a list, with the ``;``, ``&`` or newline behind it."""
        links = [self.link(None)]
        faces = self.faces
        while faces[self.at] == "&&":
            operator = self.take("&&")
            self.newlines()
            links.append(self.link(operator))
        if faces[self.at] in (";", "&"):
            self.at += 1
        elif faces[self.at] not in closers and self.kinds[self.at] is not Kind.NEWLINE:
            raise Misread(self.at)
        return self.assembler.chain(links)

    def link(self, operator: int | None) -> tuple[int | None, Command]:
        """One command of a pipeline or of ``&&`` and ``||``, behind ``!`` and ``time``."""
        while self.kinds[self.at] in _IN_FRONT:
            self.at += 1
        return operator, self.command()

    # --- commands ---

    def command(self) -> Command:
        first, kinds = self.at, self.kinds
        while kinds[self.at] in _SIMPLE:
            self.at += 1
        if self.at == first + 1 and self.faces[self.at] == "(":
            self.at = first
            return self.function(first)
        if self.at > first:
            return self.assembler.simple(first)
        if self.face() == "function":
            self.at += 1
            return self.function(first)
        return self.compound()

    def compound(self) -> Command:
        first = self.take(*_COMPOUND)
        face = self.tokens[first].face
        if face in ("{", "("):
            return self.group(first)
        if face == "if":
            return self.branching(first)
        if face == "case":
            return self.case(first)
        return self.loop(first, until=face == "until") if face != "for" else self.iteration(first)

    def group(self, first: int) -> Command:
        """``{ … }`` and ``( … )``."""
        made, closer = (Group, "}") if self.tokens[first].face == "{" else (Subshell, ")")
        body = self.block(first, closer)
        last, redirects = self.assembler.redirects(self.take(closer))
        self.at = last + 1
        return made(self.assembler.cut(first, last), body, redirects)

    def branching(self, first: int) -> Command:
        branches: list[Branch] = []
        opener, otherwise = first, None
        while self.tokens[opener].face != "else":
            condition = self.block(opener, "then")
            then = self.take("then")
            branches.append(Branch(condition, self.block(then, "elif", "else", "fi")))
            opener = self.take("elif", "else", "fi")
            if self.tokens[opener].face == "fi":
                break
        else:
            otherwise = self.block(opener, "fi")
            opener = self.take("fi")
        last, redirects = self.assembler.redirects(opener)
        self.at = last + 1
        return If(self.assembler.cut(first, last), tuple(branches), otherwise, redirects)

    def loop(self, first: int, *, until: bool) -> Command:
        """``while`` and ``until``."""
        condition = self.block(first, "do")
        do = self.take("do")
        body = self.block(do, "done")
        last, redirects = self.assembler.redirects(self.take("done"))
        self.at = last + 1
        return While(self.assembler.cut(first, last), condition, body, until, redirects)

    def iteration(self, first: int) -> Command:
        """``for``, ``select`` and the arithmetic ``for``."""
        if not self.ahead(Kind.WORD, Kind.LOOP):
            raise Misread(self.at)
        self.at += 1
        # What may stand between the name and `do` has no face (see `level`).
        while self.at < len(self.tokens) and not self.tokens[self.at].face:
            self.at += 1
        do = self.take("do")
        header, words = self.assembler.loop_header(first)
        body = self.block(do, "done")
        last, redirects = self.assembler.redirects(self.take("done"))
        self.at = last + 1
        text = self.assembler.cut(first, last)
        if header.kind is Kind.LOOP:
            return ArithmeticFor(text, str(header.content), body, redirects)
        selects = self.tokens[first].content == "select"
        return For(text, self.assembler.name(header), words, body, selects, redirects)

    def case(self, first: int) -> Command:
        if not self.ahead(Kind.WORD):
            raise Misread(self.at)
        subject = self.assembler.word(self.at)
        self.at += 1
        self.newlines()
        self.take("in")
        arms: list[Arm] = []
        self.newlines()
        while self.face() != "esac":
            arms.append(self.arm())
            self.newlines()
        last, redirects = self.assembler.redirects(self.take("esac"))
        self.at = last + 1
        return Case(self.assembler.cut(first, last), subject, tuple(arms), redirects)

    def arm(self) -> Arm:
        first = self.at
        if self.face() == "(":
            self.at += 1
        while True:
            if not self.ahead(Kind.WORD):
                raise Misread(self.at)
            self.at += 1
            if self.tokens[self.take("|", ")")].face == ")":
                break
        commands: list[Command] = []
        self.newlines()
        while self.face() not in (";;", "esac"):
            commands.append(self.listed(";;", "esac"))
            self.newlines()
        if self.face() == ";;":
            self.at += 1
        return self.assembler.arm(first, commands)

    def function(self, first: int) -> Command:
        """``name()`` and ``function name``; ``at`` is the name."""
        if not self.ahead(Kind.WORD):
            raise Misread(self.at)
        name = self.assembler.name(self.assembler.use(self.at))
        self.at += 1
        if self.face() == "(":
            self.at += 1
            self.take(")")
        self.newlines()
        body = self.compound()
        text = self.assembler.text.cut(self.tokens[first].start, self.assembler.last(body.text))
        return Function(text, name, body)
