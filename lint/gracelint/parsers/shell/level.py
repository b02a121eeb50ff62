"""The tokens of one nesting level: a script, or the inside of a substitution.

The shell's lexer has to know a little grammar (bash(1), "RESERVED WORDS"; POSIX XCU 2.4, 2.10.2): a word is a keyword only where a command
may begin, ``)`` ends a pattern inside ``case`` and a substitution elsewhere, a heredoc's body begins behind the next newline. Just that much
state is kept (`nesting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from .model import ArithmeticCommand, LiteralText, Word
from .nesting import ALTERNATIVE, ARGUMENT, ARM, CLOSED, COMMAND, IN, NAME, PREFIX, WORDS, Nesting
from .reader import Unread
from .tokens import Kind, Token
from .words import PLAIN_WORD

if TYPE_CHECKING:
    import re


_BLANK = regex(r"(?:[ \t]|\\\n)*")
_COMMENT = regex(r"[^\n]*")
_OPERATOR = regex(r";;&|;;|;&|;|&&|&|\|\||\|&|\||[()]")
_REDIRECT = regex(r"([0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(<<<|<<-|<<|<>|<&|<|>>|>&|>\||>|&>>|&>)")
_FUNCTION = regex(r"(\()[ \t]*(\))")
_COPROC_NAME = regex(r"[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]+(?=[({]|(?:while|until|if|for|case|select)\b|\[\[)")
_TIME_OPTION = regex(r"(?:[ \t]+-p(?=[ \t]))?(?:[ \t]+--(?=[ \t]))?")

_OPENERS = {"if", "while", "until", "for", "select", "case", "{"}
_CLOSERS = {"fi", "done", "esac", "}"}
_CONTINUERS = {"then", "else", "elif", "do"}
_KEYWORDS = _OPENERS | _CLOSERS | _CONTINUERS | {"function"}
_DECLARATIONS = frozenset({"export", "readonly", "local", "declare", "typeset"})

_FACES = {"|": "&&", "|&": "&&", "||": "&&", ";&": ";;", ";;&": ";;"}
"""What joins two commands joins them alike in the skeleton: precedence is the assembler's matter."""
_HEADER = "w in w ;"
"""The face of everything between ``for`` and ``do``."""

_KEYWORD_STATES = frozenset({COMMAND, CLOSED, IN, ARM})
_INSIDE = frozenset({ARGUMENT, WORDS})  # where a plain word is nothing but that, and the state stays
_AFTER_WORD = {COMMAND: ARGUMENT, PREFIX: ARGUMENT, NAME: IN, ARM: ALTERNATIVE}


