#include "launcher/ssh_failure.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace scoop;

namespace {

const RequestedHost plain{"node7"};
const RequestedHost full{"node7", "me", 2222};

LossCause exited(int status) { return {0, status, "ended with exit status " + std::to_string(status)}; }

std::string explain(const std::string& said, int status, const RequestedHost& host = plain) {
  return explain_ssh_failure(host, said, exited(status)).message;
}

struct Case {
  int status;
  std::string said;   // with ssh's own line ends
  std::string begin;  // of our sentence
  std::string line;   // that it quotes
  bool is_worth_retry = false;
};

// What OpenSSH 9.2, its shells and its loader say.
const std::vector<Case> cases{
    {255, "me@node7: Permission denied (publickey,password).\r\n", "node7: it does not let you in; make this work",
     "me@node7: Permission denied (publickey,password)."},
    {255,
     "Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures\r\n"
     "Disconnected from 127.0.0.1 port 22\r\n",
     "node7: it does not let you in; name the one right key",
     "Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures"},
    {255,
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
     "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
     "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\n"
     "Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r\n"
     "It is also possible that a host key has just been changed.\r\n"
     "The fingerprint for the ED25519 key sent by the remote host is\n"
     "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDxWvYvLbhDEqFUYYQ.\r\n"
     "Please contact your system administrator.\r\n"
     "Add correct host key in /home/me/.ssh/known_hosts to get rid of this message.\r\n"
     "Offending ED25519 key in /home/me/.ssh/known_hosts:1\r\n"
     "  remove with:\r\n"
     "  ssh-keygen -f \"/home/me/.ssh/known_hosts\" -R \"node7\"\r\n"
     "Host key for node7 has changed and you have requested strict checking.\r\n"
     "Host key verification failed.\r\n",
     "node7: its host key is not the one that is known here; if it was installed anew, forget the old key with "
     "ssh-keygen -R node7",
     "Host key for node7 has changed and you have requested strict checking."},
    {255,
     "ED25519 host key for node7 was revoked and you have requested strict checking.\r\nHost key verification "
     "failed.\r\n",
     "node7: its host key is marked as revoked;",
     "ED25519 host key for node7 was revoked and you have requested strict checking."},
    {255,
     "No ED25519 host key is known for node7 and you have requested strict checking.\r\n"
     "Host key verification failed.\r\n",
     "node7: its host key is not known here; log in once by hand",
     "No ED25519 host key is known for node7 and you have requested strict checking."},
    {255, "Host key verification failed.\r\n", "node7: its host key is not known here; log in once by hand",
     "Host key verification failed."},
    {255, "ssh: connect to host node7 port 22: Connection refused\r\n", "node7: no sshd listens there;",
     "ssh: connect to host node7 port 22: Connection refused"},
    {255, "ssh: connect to host node7 port 22: Connection timed out\r\n", "node7: it does not answer;",
     "ssh: connect to host node7 port 22: Connection timed out"},
    {255, "ssh: connect to host node7 port 22: No route to host\r\n", "node7: no way leads there;",
     "ssh: connect to host node7 port 22: No route to host"},
    {255, "ssh: connect to host node7 port 22: Network is unreachable\r\n", "node7: no way leads there;",
     "ssh: connect to host node7 port 22: Network is unreachable"},
    {255, "Connection timed out during banner exchange\r\nConnection to 127.0.0.1 port 22 timed out\r\n",
     "node7: it takes connections, but its sshd does not answer;", "Connection timed out during banner exchange"},
    {255, "ssh: Could not resolve hostname node7: Name or service not known\r\n",
     "node7: no machine of this name is known;", "ssh: Could not resolve hostname node7: Name or service not known"},
    {255, "ssh: Could not resolve hostname node7: Temporary failure in name resolution\r\n",
     "node7: no machine of this name is known;",
     "ssh: Could not resolve hostname node7: Temporary failure in name resolution"},
    {255, "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 127.0.0.1 port 22\r\n",
     "node7: it dropped the login;", "Connection closed by 127.0.0.1 port 22", true},
    {255, "kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 127.0.0.1 port 22\r\n",
     "node7: it dropped the login;", "Connection reset by 127.0.0.1 port 22", true},
    {255, "ssh: connect to host node7 port 22: Connection reset by peer\r\n", "node7: it dropped the login;",
     "ssh: connect to host node7 port 22: Connection reset by peer", true},
    {255, "Connection closed by 127.0.0.1 port 22\r\n", "node7: it dropped the login;",
     "Connection closed by 127.0.0.1 port 22", true},
    {255, "Connection reset by 127.0.0.1 port 22\r\n", "node7: it dropped the login;",
     "Connection reset by 127.0.0.1 port 22", true},
    {255, "Connection to node7 closed by remote host.\r\n", "node7: the connection was lost;",
     "Connection to node7 closed by remote host."},
    {255, "client_loop: send disconnect: Broken pipe\r\n", "node7: the connection was lost;",
     "client_loop: send disconnect: Broken pipe"},
    {255, "Timeout, server node7 not responding.\r\n", "node7: the connection was lost;",
     "Timeout, server node7 not responding."},
    // a jump host that cannot reach the host: its own line tells more than ssh's
    {255,
     "channel 0: open failed: connect failed: Name or service not known\r\n"
     "ssh: Could not resolve hostname jump: Name or service not known\r\n"
     "kex_exchange_identification: Connection closed by remote host\r\n"
     "Connection closed by UNKNOWN port 65535\r\n",
     "node7: no machine of this name is known;", "ssh: Could not resolve hostname jump: Name or service not known"},

    {1,
     "./scoop-worker: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./scoop-worker)\n",
     "node7: its C library is older than the programs need;",
     "./scoop-worker: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./scoop-worker)"},
    {127,
     "./scoop-worker: error while loading shared libraries: libzmq.so.5: cannot open shared object file: No such file "
     "or directory\n",
     "node7: a library that the programs need is missing there;",
     "./scoop-worker: error while loading shared libraries: libzmq.so.5: cannot open shared object file: No such file "
     "or directory"},
    {127,
     "./scoop-worker: error while loading shared libraries: libscoop.so.0: failed to map segment from shared object: "
     "Operation not permitted\n",
     "node7: programs may not run from there (noexec);",
     "./scoop-worker: error while loading shared libraries: libscoop.so.0: failed to map segment from shared object: "
     "Operation not permitted"},
    {126, "sh: 1: exec: ./scoop-worker: Exec format error\n", "node7: it has another processor architecture;",
     "sh: 1: exec: ./scoop-worker: Exec format error"},
    {126,
     "/bin/sh: /home/me/scoop-worker: cannot execute binary file: Exec format error\n"
     "/bin/sh: /home/me/scoop-worker: Success\n",
     "node7: it has another processor architecture;",
     "/bin/sh: /home/me/scoop-worker: cannot execute binary file: Exec format error"},
    {127, "/bin/sh: ./scoop-worker: cannot execute: required file not found\n",
     "node7: it has another C library than glibc;", "/bin/sh: ./scoop-worker: cannot execute: required file not found"},
    {2, "tar: scoop-worker: Wrote only 4096 of 10240 bytes: No space left on device\n",
     "node7: no space is left there;", "tar: scoop-worker: Wrote only 4096 of 10240 bytes: No space left on device"},
    {1, "mkdir: cannot create directory '/home/me/.cache': Disk quota exceeded\n",
     "node7: no space is left there for you;", "mkdir: cannot create directory '/home/me/.cache': Disk quota exceeded"},
    {1, "mkdir: cannot create directory '/home/me/.cache': Read-only file system\n",
     "node7: nothing can be written there;", "mkdir: cannot create directory '/home/me/.cache': Read-only file system"},
    {1, "mkdir: cannot create directory '/home/me/.cache': Permission denied\n",
     "node7: no folder can be made for its cache;",
     "mkdir: cannot create directory '/home/me/.cache': Permission denied"},
    {1, "chmod: changing permissions of '/tmp/scoop': Operation not permitted\n",
     "node7: no folder can be made for its cache;",
     "chmod: changing permissions of '/tmp/scoop': Operation not permitted"},
    {1, "scoop: the processor is aarch64, the programs are for x86_64\n",
     "node7: it has another processor architecture;", "scoop: the processor is aarch64, the programs are for x86_64"},
    {1, "sh: 1: cd: can't cd to /data\nscoop: the working folder /data cannot be entered\n",
     "node7: the folder to work in is not there; make it there, or name another one with --path",
     "scoop: the working folder /data cannot be entered"},
    {1, "scoop: there is no program /opt/scoop/bin/scoop-worker\n", "node7: nothing is installed where --prefix says;",
     "scoop: there is no program /opt/scoop/bin/scoop-worker"},
    {1, "scoop: the cache /tmp/scoop is another user's\n", "node7: others may change what lies in its cache;",
     "scoop: the cache /tmp/scoop is another user's"},
    {3, "module: no such module\nscoop: the prolog script ended with status 3\n",
     "node7: its prolog ended before anything began;",
     "module: no such module; scoop: the prolog script ended with status 3"},
    {1, "scoop: what was sent has been cut off\n", "node7: the connection was lost;",
     "scoop: what was sent has been cut off"},
    {126, "sh: 1: exec: ./scoop-worker: Permission denied\n", "node7: programs may not run from there (noexec);",
     "sh: 1: exec: ./scoop-worker: Permission denied"},
    {126, "/bin/sh: line 1: /home/me/scoop-worker: cannot execute: Permission denied\n",
     "node7: programs may not run from there (noexec);",
     "/bin/sh: line 1: /home/me/scoop-worker: cannot execute: Permission denied"},
    {127, "sh: 1: tar: not found\n", "node7: a command is missing there;", "sh: 1: tar: not found"},
    {127, "bash: line 1: tar: command not found\n", "node7: a command is missing there;",
     "bash: line 1: tar: command not found"},
    {127, "bash: line 1: /bin/tar: No such file or directory\n", "node7: a command is missing there;",
     "bash: line 1: /bin/tar: No such file or directory"},
    {127, "fish: Unknown command: tar\n", "node7: a command is missing there;", "fish: Unknown command: tar"},
};

}  // namespace

