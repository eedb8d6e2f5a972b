#pragma once
#include <scoop/detail/abi.hpp>

/// The whole life of a worker process after its arguments were read: takes its plan from the daemon at the other end of
/// `control_fd`, loads the program, joins the pool, runs `main` (the origin) or tasks (the others), and ends by exit().
///
/// Errors: what keeps it from starting is told to the daemon in one sentence; the process ends with status 2.
SCOOP_API int scoop_worker_main(int control_fd);
