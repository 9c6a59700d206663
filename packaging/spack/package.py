# Copyright mpiqtl's authors.
#
# SPDX-License-Identifier: (Apache-2.0 OR MIT)
"""mpiqtl for Spack. From the folder of the project:

    spack repo create spack-mpiqtl && mkdir -p spack-mpiqtl/packages/mpiqtl
    cp packaging/spack/package.py spack-mpiqtl/packages/mpiqtl/ && spack repo add spack-mpiqtl
    spack dev-build mpiqtl@main ^openmpi
"""

from spack.package import *

try:
    # From Spack 1.0 on build systems are in the repository of packages.
    from spack_repo.builtin.build_systems.cargo import CargoPackage
except ImportError:
    pass


class Mpiqtl(CargoPackage):
    """eQTL mapping for clusters: every SNP against every gene, MPI ranks over HDF5, Matrix eQTL's statistics."""

    # There is no release to fetch: the sources are those of a checkout, given by dev-build.
    version("main")
    version("0.1.0")

    license("MIT OR Apache-2.0")

    depends_on("c", type="build")
    depends_on("rust@1.91:", type="build")
    depends_on("pkgconfig", type="build")
    # libclang alone: the MPI binding is generated from mpi.h.
    depends_on("llvm+clang", type="build")

    depends_on("mpi")
    depends_on("hdf5@1.10:1.14~mpi")
    depends_on("openblas")

    def setup_build_environment(self, env):
        env.set("HDF5_DIR", self.spec["hdf5"].prefix)
        env.set("LIBCLANG_PATH", self.spec["llvm"].prefix.lib)
        env.set("MPICC", self.spec["mpi"].mpicc)

    @property
    def build_args(self):
        return ["--locked"]
