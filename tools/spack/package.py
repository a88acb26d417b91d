# A Spack recipe for a checkout of this repository. Put this folder into a repository of your own as packages/fedfr, then:
#
#   spack repo create ~/spack-repo fedfr-local && mkdir -p ~/spack-repo/packages
#   cp -r tools/spack ~/spack-repo/packages/fedfr && spack repo add ~/spack-repo
#   spack dev-build --source-path . fedfr@main
#
# LibTorch is py-torch's, whose recipe tells CMake where it is.
from spack.package import *


class Fedfr(CMakePackage, CudaPackage):
    """Federated face recognition: generic and personalised models trained together, over MPI, with LibTorch."""

    license("MIT")

    version("main", branch="main")

    variant("bundle", default=False, description="Install LibTorch's libraries too")
    variant("parquet", default=False, description="Import images from Parquet files")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type=("build", "link"))

    depends_on("mpi@3:")
    depends_on("hdf5@1.10: ~mpi")
    depends_on("boost@1.74: +program_options")
    depends_on("spdlog+fmt_external")
    depends_on("fmt")
    depends_on("nlohmann-json")
    depends_on("libjpeg-turbo")
    depends_on("libpng")
    depends_on("isa-l")
    depends_on("libarchive")
    depends_on("xxhash")
    depends_on("arrow+parquet+snappy+zstd+zlib", when="+parquet")
    depends_on("gnuplot", type="run")
    depends_on("googletest+gmock", type="test")

    depends_on("py-torch@2.11 ~cuda", when="~cuda")
    depends_on("py-torch@2.11 +cuda", when="+cuda")
    depends_on("nccl@2.18:", when="+cuda")

    generator("ninja")

    def cmake_args(self):
        return [
            self.define_from_variant("FEDFR_CUDA", "cuda"),
            self.define_from_variant("FEDFR_BUNDLE_TORCH", "bundle"),
            self.define_from_variant("FEDFR_PARQUET", "parquet"),
            self.define("FEDFR_WERROR", False),
            self.define("BUILD_TESTING", self.run_tests),
        ]

    def check(self):
        # The tests of whole programs start ranks, which a build host may not allow.
        with working_dir(self.build_directory):
            ctest("-LE", "job|mpi|golden|gpu|lint|install")

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def doctor(self):
        Executable(join_path(self.prefix.bin, "fedfr"))("doctor")
