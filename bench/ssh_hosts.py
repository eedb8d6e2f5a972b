"""Hosts on the loopback with the machine's real sshd, each with an address and a home of its own, and an ssh to reach them."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

SSH, SSHD, KEYGEN = "/usr/bin/ssh", "/usr/sbin/sshd", "/usr/bin/ssh-keygen"

SSHD_CONFIG = """\
ListenAddress {address}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/client_key.pub
SetEnv HOME={folder}/{name}
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
"""

SSH_CONFIG = """\
Host *
  IdentityFile {folder}/client_key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
"""


def place(number):
    """An address of the loopback and a port of it that stays ours while the socket lives: it is bound and does not listen."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((f"127.83.67.{number}", 0))
    return (*holder.getsockname(), holder)


class SshHosts:
    """h1, h2, ...; sshd runs as this user and lets this user in."""

    def __init__(self, count):
        for program in (SSH, SSHD, KEYGEN):
            if not os.access(program, os.X_OK):
                raise SystemExit(f"{program} is missing: install openssh-client and openssh-server")
        self.names = [f"h{number}" for number in range(1, count + 1)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scoop-bench-hosts-"))
        self.daemons, self.holders = [], []
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def ssh(self):
        return str(self.folder / "ssh")

    def start(self):
        for key in ("host_key", "client_key"):
            subprocess.run([KEYGEN, "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key], check=True)
        host_key = " ".join((self.folder / "host_key.pub").read_text().split()[:2])
        if os.geteuid() == 0:  # made at boot where the machine's own sshd starts
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config, known = "", ""
        for number, name in enumerate(self.names, 1):
            address, port, holder = place(number)
            self.holders.append(holder)
            (self.folder / name).mkdir()
            self.start_sshd(name, address, port)
            config += f"Host {name}\n  HostName {address}\n  Port {port}\n"
            known += f"[{address}]:{port} {host_key}\n"
        (self.folder / "ssh_config").write_text(config + SSH_CONFIG.format(folder=self.folder))
        (self.folder / "known_hosts").write_text(known)
        pathlib.Path(self.ssh).write_text(f"#!/bin/sh\nexec {SSH} -F {self.folder}/ssh_config \"$@\"\n")
        os.chmod(self.ssh, 0o700)
        self.log_in_once()

    def start_sshd(self, name, address, port):
        config = self.folder / f"{name}.config"
        config.write_text(SSHD_CONFIG.format(folder=self.folder, name=name, address=address, port=port))
        log = self.folder / f"{name}.log"
        with log.open("w") as errors:
            words = ["setpriv", "--pdeathsig", "KILL", SSHD, "-D", "-e", "-f", config]
            daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=errors)
        self.daemons.append(daemon)
        limit = time.monotonic() + 30
        while "Server listening" not in log.read_text():
            if daemon.poll() is not None or time.monotonic() > limit:
                raise SystemExit(f"this user cannot run {SSHD}: {log.read_text().strip()}")
            time.sleep(0.01)

    def log_in_once(self):
        tried = subprocess.run(self.login(self.names[0]), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if tried.returncode != 0:
            said = (self.folder / f"{self.names[0]}.log").read_text().splitlines()[1:] + tried.stderr.splitlines()
            raise SystemExit(f"an sshd of this user does not let it in, so hosts cannot be measured: {said[0]}")

    def login(self, name):
        """The least that ssh can do there."""
        return [self.ssh, "-T", "-o", "BatchMode=yes", name, "--", "true"]

    def stop(self):
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
