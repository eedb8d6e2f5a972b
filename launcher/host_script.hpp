#pragma once
#include <string>

#include "launcher/bundle.hpp"

namespace scoop {

/// What a host's shell is to do until scoop-worker speaks.
struct HostSettings {
  SharedBundle runtime;
  SharedBundle program;
  std::string prefix;  // of an installation there that is used instead of the runtime; empty: none
  std::string path;    // the working folder; empty: `own_path` if it is there, else the home
  std::string prolog;  // text of a script that the shell reads before scoop-worker begins

  // The same for all hosts: `own_settings` fills them in.
  std::string machine;        // as uname -m calls this one's
  std::string own_path;       // the launcher's current folder
  std::string own_libraries;  // its LD_LIBRARY_PATH: by it files that are used in place find each other
  bool may_share = true;      // files that are there already, on a file system that both share, are used in place
};

/// Those of this process. SCOOP_ALWAYS_SHIP, if set and not empty, turns sharing off: for tests on one machine, where
/// all files are shared.
HostSettings own_settings(SharedBundle runtime, SharedBundle program);

/// 32 random digits with a dash in the middle: one for each host.
std::string new_marker();

/// The script of /bin/sh. It needs sh, tar, and chmod, head, mkdir, mv, rm, stat, touch, uname of
/// GNU or busybox.
///
/// It writes lines that begin with the marker and a blank:
///   machine NAME         first of all
///   folder KIND PATH     the working folder: asked, own or home
///   send runtime|program it waits for the archive of this bundle, and for no byte more
///   program FOLDER       where the program lies; no folder: where it lies here
///   ready                scoop-worker begins: it reads and writes what comes next
/// or says on standard error what is wrong and ends. The marker does not stand in the script as a whole, so that nobody
/// who prints the script prints it.
///
/// scoop-worker gets --host --control-stdio, and --cache FOLDER for each folder of the cache that is in use.
std::string host_script(const HostSettings& settings, const std::string& marker);

}  // namespace scoop
