"""Shell programs made by hypothesis from a grammar: compound commands, operators, quotes and expansions, nested."""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN = st.sampled_from(["a", "app", "x1", "-f", "--y=z", "/bin/x", "if", "done", "é", "a#b", "2", "{", "1.2", "a=b", "*.c", "😀"])
NAMES = st.sampled_from(["x", "PATH", "_y2"])


def _word(nested: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pieces = st.one_of(
        PLAIN,
        st.sampled_from(["'q r'", "'#'", '"d $x"', '"a\\"b"', "\\ ", "\\\n", "$x", "$@", '"${x:-y z}"', "${x#*/}", "$((1+x))", "''", "$'\\n'"]),
        st.builds("$({})".format, nested),
        st.builds('"$({})"'.format, nested),
    )
    return st.lists(pieces, min_size=1, max_size=3).map("".join)


def _redirect() -> st.SearchStrategy[str]:
    return st.sampled_from([" > f", " 2>&1", " < in", " >>log", " 2>/dev/null", ' <<<"s"'])


def _simple(nested: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = st.lists(_word(nested), max_size=3).map(" ".join)
    head = st.sampled_from(["a", "exec app", "A=1 b", "export C=2", "[ -n x ]", "[[ $x == a* && ! -n y ]]", "((x + 1))", "A=1"])
    plain = st.builds("{}{}".format, head, st.lists(_redirect(), max_size=2).map("".join))
    return st.one_of(plain, st.builds("run {}{}".format, words, st.lists(_redirect(), max_size=2).map("".join)))


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    redirected = st.sampled_from(["", " > f", " 2>&1 < g"])
    shapes = st.one_of(
        st.builds("{{ {}; }}{}".format, inner, redirected),
        st.builds("( {} ){}".format, inner, redirected),
        st.builds("if {}; then {}; fi{}".format, inner, inner, redirected),
        st.builds("if {}\nthen {}\nelif {}; then {}\nelse\n {}\nfi".format, inner, inner, inner, inner, inner),
        st.builds("while {}; do {}; done{}".format, inner, inner, redirected),
        st.builds("until {}\ndo\n{}\ndone".format, inner, inner),
        st.builds("for {} in a \"$@\"; do {}; done{}".format, NAMES, inner, redirected),
        st.builds("for x\ndo {}\ndone".format, inner),
        st.builds("for ((i=0; i<2; i++)); do {}; done".format, inner),
        st.builds("f() {{ {}; }}".format, inner),
        st.builds("case $x in a|b) {};; (c) {} ;; *) esac{}".format, inner, inner, redirected),
    )
    return shapes


def _joined(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joiner = st.sampled_from([" && ", " || ", " | ", "; ", "\n", " &\n", " # note\n", " |\n", " && \\\n", " & "])
    tail = st.lists(st.tuples(joiner, commands), max_size=3).map(lambda pairs: "".join(a + b for a, b in pairs))
    return st.builds("{}{}{}".format, st.sampled_from(["", "", "", "! ", "time "]), commands, tail)


def programs() -> st.SearchStrategy[str]:
    """Programs up to a few levels deep; nearly all are right, and a shell tells which."""
    return st.recursive(
        _simple(st.just("b c")),
        lambda inner: st.one_of(_joined(_compound(inner)), _joined(_simple(inner)), _joined(inner)),
        max_leaves=6,
    )
