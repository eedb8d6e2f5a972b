#pragma once
#include "common/control/map_progress.hpp"

namespace scoop {

/// How a process shows progress that has no daemon to tell: on standard error by itself, whenever something is told,
/// and what is left of it when the process ends. A signal that ends or stops it gives the terminal back before.
void show_progress_here(control::MapProgress progress);

}  // namespace scoop
