# A recipe for Spack. Where the sources are is for whoever publishes them to say (`git` or `url`); until then:
#   spack repo create ringwood-repo && cp -r tools/packaging/spack/ringwood ringwood-repo/packages/
#   spack repo add ringwood-repo && spack dev-build ringwood@0.1.0
from spack.package import *


class Ringwood(CMakePackage):
    """Collectives for MPI programs as schedules that are proved, executed and simulated from one source."""

    version("0.1.0")

    variant("mpi", default=True, description="Build what runs over MPI")
    variant("plugins", default=True, description="Load algorithms from shared objects that users name")
    variant("hwloc", default=True, description="Describe the machine that it runs on")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi@3:", when="+mpi")
    depends_on("hwloc@2:", when="+hwloc")
    depends_on("boost+program_options")
    depends_on("fmt@9:")
    depends_on("nlohmann-json@3.11:")
    depends_on("protozero")
    depends_on("pugixml")
    depends_on("yaml-cpp")
    depends_on("googletest+gmock", type="test")

    # Coroutines, and designated initialisers in constants.
    conflicts("%gcc@:11")
    conflicts("%clang@:13")

    generator("ninja")

    def cmake_args(self):
        return [
            self.define_from_variant("RINGWOOD_WITH_MPI", "mpi"),
            self.define_from_variant("RINGWOOD_WITH_PLUGINS", "plugins"),
            self.define_from_variant("RINGWOOD_WITH_HWLOC", "hwloc"),
            self.define("RINGWOOD_BUILD_TESTS", self.run_tests),
            self.define("RINGWOOD_BUILD_BENCHMARKS", False),
            self.define("RINGWOOD_WERROR", False),
        ]
