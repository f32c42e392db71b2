#!/usr/bin/env python3
"""LogGOPS in posted order a second time, in exact fractions, beside `ringwood simulate`.

Written from the model's description (Hoefler, Schneider, Lumsdaine: LogGOPSim, HPDC 2010; see sim/model/loggops.hpp) and
not from the simulator: schedules of a few algorithms are made here, all others are read from `ringwood export`.

    loggops_reference.py RINGWOOD [CASES [SEED]]
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict, deque
from fractions import Fraction

SEND, RECEIVE, REDUCE = range(3)


class Parameters:
    """Of one distance, in picoseconds."""

    def __init__(self, L, o, g, G, O, S):
        self.L, self.o, self.g, self.G, self.O, self.S = L, o, g, G, O, S


class Evaluation:
    """`programs[rank]` is a list of rounds, a round a list of (kind, peer, bytes, reduces)."""

    def __init__(self, programs, parameters, gamma, form):
        self.programs, self.parameters, self.gamma, self.form = programs, parameters, gamma, form
        ranks = len(programs)
        self.cpu, self.nic_out, self.nic_in = ([Fraction(0)] * ranks for _ in range(3))
        self.mail = defaultdict(deque)
        self.progress = 0

    def finish_times(self):
        running = {rank: self.run(rank) for rank in range(len(self.programs))}
        while running:
            before = self.progress
            for rank in list(running):
                if next(running[rank], None) is None:
                    del running[rank]
                    self.progress += 1
            if self.progress == before:
                raise RuntimeError("the reference found a deadlock")
        assert not any(self.mail.values())
        return self.cpu

    def run(self, rank):
        """Yields where the rank waits."""
        for operations in self.programs[rank]:
            start = self.cpu[rank]
            waiting = {"open": 0, "until": Fraction(0)}
            for kind, peer, size, _ in operations:
                if kind == SEND and size > 0:
                    self.send(rank, peer, size, waiting)
            for kind, peer, size, reduces in operations:
                if size == 0 or kind == SEND:
                    continue
                if kind == RECEIVE:
                    while not self.mail[peer, rank]:
                        yield "message"
                    self.receive(rank, peer, size, start)
                if reduces:
                    self.cpu[rank] += self.gamma * size
            while waiting["open"] > 0:
                yield "rendezvous"
            self.cpu[rank] = max(self.cpu[rank], waiting["until"])
            self.nic_out[rank] = max(self.nic_out[rank], waiting["until"])

    def send(self, rank, peer, size, waiting):
        cost = self.parameters(rank, peer)
        start = max(self.cpu[rank], self.nic_out[rank])
        self.cpu[rank] = start + cost.o + (size - 1) * cost.O
        self.nic_out[rank] = start + cost.g + (size - 1) * cost.G
        waits = size > cost.S
        waiting["open"] += waits
        self.mail[rank, peer].append((start + cost.o + cost.L, waiting if waits else None))
        self.progress += 1

    def receive(self, rank, peer, size, round_start):
        head, waiting = self.mail[peer, rank].popleft()
        cost = self.parameters(peer, rank)
        body = (size - 1) * max(cost.O, cost.G)
        if self.form == "textbook":
            taken = max(head, self.nic_in[rank])
            self.cpu[rank] = max(taken + body, self.cpu[rank]) + cost.o + (size - 1) * cost.O
        else:
            taken = max(head, self.cpu[rank], self.nic_in[rank])
            self.cpu[rank] = taken + cost.o + body
        self.nic_in[rank] = taken + cost.g + (size - 1) * cost.G
        if waiting is not None:
            waiting["open"] -= 1
            waiting["until"] = max(waiting["until"], taken, round_start)
        self.progress += 1


def shares(elements, parts):
    return [elements // parts + (part < elements % parts) for part in range(parts)]


def ring_reduce_scatter(p, size):
    return [[[(SEND, (r + 1) % p, size[(r - s - 1) % p], False), (RECEIVE, (r - 1) % p, size[(r - s - 2) % p], True)]
             for s in range(p - 1)] for r in range(p)]


def ring_allgather(p, size):
    return [[[(SEND, (r + 1) % p, size[(r - s) % p], False), (RECEIVE, (r - 1) % p, size[(r - s - 1) % p], False)]
             for s in range(p - 1)] for r in range(p)]


def ring_allreduce(p, size):
    return [first + second for first, second in zip(ring_reduce_scatter(p, size), ring_allgather(p, size))]


def halving_reduce_scatter(p, size):
    def half(rank, mask):
        return sum(size[rank & -mask:(rank & -mask) + mask])

    masks = [p >> (1 + i) for i in range(p.bit_length() - 1)]
    return [[[(SEND, r ^ m, half(r ^ m, m), False), (RECEIVE, r ^ m, half(r, m), True)] for m in masks]
            for r in range(p)]


def bruck_allgather(p, size):
    def blocks(first, count):
        return sum(size[(first + i) % p] for i in range(count))

    steps = [1 << i for i in range((p - 1).bit_length())]
    return [[[(SEND, (r - d) % p, blocks(r, min(d, p - d)), False),
              (RECEIVE, (r + d) % p, blocks(r + d, min(d, p - d)), False)] for d in steps] for r in range(p)]


OWN = {
    ("reduce-scatter", "ring"): ring_reduce_scatter,
    ("allgather", "ring"): ring_allgather,
    ("allreduce", "ring"): ring_allreduce,
    ("reduce-scatter", "recursive-halving"): halving_reduce_scatter,
    ("allgather", "bruck"): bruck_allgather,
}

EXPORTED = [("allreduce", name) for name in ("recursive-doubling", "rabenseifner", "binomial", "circulant", "swing",
                                             "segmented-ring", "k-nomial", "windows", "one-shot")]
EXPORTED += [("allgather", name) for name in ("recursive-doubling", "direct", "sparbit", "circulant")]
EXPORTED += [("broadcast", "binomial"), ("broadcast", "chain"), ("reduce", "binomial"), ("scatter", "binomial"),
             ("gather", "binomial"), ("alltoall", "direct"), ("alltoall", "bruck"), ("barrier", "dissemination")]


def bytes_of(chunks, size):
    total = 0
    for part in chunks.split(","):
        base, _, stride = part.partition("+")
        step, _, repeat = stride.partition("x")
        first, _, last = base.partition("-")
        for i in range(int(repeat or 1)):
            total += sum(size[int(first) + i * int(step or 0):int(last or first) + 1 + i * int(step or 0)])
    return total


def read_schedule(text, elements, blocks):
    """Of ringwood.schedule/1; None if it has lanes."""
    programs, size = [], []
    for words in map(str.split, text.splitlines()):
        if not words:
            continue
        if words[0] == "chunks":
            chunks = int(words[1])
            of_blocks = shares(elements, chunks if blocks == 1 else blocks)
            size = [4 * share for block in of_blocks for share in shares(block, chunks // len(of_blocks))]
        elif words[0] == "fork":
            return None
        elif words[0] == "rank":
            programs.append([])
        elif words[0] == "round":
            programs[-1].append([])
        elif words[0] == "send":
            programs[-1][-1].append((SEND, int(words[1]), bytes_of(words[2], size), False))
        elif words[0] in ("receive", "receive-reduce"):
            reduces = words[0] == "receive-reduce"
            programs[-1][-1].append((RECEIVE, int(words[1]), bytes_of(words[2], size), reduces))
        elif words[0] == "reduce":
            programs[-1][-1].append((REDUCE, -1, bytes_of(words[1], size), True))
    return programs


def call(*arguments):
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def draw_machine(chance):
    """Its specification, and the parameters between two ranks, without what --loggops replaces."""
    per_host, hosts = chance.choice([1, 1, 2, 3]), chance.randrange(2, 16)
    latency, hop, gap = chance.choice([0, 100, 450]), chance.choice([0, 70]), chance.choice([10, 20, 40, 80])
    spec = f"crossbar:hosts={hosts},latency={latency}ns,hop={hop}ns,bandwidth={1000 / gap}GB/s,per-host={per_host}"
    inside = Parameters(200_000, 0, 0, 100, 0, 1 << 60)
    between = Parameters((2 * latency + hop) * 1000, 0, 0, gap, 0, 1 << 60)
    return spec, hosts * per_host, lambda a, b: inside if a // per_host == b // per_host else between


def draw_replaced(chance):
    """--loggops, if anything: every parameter."""
    if chance.random() < 0.3:
        return None
    return {"L": chance.randrange(0, 3_000_000), "o": chance.choice([0, chance.randrange(2_000_000)]),
            "g": chance.choice([0, chance.randrange(3_000_000)]), "G": chance.choice([0, chance.randrange(9000)]),
            "O": chance.choice([0, 0, chance.randrange(9000)]), "S": chance.choice([1 << 40, 0, 8, 64, 1000])}


def compare(ringwood, chance, report):
    """None if there is nothing to compare; else a text, empty where both agree."""
    collective, algorithm = chance.choice(list(OWN) + EXPORTED)
    spec, slots, parameters = draw_machine(chance)
    ranks = chance.randrange(1, min(slots, 20) + 1)
    if algorithm == "recursive-halving":
        ranks = 1 << (ranks.bit_length() - 1)
    elements = chance.choice([chance.randrange(1, 60), chance.randrange(1, 2000), ranks * chance.randrange(1, 30)])
    blocks = {"allreduce": 1, "broadcast": 1, "reduce": 1, "barrier": 1, "alltoall": ranks * ranks}
    if collective == "alltoall":
        elements *= ranks * ranks
    replaced, gamma = draw_replaced(chance), chance.randrange(300)
    form = chance.choice(["textbook", "loggopsim"])
    options = ["--machine", spec, "--gamma", f"{gamma}ps", "--loggops-form", form, "--format", "json"]
    if replaced:
        options += ["--loggops", ",".join(f"{key}={value}{'' if key == 'S' else 'ps'}"
                                          for key, value in replaced.items())]
        same = Parameters(**replaced)
        parameters = lambda a, b: same
    if (collective, algorithm) in OWN:
        programs = OWN[collective, algorithm](ranks, [4 * share for share in shares(elements, ranks)])
    else:
        text = call(ringwood, "export", collective, algorithm, "--ranks", ranks)
        programs = read_schedule(text, elements, blocks.get(collective, ranks)) if text else None
        if programs is None:
            return None
    line = [ringwood, "simulate", collective, "--algorithm", algorithm, "--ranks", ranks, "--sizes", 4 * elements]
    plain, told = call(*line, *options), call(*line, *options, "--report", report)
    if plain is None or told is None:
        return f"was refused: {line} {options}"
    expected = [float(time) * 1e-12 for time in
                Evaluation(programs, parameters, Fraction(gamma), form).finish_times()]
    with open(report, encoding="utf-8") as file:
        finish = json.load(file)[0]["finish_s"]
    record = json.loads(plain)[0]
    messages = sum(kind == SEND and size > 0 for program in programs for operations in program
                   for kind, _, size, _ in operations)
    good = all(abs(a - b) <= 1e-9 * b for a, b in zip(finish, expected)) and len(finish) == len(expected)
    good = good and abs(record["time_s"] - max(expected)) <= 1e-9 * max(expected) and record["messages"] == messages
    return "" if good else f"differs: {line} {options}: {record['time_s']}, the reference says {max(expected)}"


def main():
    ringwood, cases = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 150
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    compared, wrong = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(cases):
            outcome = compare(ringwood, chance, os.path.join(folder, "report.json"))
            compared += outcome is not None
            if outcome:
                wrong += 1
                print(outcome)
    print(f"{compared} compared, {wrong} wrong")
    sys.exit(1 if wrong or compared < cases * 3 // 4 else 0)


if __name__ == "__main__":
    main()
