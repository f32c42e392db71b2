#!/usr/bin/env python3
"""Figures of what `cluster` measured: speed over the MPI library, regret of choices, errors of predictions.

Usage: cluster_report.py DIRECTORY. Ratios are of medians of one run; geometric means over sizes."""
import json
import math
import pathlib
import sys


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spelled(record):
    return record["algorithm"] + (":" + record["parameters"] if record.get("parameters") else "")


def load(directory, kind):
    """{(collective, order): {bytes: {algorithm: seconds}}}, and which of them the library chose."""
    times, chosen, wrong = {}, {}, 0
    for file in sorted(directory.glob(f"{kind}.*.json")):
        _, collective, order, _ = file.name.split(".")
        for record in json.loads(file.read_text()):
            point = times.setdefault((collective, order), {}).setdefault(record["bytes"], {})
            name = spelled(record)
            if name in point:  # the last one is what was chosen, beside itself
                chosen[collective, order, record["bytes"]] = name, record["time_s"]
            else:
                chosen[collective, order, record["bytes"]] = name, record["time_s"]
                point[name] = record["time_s"]
            wrong += record.get("wrong", 0)
    return times, chosen, wrong


def show(name, values, worse=max):
    if values:
        print(f"  {name}: geometric mean {geometric(values):.3f}, worst {worse(values):.3f}, of {len(values)} points")


def speed(directory):
    times, chosen, wrong = load(directory, "measured")
    forced = [load(directory, f"forced{number}")[0] for number in range(1, 7)]
    for (collective, order), sizes in times.items():
        print(f"{collective}, {order}: chosen by the model on the probed machine")
        over_default, over_forced, large, regrets = [], [], [], []
        for size, point in sorted(sizes.items()):
            name, seconds = chosen[collective, order, size]
            best = min(point, key=point.get)
            by_force = [one[collective, order][size]["native"] for one in forced
                        if size in one.get((collective, order), {})]
            over_default.append(point["native"] / seconds)
            regrets.append(seconds / min(point[best], seconds))
            if by_force:
                over_forced.append(min(by_force) / seconds)
            if size >= 256 << 10:
                large.append(point["native"] / seconds)
            print(f"    {size:>9}  {name:<44} {seconds * 1e3:9.3f} ms   native {point['native'] * 1e3:9.3f}   best "
                  f"{best} {point[best] * 1e3:.3f}" + (f"   forced {min(by_force) * 1e3:.3f}" if by_force else ""))
        show("native's time over ours", over_default, min)
        show("the same from 256 KiB", large, min)
        show("native's best forced algorithm over ours", over_forced, min)
        show("our time over the best measured candidate's", regrets)
    if times:
        print(f"elements that were wrong: {wrong}")


def regret_of_tables(directory):
    times, chosen, _ = load(directory, "tuned")
    regrets, over = [], []
    for (collective, order, size), (_, seconds) in chosen.items():
        point = times[collective, order][size]
        regrets.append(seconds / min(seconds, *point.values()))
        over.append(point["native"] / seconds)
    if regrets:
        print("chosen by the tuned table")
        show("our time over the best measured candidate's", regrets)
        show("native's time over ours", over, min)


def exported(directory):
    without, rules = load(directory, "without")[0], load(directory, "rules")[0]
    ratios = [without[place][size]["native"] / rules[place][size]["native"]
              for place in rules for size in rules[place] if size in without.get(place, {})]
    if ratios:
        print("the MPI library under the exported rules")
        show("time without over time with them", ratios, min)


def predictions(directory):
    measured, simulated = load(directory, "measured")[0], load(directory, "simulated")[0]
    errors, hits, points = [], 0, 0
    for place, sizes in simulated.items():
        of_place = []
        for size, predicted in sizes.items():
            real = measured.get(place, {}).get(size, {})
            both = [name for name in predicted if name in real]
            if not both:
                continue
            of_place += [abs(predicted[name] / real[name] - 1) for name in both]
            best = min(both, key=predicted.get)
            hits += real[best] <= 1.05 * min(real[name] for name in both)
            points += 1
        if of_place:
            print(f"predicted, {place[0]}, {place[1]}: median error {median(of_place):.1%} of {len(of_place)}")
        errors += of_place
    if errors:
        print(f"predicted in all: median error {median(errors):.1%} of {len(errors)}; the predicted best is the measured "
              f"best or within 5 % of it at {hits} of {points} points")


def main():
    directory = pathlib.Path(sys.argv[1])
    speed(directory)
    regret_of_tables(directory)
    exported(directory)
    predictions(directory)


main()
