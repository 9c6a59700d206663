#!/usr/bin/env bash
# What conda runs to build mpiqtl. MPI, HDF5 and OpenBLAS are in $PREFIX, libclang and its headers in $BUILD_PREFIX.
set -euo pipefail

export HDF5_DIR=$PREFIX
# The MPI binding is generated from mpi.h, with the C library that conda compiles against.
export LIBCLANG_PATH=$BUILD_PREFIX/lib
export BINDGEN_EXTRA_CLANG_ARGS="--sysroot=${CONDA_BUILD_SYSROOT:-/}"
export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
# The compiler wrapper of Open MPI calls conda's compiler, and the program finds its libraries beside it.
export OMPI_CC=${CC:-cc}
export RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-Wl,-rpath,$PREFIX/lib -L $PREFIX/lib"

cargo install --locked --no-track --path . --root "$PREFIX"
