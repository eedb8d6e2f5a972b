// The life of a worker process, from its plan to its exit.
#include "worker/runtime/worker_process.hpp"

#include <cstdlib>
#include <string>

#include "worker/runtime/executor.hpp"
#include "worker/runtime/identity.hpp"
#include "worker/runtime/module_table.hpp"
