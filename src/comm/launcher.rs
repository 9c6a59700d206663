//! A start by the wrong launcher: N processes that each believe they are alone.

/// A world of one rank where the launcher started several.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "{variable}={launched} says that {launched} processes were started, but MPI sees a world of 1: each would do the \
     whole run. Start with 'srun --mpi=pmix' or with the mpirun of the MPI this program was built with, or give \
     --one-rank if a single rank is meant"
)]
pub struct LauncherError {
    variable: &'static str,
    launched: u64,
}

/// What launchers tell their processes about the number of ranks.
const RANK_COUNTS: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS"];

/// Checks the size of the world against what the launcher says in the environment.
///
/// # Errors
/// If the world has one rank and a launcher says there are more.
pub fn check_world_size(
    size: usize,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<(), LauncherError> {
    match launched(environment) {
        Some((variable, launched)) if size == 1 => Err(LauncherError { variable, launched }),
        _ => Ok(()),
    }
}

/// What launchers tell a process about its rank.
const RANKS: [&str; 3] = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"];

/// The rank of this process and their number as the launcher says, without MPI; alone where it says nothing.
pub fn launched_as(environment: impl Fn(&str) -> Option<String>) -> (u64, u64) {
    match launched(&environment) {
        None => (0, 1),
        Some((_, size)) => {
            let mut ranks = RANKS.into_iter().filter_map(&environment);
            let rank = ranks.find_map(|rank| rank.parse().ok());
            (rank.unwrap_or(0), size)
        }
    }
}

/// Whether a launcher says that this process is one of several.
pub fn is_one_of_several() -> bool {
    launched(|name| std::env::var(name).ok()).is_some()
}

/// The variable that tells of more than one process, and how many.
fn launched(environment: impl Fn(&str) -> Option<String>) -> Option<(&'static str, u64)> {
    RANK_COUNTS.into_iter().find_map(|variable| {
        let launched = environment(variable)?.parse().ok()?;
        (launched > 1).then_some((variable, launched))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked| (asked == name).then(|| value.to_string())
    }

    #[test]
    fn one_of_many_who_believes_to_be_alone_is_an_error_that_says_what_to_do() {
        for name in RANK_COUNTS {
            let message = check_world_size(1, with(name, "4"))
                .unwrap_err()
                .to_string();
            assert!(
                message.contains(name)
                    && message.contains("--mpi=pmix")
                    && message.contains("mpirun")
            );
        }
    }

    #[test]
    fn the_launcher_tells_a_process_its_rank() {
        let told = |name: &str| {
            let value = match name {
                "PMI_SIZE" => "4",
                "PMI_RANK" => "3",
                _ => return None,
            };
            Some(value.to_string())
        };
        assert_eq!(launched_as(told), (3, 4));
        assert_eq!(launched_as(with("SLURM_PROCID", "3")), (0, 1));
        assert_eq!(launched_as(with("SLURM_NTASKS", "3")), (0, 3));
    }

    #[test]
    fn a_true_world_or_a_single_process_is_fine() {
        assert_eq!(check_world_size(4, with("SLURM_NTASKS", "4")), Ok(()));
        assert_eq!(check_world_size(1, with("SLURM_NTASKS", "1")), Ok(()));
        assert_eq!(check_world_size(1, |_| None), Ok(()));
    }
}