class Level(Nesting):
    """The tokens of a script, or of the inside of a substitution up to its ``)``."""

    def run(self) -> None:
        """Read to the end; ``at`` is then the place of the ``)``, or of what could not be read."""
        lexer, source = self.lexer, self.lexer.source
        while True:
            character = source[self.at : self.at + 1]
            if character in " \t\\" and character:
                self.at = _BLANK.match(source, self.at).end()  # type: ignore[union-attr]  # matches the empty string
                character = source[self.at : self.at + 1]
            if self._state in _INSIDE and character != "#" and (plain := PLAIN_WORD.match(source, self.at)) is not None:
                text = lexer.text.cut(self.at, plain.end())
                word = Word(text, (LiteralText(text, text, False),))
                self._add(Token(Kind.WORD, self.at, plain.end(), "w" if self._state == ARGUMENT else "", word))
                self._bare = None
            elif not character:
                if self._nested:
                    raise Unread(self.at, "unterminated substitution")
                lexer.heredocs(self.at, self._pending)
                self._settle()
                return
            elif character == "\n":
                self._newline()
            elif character == "#":
                end = _COMMENT.match(source, self.at).end()  # type: ignore[union-attr]  # matches the empty string
                lexer.comments.append(lexer.text.cut(self.at, end))
                self.at = end
            elif character == ")" and self._nested and self._ends():
                if self._pending:
                    raise Unread(self.at, "a heredoc that begins outside its substitution")
                self._settle()
                return
            else:
                self._token(character)

    def _token(self, character: str) -> None:
        source = self.lexer.source
        if (
            character in "<>&0123456789{"
            and (match := _REDIRECT.match(source, self.at)) is not None
            and not self._substitutes(match)
        ):
            token = self.lexer.redirect(match, self._pending)
            if self._state in (COMMAND, PREFIX):
                self._bare = self._bare or (token if self._state == COMMAND else None)
                self._state = PREFIX
            self._add(token)
        elif character in "|&;()":
            self._operator(character)
        else:
            self._word()

    def _substitutes(self, match: re.Match[str]) -> bool:
        """``<(`` and ``>(`` begin a word."""
        return match.group() in "<>" and self.lexer.peek(match.end()) == "("

    def _newline(self) -> None:
        """A newline ends a command; where none can end (behind ``&&``, ``in`` …) it is blank."""
        self._settle()
        ends = self._state in (PREFIX, ARGUMENT, CLOSED)
        self._add(Token(Kind.NEWLINE, self.at, self.at + 1, ";" if ends else ""))
        if self._pending:
            self.at = self.lexer.heredocs(self.at, self._pending)
        if ends or self._state == WORDS:
            self._state = COMMAND

    # --- operators -----------------------------------------------------------------------------------------------

    def _operator(self, character: str) -> None:
        lexer, at = self.lexer, self.at
        if character == "(" and self._parenthesis():
            return
        match = _OPERATOR.match(lexer.source, at)
        symbol = match.group() if match else character
        face = symbol if self._state == ALTERNATIVE else _FACES.get(symbol, symbol)
        self._settle()
        if symbol == ";" and (self._state == WORDS or (self._state == IN and self._open[-1:] == ["for"])):
            face = ""
        self._add(Token(Kind.OPERATOR, at, at + len(symbol), face, symbol))
        if face == ";;" and self._open and self._open[-1] == "case":
            self._state = ARM
        elif symbol == "|" and self._state == ALTERNATIVE:
            pass
        elif symbol == ")":
            self._close_parenthesis()
        else:
            self._state = COMMAND

    def _close_parenthesis(self) -> None:
        if self._open and self._open[-1] == "case" and self._state == ALTERNATIVE:
            self._state = COMMAND
            return
        if self._open and self._open[-1] == "(":
            self._pop()
        self._state = CLOSED

    def _parenthesis(self) -> bool:
        """``(``: of a pattern, a subshell, ``((...))`` or a function; False where it is none of them."""
        lexer, at = self.lexer, self.at
        if self._state == ARM:
            self._add(Token(Kind.OPERATOR, at, at + 1, "("))
            self._state = ALTERNATIVE
            return True
        if self._state in (COMMAND, NAME) and lexer.peek(at + 1) == "(":
            end = lexer.arithmetic_end(at + 2)
            if end is not None:
                self._arithmetic(end)
                return True
        if self._state == COMMAND:
            self._push("(")
            self._add(Token(Kind.OPERATOR, at, at + 1, "("))
            return True
        pair = _FUNCTION.match(lexer.source, at)
        if pair and self._state == ARGUMENT and self.tokens[-1].kind is Kind.WORD:
            self._add(Token(Kind.OPERATOR, at, at + 1, "("))
            self._add(Token(Kind.OPERATOR, pair.start(2), pair.end(), ")"))
            self._state = COMMAND
            return True
        return False

    def _arithmetic(self, end: int) -> None:
        lexer, at = self.lexer, self.at
        text = lexer.text.cut(at, end + 2)
        expression = lexer.source[at + 2 : end]
        if self._state == NAME:
            self._add(Token(Kind.LOOP, at, end + 2, _HEADER, expression))
            self._state = IN
        else:
            self._add(Token(Kind.ARITHMETIC, at, end + 2, "w", ArithmeticCommand(text, expression)))
            self._state = CLOSED

    # --- words ---------------------------------------------------------------------------------------------------

    def _word(self) -> None:
        lexer, at, state = self.lexer, self.at, self._state
        if state in (COMMAND, PREFIX) and (assigned := lexer.assignment(at)):
            node, end = assigned
            self._add(Token(Kind.ASSIGNMENT, at, end, "w", node))
            self._bare, self._state = None, PREFIX
            return
        if (
            state == ARGUMENT
            and self._declares
            and (assigned := lexer.assignment(at))
            and assigned[0].array is not None
        ):
            raw = assigned[0].text
            self._add(Token(Kind.WORD, at, at + len(raw), "w", Word(raw, (LiteralText(raw, raw, False),))))
            return
        word, end = lexer.word(at)
        if state in _KEYWORD_STATES and self._keyword(lexer.source[at:end], at, end):
            self._bare = None
            return
        if end == at:
            raise Unread(at, "unexpected character")
        header = state == NAME and self._open[-1:] != ["case"]
        self._add(Token(Kind.WORD, at, end, _HEADER if header else "" if state == WORDS else "w", word))
        if state in (COMMAND, PREFIX):
            self._declares = word.literal in _DECLARATIONS
        self._bare = None
        self._state = _AFTER_WORD.get(state, state)

    def _keyword(self, raw: str, at: int, end: int) -> bool:
        """Read a keyword where one may stand."""
        state = self._state
        if state == IN and raw in ("in", "do"):
            in_case = self._open[-1:] == ["case"]
            self._add(Token(Kind.KEYWORD, at, end, raw if in_case or raw == "do" else "", raw))
            self._state = COMMAND if raw == "do" else ARM if in_case else WORDS
            return True
        if state == ARM and raw == "esac":
            self._close(raw, at, end)
            return True
        if state not in (COMMAND, CLOSED):
            return False
        if state == COMMAND and raw in ("!", "time", "coproc"):
            self._modifier(raw, at, end)
            return True
        if state == COMMAND and raw == "[[" and self.lexer.peek(end) in (" ", "\t", "\n"):
            node, end = self.lexer.conditional(at)
            self._add(Token(Kind.CONDITIONAL, at, end, "w", node))
            self._state = CLOSED
            return True
        if raw not in _KEYWORDS:
            return False
        if raw in _CLOSERS:
            self._close(raw, at, end)
            return True
        face = "for" if raw == "select" else raw
        lead = "; " if state == CLOSED and raw in _CONTINUERS else ""
        self._add(Token(Kind.KEYWORD, at, end, face, raw, lead))
        if raw in _OPENERS:
            self._push(face)
        self._state = NAME if raw in ("for", "select", "case") else COMMAND
        if raw == "function":
            self._function()
        return True

    def _modifier(self, raw: str, at: int, end: int) -> None:
        name: str | None = None
        kind = {"!": Kind.BANG, "time": Kind.TIME, "coproc": Kind.COPROC}[raw]
        if raw == "time" and (option := _TIME_OPTION.match(self.lexer.source, end)):
            end = option.end()
        if raw == "coproc" and (named := _COPROC_NAME.match(self.lexer.source, end)):
            name, end = named.group(1), named.end(1)
        self._add(Token(kind, at, end, "", name))

    def _function(self) -> None:
        """``function name`` with or without ``()``."""
        lexer = self.lexer
        blank = _BLANK.match(lexer.source, self.at)
        at = blank.end() if blank else self.at
        name, end = lexer.word(at)
        if end == at:
            raise Unread(at, "a function without a name")
        self._add(Token(Kind.WORD, at, end, "w", name))
        blank = _BLANK.match(lexer.source, end)
        pair = _FUNCTION.match(lexer.source, blank.end() if blank else end)
        if pair:
            self._add(Token(Kind.OPERATOR, pair.start(1), pair.end(1), "("))
            self._add(Token(Kind.OPERATOR, pair.start(2), pair.end(2), ")"))
