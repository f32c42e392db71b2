#!/usr/bin/env python3
"""What `cluster-grid` measured: which candidates are good, decision tables, and the figures. Times are medians.

Usage: cluster_grid.py good FILE OURS FORCED | ours FILE | table DIRECTORY ORDER | points DIRECTORY ORDER |
       chosen DIRECTORY | report DIRECTORY"""
import datetime
import json
import math
import pathlib
import statistics
import sys

LARGE = 256 << 10


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


class Point:
    """One collective, order and size: seconds of each candidate, and of what was chosen, which is the last record."""

    def __init__(self, records):
        self.records = {self.name(record): record for record in reversed(records)}
        self.chosen_name = self.name(records[-1])
        # What was chosen may have been measured twice, as itself and as a candidate: both are times of one thing.
        both = [record["time_s"] for record in records if self.name(record) == self.chosen_name]
        self.chosen = geometric(both)
        self.times = {name: record["time_s"] for name, record in self.records.items()} | {self.chosen_name: self.chosen}
        self.wrong = sum(record.get("wrong", 0) for record in records)
        self.bytes = records[-1]["bytes"]
        self.ranks = records[-1]["ranks"]

    @staticmethod
    def name(record):
        # What is made of several algorithms has no parameters of its own; theirs are in its name.
        if not record.get("parameters") or "(" in record["algorithm"]:
            return record["algorithm"]
        return f'{record["algorithm"]}:{record["parameters"]}'

    def forced(self):
        return {name: time for name, time in self.times.items() if name.startswith("native:")}

    def ours(self):
        """What the selector may take."""
        return {name: time for name, time in self.times.items() if not name.startswith("native:")}


def load(directory, kind):
    points = {}
    for file in pathlib.Path(directory).glob(f"{kind}.*.json"):
        _, collective, order, _ = file.name.split(".", 3)
        point = Point(json.loads(file.read_text()))
        points[collective, order, point.bytes] = point  # by bytes, since sizes are not in the order of their names
    return dict(sorted(points.items()))


def good(file, count, forced):
    point = Point(json.loads(pathlib.Path(file).read_text()))
    ours = {name: time for name, time in point.ours().items() if name != "native"}
    names = sorted(ours, key=ours.get)[:count] + ["native"] + sorted(point.forced(), key=point.forced().get)[:forced]
    print(";".join(names))


def ours(file):
    print(";".join(name for name in Point(json.loads(pathlib.Path(file).read_text())).ours() if name != "native"))


def rules_of(points):
    best = [(size, min(point.ours(), key=point.ours().get)) for size, point in points]
    rules, least = [], 0
    for (size, name), after in zip(best, best[1:] + [None]):
        most = None if after is None else int(math.sqrt(size * after[0]))
        if after is not None and after[1] == name:
            continue
        rules.append({"ranks": [1, None], "bytes": [least, most], "algorithm": name, "at_ranks": points[0][1].ranks})
        least = 0 if most is None else most + 1
    return rules


def sample_of(point):
    return {"ranks": point.ranks, "nodes": point.ranks, "bytes": point.bytes,
            "times": [{"algorithm": name, "s": record["median_s"], "low_s": record["ci_low_s"] or record["median_s"],
                       "high_s": record["ci_high_s"] or record["median_s"]}
                      for name, record in sorted(point.records.items())]}


def table(directory, order):
    grid = load(directory, "grid")
    collectives = []
    for collective in sorted({key[0] for key in grid if key[1] == order}):
        points = [(key[2], point) for key, point in grid.items() if key[:2] == (collective, order)]
        collectives.append({"collective": collective, "rules": rules_of(points),
                            "samples": [sample_of(point) for _, point in points]})
    record = next(iter(next(iter(grid.values())).records.values()))
    provenance = {"source": "measured", "machine": record["host"], "mpi": record["mpi"],
                  "date": datetime.date.today().isoformat(), "type": "float", "op": "sum"}
    path = pathlib.Path(directory) / f"table.{order}.json"
    path.write_text(json.dumps({"schema": "ringwood.decisions/1", "provenance": provenance, "collectives": collectives},
                               indent=1))


def show(name, values, worst, goal):
    if values:
        place, value = worst(values.items(), key=lambda entry: entry[1])
        print(f"  {name}: geometric mean {geometric(list(values.values())):.3f}, worst {value:.3f} "
              f"({place[0]} {place[1]} {place[2]}), of {len(values)} points; goal {goal}")