TEST_CASE("Every common failure of ssh and of a host has its sentence, with what was said") {
  for (const auto& one : cases) {
    CAPTURE(one.said);
    const auto failure = explain_ssh_failure(plain, one.said, exited(one.status));
    CHECK_MESSAGE(failure.message.starts_with(one.begin), failure.message);
    CHECK_MESSAGE(failure.message.ends_with(" (said: \"" + one.line + "\")"), failure.message);
    CHECK(failure.is_worth_retry == one.is_worth_retry);
    CHECK(failure.message.find_first_of("$\n\r") == std::string::npos);
  }
}

TEST_CASE("Noise around the telling line does no harm") {
  const std::string before =
      "*** Welcome to node7 ***\r\nWarning: Permanently added 'node7' (ED25519) to the list of known hosts.\r\n\r\n"
      "cat: /etc/motd: Permission denied\nstty: 'standard input': Inappropriate ioctl for device\n"
      "/etc/profile: line 3: fortune: command not found\n";
  const std::string behind = "\r\n\tGood bye!  \r\nlogout\n";
  for (const auto& one : cases) {
    CAPTURE(one.said);
    const auto failure = explain_ssh_failure(plain, before + one.said + behind, exited(one.status));
    CHECK_MESSAGE(failure.message.starts_with(one.begin), failure.message);
    CHECK_MESSAGE(failure.message.ends_with(" (said: \"" + one.line + "\")"), failure.message);
    CHECK(failure.is_worth_retry == one.is_worth_retry);
  }
}

