//! The mpiqtl program.

use std::process::ExitCode;

fn main() -> ExitCode {
    mpiqtl::cli::main()
}
