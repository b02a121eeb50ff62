"""Shell programs made by hypothesis from a grammar: compound commands, operators, quotes and expansions, nested."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = "a app x1 -f --y=z /bin/x if done é a#b 2 1.2 a=b *.c 😀 'q\\ r' \"d$x\" $@ \"${x:-y}\" ${x#*/} $((1+x)) '' $'\\\\n' a\\\\\\\nb".split(
    " "
)
HEADS = ["a", "exec app", "A=1 b", "export C=2", "[ -n x ]", "[[ $x == a* && ! -n y ]]", "((x + 1))", "A=1"]
REDIRECTS = ["", "", "", " > f", " 2>&1", " < in >>log", ' <<<"s"']
JOINERS = [" && ", " || ", " | ", "; ", "\n", " &\n", " # note\n", " |\n", " && \\\n", " & "]
SHAPES = [
    "{{ {}; }}", "( {} )", "if {}; then {}; fi", "if {}\nthen {}\nelif {}; then {}\nelse\n {}\nfi", "while {}; do {}; done",
    "until {}\ndo\n{}\ndone", 'for x in a "$@"; do {}; done', "for x\ndo {}\ndone", "for ((i=0; i<2; i++)); do {}; done",
    "f() {{ {}; }}", "case $x in a|b) {};; (c) {} ;; *) esac",
]  # fmt: skip


@st.composite
def programs(draw: st.DrawFn, depth: int = 2) -> str:
    """Programs up to a few levels deep; nearly all are right, and a shell tells which."""
    pieces = [draw(st.sampled_from(["", "", "", "! ", "time "]))]
    for number in range(draw(st.integers(1, 3))):
        pieces += [draw(st.sampled_from(JOINERS))] if number else []
        kind = draw(st.integers(0, 3))
        if kind == 0 and depth:
            shape = draw(st.sampled_from(SHAPES))
            pieces.append(shape.format(*(draw(programs(depth - 1)) for _ in range(shape.count("{}")))))
        elif kind == 1 and depth:
            pieces.append(f'run "$({draw(programs(depth - 1))})" x')
        elif kind == 2:
            pieces.append("run " + " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))))
        else:
            pieces.append(draw(st.sampled_from(HEADS)))
        pieces.append(draw(st.sampled_from(REDIRECTS)))
    return "".join(pieces)