TEST_CASE("A cure is one that can be typed for this host") {
  CHECK(
      explain("me@node7: Permission denied (publickey).\r\n", 255, full) ==
      "me@node7:2222: it does not let you in; make this work without a password (ssh-copy-id, ssh-agent): ssh -p 2222 "
      "me@node7 (said: \"me@node7: Permission denied (publickey).\")");
  CHECK(explain("Host key for [node7]:2222 has changed and you have requested strict checking.\r\n", 255, full) ==
        "me@node7:2222: its host key is not the one that is known here; if it was installed anew, forget the old key "
        "with ssh-keygen -R '[node7]:2222' and log in once by hand: ssh -p 2222 me@node7 (said: \"Host key for "
        "[node7]:2222 has changed and you have requested strict checking.\")");
}

TEST_CASE("A cure runs nothing but what it shows, whatever the host is called") {
  CHECK(explain("hostname contains invalid characters\r\n", 255, {"$(id);x'y"}) ==
        "$(id);x'y: ssh ended with exit status 255; see whether this works: ssh '$(id);x'\\''y' true (said: \"hostname "
        "contains invalid characters\")");
  CHECK(explain("Host key for x has changed and you have requested strict checking.\r\n", 255, {"x'`id`"})
            .find(" ssh-keygen -R 'x'\\''`id`' and log in once by hand: ssh 'x'\\''`id`' (said: ") !=
        std::string::npos);
}

