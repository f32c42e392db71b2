#!/usr/bin/env python3
"""An mpi4py program that knows nothing of Ringwood.

RINGWOOD_REPORT=1 ringwood run -- mpirun -n 2 python3 mean.py
"""
import array

from mpi4py import MPI

world = MPI.COMM_WORLD
ranks = world.Get_size()
values = array.array("d", [world.Get_rank() + i for i in range(1000)])
sums = array.array("d", bytes(8 * 1000))
world.Allreduce([values, MPI.DOUBLE], [sums, MPI.DOUBLE], op=MPI.SUM)
means = [value / ranks for value in sums]
assert all(abs(mean - (ranks - 1) / 2 - i) < 1e-9 for i, mean in enumerate(means)), "wrong means"
if world.Get_rank() == 0:
    print(f"mean of the first: {means[0]:.3f}, by {ranks} ranks")
