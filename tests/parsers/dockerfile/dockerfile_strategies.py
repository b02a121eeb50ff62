"""Generated Dockerfiles: directives, comments, blanks, continuations, heredocs, arrays right and wrong, odd spaces."""

from __future__ import annotations

from hypothesis import strategies as st

SPACE = st.sampled_from([" ", "  ", "\t", " \t ", "\v", "\f", " \f"])
# Space for Go or Python, for both or none, or only at the start of a file.
ODD = st.sampled_from("\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u200b\u2028\u2029\u3000\ufeff")
WORD = st.sampled_from(
    ["a", "b c", "/x/y", "é", "$X", "${X:-y}", "&&", "'q r'", '"s t"', "k=v", 'k="v w"', "#no", "[", "]", "-x",
     "\\ ", "a\\b", "`", "<", ">f", "A=1", "😀", "\u00a0", "--late"]
)  # fmt: skip
STRING = st.sampled_from(['"a"', '"b c"', '"é"', '"\\n"', '"\\u00e9"', '""', '"<<X"', '"\\ud800"', '"$X"'])
ODD_ITEM = st.sampled_from(["'a'", "a", '"\\x"', '"\t"', "", "“a”"])
OTHER_ITEM = st.sampled_from(["1", "-0.5e3", "null", "true", "[]", '{"a": [1]}', '["a"]'])
BREAK = st.sampled_from([" \\\n", "\\\n  ", " \\ \t\n", " \\\n# comment\n", " \\\n\n   \n\t# c\n", "\\\r\n", " "])
KEYWORDS = st.sampled_from(
    ["RUN", "CMD", "ENTRYPOINT", "SHELL", "USER", "WORKDIR", "EXPOSE", "VOLUME", "STOPSIGNAL", "ARG", "run", "Cmd",
     "LABEL", "MAINTAINER", "NOPE", "ADD", "COPY"]
)  # fmt: skip
FLAG = st.sampled_from(
    ["--from=x", "--mount=type=cache,target=/c", '--mount="a b"', "--x='y'", "--bare", "--a=b\\ c", "--", '--e=""']
)


@st.composite
def arrays(draw: st.DrawFn) -> str:
    items = draw(st.lists(st.one_of(STRING, STRING, STRING, ODD_ITEM), max_size=4))
    if draw(st.integers(0, 9)) == 0:
        items.append(draw(OTHER_ITEM))
    separator = draw(st.sampled_from([", ", ",", " , ", ", \\\n  ", ", \\\n# c\n ", " "]))
    end = draw(st.sampled_from(["]"] * 6 + [",]", "", "] # c", "] x", " ]\t"]))
    return draw(st.sampled_from(["[", "[ "])) + separator.join(items) + end


@st.composite
def heredocs(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(["EOF", "A", "'Q'", '"R"', "x.sh", "E\\F"]), min_size=1, max_size=3))
    marks = [draw(st.sampled_from(["<<", "<<-", "3<<"])) + name for name in names]
    command = draw(st.sampled_from(["RUN", "RUN", "COPY", "ADD", "ONBUILD RUN", "CMD", "RUN --mount=type=cache"]))
    tail = draw(st.sampled_from(["", " cat", " /dst", " \\\n  x", ' "q"', " it's"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [command + " " + " ".join(marks) + tail]
    for name, mark in zip(names, marks, strict=True):
        lines += draw(st.lists(st.sampled_from(["echo x", "\tCMD y", "", "# z \\", "  EOF", "\t\t\\"]), max_size=3))
        plain = name.strip("'\"").replace("\\", "")
        lines.append(("\t" if "-" in mark and draw(st.booleans()) else "") + plain)
    return end.join(lines)


@st.composite
def instructions(draw: st.DrawFn) -> str:
    keyword = draw(KEYWORDS)
    lead = draw(
        st.sampled_from(["", "", "", " ", "\t", "ONBUILD ", "HEALTHCHECK CMD ", "HEALTHCHECK --interval=1s CMD "])
    )
    keyword = "" if lead.startswith("HEALTHCHECK") else keyword
    flags = "".join(flag + " " for flag in draw(st.lists(FLAG, max_size=2)))
    if draw(st.booleans()):
        return lead + keyword + draw(SPACE) + flags + draw(arrays())
    words = draw(st.lists(WORD, max_size=5))
    separators = [draw(st.one_of(SPACE, BREAK)) for _ in words]
    value = "".join(word + separator for word, separator in zip(words, separators, strict=True))
    return lead + keyword + draw(SPACE) + flags + value


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """The text of a Dockerfile."""
    head = draw(
        st.sampled_from(["", "", "# syntax=x\n", "# escape=`\n", "# escape=\\\n", "# c\n# escape=`\n", "\ufeff"])
    )
    comment = st.sampled_from(["# comment", "", "   ", "  # c \\", "ENV a=b c='d e'", "ENV a b  c", "\\"])
    body = draw(st.lists(st.one_of(instructions(), instructions(), heredocs(), comment), max_size=6))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = head + "FROM a" + end + end.join(body) + draw(st.sampled_from(["", end]))
    if "`" not in head:
        return text
    # The oracle takes a backslash in a flag for an escape whatever the directive says.
    return "\n".join([line.replace("\\", "") if "--" in line else line for line in text.split("\n")])


@st.composite
def disturbed(draw: st.DrawFn) -> str:
    """The text of a Dockerfile with odd spaces anywhere in it, also in place of a space."""
    text = draw(dockerfiles())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        rest = text[at + 1 :] if text[at : at + 1] == " " and draw(st.booleans()) else text[at:]
        text = text[:at] + draw(ODD) + rest
    return text
