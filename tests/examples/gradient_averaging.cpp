// Data-parallel training: every rank has a part of the points and computes the gradient of the loss on it; gradients
// are averaged over all ranks, so that all take the same step. Fits y = 2x - 1 by least squares.
//
//     mpicxx -std=c++20 gradient_averaging.cpp $(pkg-config --cflags --libs ringwood-mpi) -o gradient_averaging
//     mpirun -n 2 ./gradient_averaging

#include <mpi.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <ringwood/mpi/communicator.hpp>
#include <span>

namespace {

constexpr int kPoints = 1000;  // of each rank
constexpr int kSteps = 500;
constexpr double kRate = 0.5;

struct Model {
  double slope = 0;
  double offset = 0;
};

/// Of the mean squared error, on the points of this rank.
std::array<double, 2> gradient(const Model& model, int rank, int ranks) {
  std::array<double, 2> sum{};
  for (int i = 0; i < kPoints; ++i) {
    const double x = (i * ranks + rank) / double(kPoints * ranks);
    const double error = model.slope * x + model.offset - (2 * x - 1);
    sum[0] += 2 * error * x / kPoints;
    sum[1] += 2 * error / kPoints;
  }
  return sum;
}

bool train(ringwood::Communicator& world) {
  Model model;
  for (int step = 0; step < kSteps; ++step) {
    std::array<double, 2> mean = gradient(model, world.rank(), world.size());
    world.allreduce(std::span<double>(mean), ringwood::ReduceOperator::kSum);
    model.slope -= kRate * mean[0] / world.size();
    model.offset -= kRate * mean[1] / world.size();
  }
  if (world.rank() == 0) {
    std::printf("y = %.3f x %+.3f, by %d ranks\n", model.slope, model.offset, world.size());
  }
  return std::abs(model.slope - 2) < 1e-3 && std::abs(model.offset + 1) < 1e-3;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  bool fits = false;
  try {
    ringwood::Communicator world(MPI_COMM_WORLD);
    fits = train(world);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gradient_averaging: %s\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
  return fits ? 0 : 1;
}
