"""Differential fuzzing: random programs over the whole public set, judged by other engines.

A program is data (`programs.Program`: inputs and a list of instructions), so that it can be run by several engines,
minimised by taking instructions out, and printed as a script. `operations` is the table of what instructions there are;
`by_torch` and `by_numpy` are the two judges' words for it; `judge` runs a program every way there is (`running`,
`replays`) and compares with the `reference`;
`policy` says in writing which differences are meant; `minimise` makes a failing program small.

    python -m tests.fuzz --minutes 10 --seed 1

A seed that begins with "wide" draws from operations that came later, too: leaves that are made of a node's numbers
(``ag.Tensor(x)``, ``nn.Parameter(x)``, ``getval(x)``, ``x.data``), which PyTorch calls detached, and recordings refuse.
"""
