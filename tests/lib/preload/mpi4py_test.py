"""mpi4py's collectives, of buffers and of pickled objects. Exits with 1 if a result is wrong."""

import array
import sys

from mpi4py import MPI

world = MPI.COMM_WORLD
rank = world.Get_rank()
ranks = world.Get_size()
count = 1000
sums = [ranks * i + ranks * (ranks - 1) // 2 for i in range(count)]
wrong = 0


def numbers():
    return array.array("d", [rank + i for i in range(count)])


result = array.array("d", [0] * count)
world.Allreduce([numbers(), MPI.DOUBLE], [result, MPI.DOUBLE], op=MPI.SUM)
wrong += list(result) != sums
result = numbers()
world.Allreduce(MPI.IN_PLACE, [result, MPI.DOUBLE], op=MPI.MAX)
wrong += list(result) != [ranks - 1 + i for i in range(count)]
gathered = array.array("i", [0] * 5 * ranks)
world.Allgather([array.array("i", [rank] * 5), MPI.INT], [gathered, MPI.INT])
wrong += list(gathered) != [i // 5 for i in range(5 * ranks)]
block = array.array("i", [0] * 3)
world.Reduce_scatter_block([array.array("i", [rank + i for i in range(3 * ranks)]), MPI.INT], [block, MPI.INT])
wrong += list(block) != [ranks * (rank * 3 + i) + ranks * (ranks - 1) // 2 for i in range(3)]
wrong += world.allreduce((rank, "name"), op=MPI.MAX) != (ranks - 1, "name")
wrong += world.bcast({"root": rank}, root=ranks - 1) != {"root": ranks - 1}
wrong += world.allgather("x" * rank) != ["x" * i for i in range(ranks)]
lists = world.reduce([rank], root=0)
wrong += rank == 0 and lists != list(range(ranks))
exchanged = array.array("i", [0] * ranks)
world.Alltoall([array.array("i", [rank * 100 + i for i in range(ranks)]), MPI.INT], [exchanged, MPI.INT])
wrong += list(exchanged) != [i * 100 + rank for i in range(ranks)]
world.Gather([array.array("i", [rank]), MPI.INT], [exchanged, MPI.INT] if rank == 0 else None, root=0)
wrong += rank == 0 and list(exchanged) != list(range(ranks))
single = array.array("i", [-1])
world.Scatter([exchanged, MPI.INT] if rank == 0 else None, [single, MPI.INT], root=0)
wrong += single[0] != rank
sent = numbers()
request = world.Iallreduce([sent, MPI.DOUBLE], [result, MPI.DOUBLE])
world.Barrier()
request.Wait()
wrong += list(result) != sums
half = world.Split(rank % 2, rank)
wrong += half.allreduce(1) != half.Get_size()
half.Free()
sys.exit(1 if world.allreduce(int(wrong)) else 0)