TEST_CASE("Of what is unknown, the last line is shown") {
  CHECK(
      explain("hello\r\nBad owner or permissions on /home/me/.ssh/config\r\n\r\n", 255) ==
      "node7: ssh ended with exit status 255; see whether this works: ssh node7 true (said: \"Bad owner or permissions "
      "on /home/me/.ssh/config\")");
  CHECK(
      explain("This account is currently not available.\n", 1) ==
      "node7: ssh ended with exit status 1; see whether this works: ssh node7 true (said: \"This account is currently "
      "not available.\")");
  CHECK(explain("", 255) == "node7: ssh ended with exit status 255; see whether this works: ssh node7 true");
  CHECK(explain("Warning: Permanently added 'node7' (ED25519) to the list of known hosts.\r\ndebug1: Exit status 3\r\n",
                3) == "node7: ssh ended with exit status 3; see whether this works: ssh node7 true");
  CHECK(explain_ssh_failure(full, "hello\n", {9, 0, "killed by signal 9 (Killed)"}).message ==
        "me@node7:2222: ssh was killed by signal 9 (Killed); see whether this works: ssh -p 2222 me@node7 true (said: "
        "\"hello\")");
}

TEST_CASE("What the host says is no failure of ssh's, nor the other way round") {
  CHECK(explain("cat: motd: No space left on device\nKilled\n", 255).find("no space") == std::string::npos);
  CHECK(explain("rsync: connect to host a: Connection refused\n", 1).find("no sshd") == std::string::npos);
  CHECK(explain("sh: cannot create /x: Permission denied\n", 2).find("noexec") == std::string::npos);
}

TEST_CASE("What was said goes to the terminal in one harmless line of bounded length") {
  const auto message = explain("\x1b]0;title\a" + std::string(1000, 'x') + "\n", 255);
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find('\a') == std::string::npos);
  CHECK(message.size() < 400);
  const auto login = std::string("node7 says $login $name");
  CHECK(explain(login + "\n", 255).ends_with("(said: \"" + login + "\")"));
}

TEST_CASE("An ssh that is not there is named, with what to install") {
  CHECK(explain_missing_ssh({"ssh cannot be started: No such file or directory"}).message ==
        "ssh cannot be started: No such file or directory; install OpenSSH's client (openssh-client), or name one with "
        "--ssh-executable");
}