def speeds(title, points, detail):
    """Ratios above 1: ours is faster."""
    print(title)
    if detail:
        for (collective, order, size), point in points.items():
            best = min(point.ours(), key=point.ours().get)
            forced = min(point.forced().values(), default=float("nan"))
            print(f"    {collective:<14} {order:<10} {size:>9}  {point.chosen_name:<44} {point.chosen * 1e3:9.3f} ms   native "
                  f"{point.times['native'] * 1e3:9.3f}  forced {forced * 1e3:9.3f}   best {best} "
                  f"{point.times[best] * 1e3:.3f}")
    over = {key: point.times["native"] / point.chosen for key, point in points.items()}
    show("native's time over ours", over, min, "1.5, never below 0.95")
    show("native's best forced algorithm over ours",
         {key: min(point.forced().values()) / point.chosen for key, point in points.items() if point.forced()}, min,
         "never below 0.95")
    show("native's time over ours, alternately over the racks, from 256 KiB",
         {key: value for key, value in over.items() if key[1] == "interleave" and key[2] >= LARGE}, min, "3")
    for collective in sorted({key[0] for key in over}):
        show(f"native's time over ours, {collective}", {key: value for key, value in over.items() if key[0] == collective},
             min, "1.5")


def regret(title, points, goal):
    show(title, {key: point.chosen / min(point.ours().values()) for key, point in points.items()}, max, goal)


def predictions(grid, predicted):
    """How far predictions are from what was measured, and whether the predicted best is good."""
    if not predicted:
        return
    errors, misses, points = {}, [], 0
    for key, simulated in predicted.items():
        measured = grid[key].ours()
        both = {name: time for name, time in simulated.times.items() if name in measured}
        errors.setdefault(key[2], []).extend(abs(time / measured[name] - 1) for name, time in both.items())
        best = min(both, key=both.get)
        loss = measured[best] / min(measured[name] for name in both)
        points += 1
        if loss > 1.05:
            misses.append(f"{key[0]} {key[1]} {key[2]}: {best} is {loss:.3f} of the best")
    every = [error for of_size in errors.values() for error in of_size]
    print("predicted by the flow model on the probed machine")
    print(f"  error: median {statistics.median(every):.1%} of {len(every)}; goal 10 %; by size "
          + ", ".join(f"{size} {statistics.median(errors[size]):.1%}" for size in sorted(errors)))
    print(f"  the predicted best is the measured best or within 5 % of it at {points - len(misses)} of {points} points; "
          "goal 95 %")
    for miss in misses:
        print(f"    not {miss}")


def report(directory):
    grid, tuned = load(directory, "grid"), load(directory, "tuned")
    if grid:
        speeds("chosen by the model on the probed machine", grid, True)
        regret("regret of the model", grid, "1.10")
    if tuned:
        speeds("chosen by a table made of the grid, in a run of its own", tuned, True)
        regret("regret of the table", tuned, "1.03")
    raced = load(directory, "raced")
    if raced:
        speeds("chosen by the table of `ringwood tune`, in a run of its own", raced, True)
        regret("regret of the table", raced, "1.03")
    predictions(grid, load(directory, "predicted"))
    without, rules = load(directory, "without"), load(directory, "rules")
    if rules:
        print("the MPI library alone, under the exported rules")
        show("time without over time with them", {key: without[key].chosen / point.chosen for key, point in rules.items()
                                                  if key in without}, min, "above 1")
    print("elements that were wrong:", sum(point.wrong for kind in (grid, tuned, raced, without, rules) for point in kind.values()))


def points(directory, order):
    for collective, of, size in load(directory, "grid"):
        if of == order:
            print(f"{collective}:{size}")


def chosen(directory):
    """What bench.chosen says, at the times of the grid."""
    grid = load(directory, "grid")
    for column, title in ((2, "the first choice of a program"), (3, "a choice after all the others")):
        regrets, over_forced, unknown = {}, {}, []
        for file in sorted(pathlib.Path(directory).glob("chosen.*.txt")):
            for line in file.read_text().splitlines():
                fields = line.split("\t")
                key = fields[0], file.name.split(".")[1], int(fields[1])
                point, name = grid[key], fields[column]
                if name not in point.times:
                    unknown.append(f"{' '.join(map(str, key))}: {name}")
                    continue
                regrets[key] = point.times[name] / min(point.ours().values())
                if point.forced():
                    over_forced[key] = min(point.forced().values()) / point.times[name]
        print(title)
        show("regret", regrets, max, "1.10")
        show("native's best forced algorithm over ours", over_forced, min, "never below 0.95")
        for line in unknown:
            print(f"    not measured: {line}")


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "good":
        good(arguments[0], int(arguments[1]), int(arguments[2]))
    elif command == "ours":
        ours(*arguments)
    elif command == "table":
        table(*arguments)
    elif command == "points":
        points(*arguments)
    elif command == "chosen":
        chosen(*arguments)
    else:
        report(*arguments)


main()
