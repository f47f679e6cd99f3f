"""What the rows are measured on: generated lists, a home directory for each, and the programs compared with."""
import os
import shutil
import subprocess

import ptybench

CONFIG = """[console]
profile = workstation
[source bench]
type = escrowd
url = https://localhost:9
"""


class Data:
    def __init__(self, build, devices):
        self.build = os.path.abspath(build)
        self.programs = os.path.join(self.build, "bench")
        self.here = os.path.join(self.programs, "data")
        self.devices = devices
        os.makedirs(self.here, exist_ok=True)

    def program(self, name):
        return os.path.join(self.programs, name)

    @property
    def console(self):
        return os.path.join(self.build, "unlockdesk")

    def lines(self, count, kind="text"):
        """A list of `count` devices; made once."""
        path = os.path.join(self.here, f"{kind}-{count}")
        if not os.path.exists(path):
            with open(path + ".new", "wb") as out:
                subprocess.run([self.program("gen_devices"), str(count), "1", kind], stdout=out, check=True)
            os.rename(path + ".new", path)
        return path

    def home(self, count, fresh=False):
        """Environment of a console with a cached list of `count` devices, and nothing else."""
        home = os.path.join(self.here, f"home-{count}")
        env = {"HOME": home}
        for name in ("CONFIG", "STATE", "CACHE", "RUNTIME"):
            env[f"XDG_{name}_{'DIR' if name == 'RUNTIME' else 'HOME'}"] = os.path.join(home, name.lower())
        if fresh or not os.path.exists(os.path.join(home, "made")):
            shutil.rmtree(home, ignore_errors=True)
            for name in ("config/unlockdesk", "state", "cache", "runtime"):
                os.makedirs(os.path.join(home, name), mode=0o700)
            for name in ("", "config", "config/unlockdesk"):
                os.chmod(os.path.join(home, name), 0o700)
            with open(os.path.join(home, "config/unlockdesk/unlockdesk.conf"), "w", encoding="utf-8") as out:
                out.write(CONFIG)
            subprocess.run([self.program("make_list"), self.lines(count, "full")], env={**os.environ, **env}, check=True,
                           stdout=subprocess.DEVNULL)
            open(os.path.join(home, "made"), "w", encoding="utf-8").close()
        return env

    def name_of(self, index, count):
        with open(self.lines(count), encoding="utf-8") as lines:
            for i, line in enumerate(lines):
                if i == index:
                    return line.split("\t", 1)[0]
        return ""

    def console_on(self, count, size=(80, 24)):
        return ptybench.Terminal([self.console], size, env=self.home(count))

    def fzf_on(self, count, size=(80, 24)):
        return ptybench.Terminal(["fzf", "-e", "+s"], size, stdin=self.lines(count))

    def fzy_on(self, count, size=(80, 24)):
        return ptybench.Terminal(["fzy", "-l", str(size[1] - 1)], size, stdin=self.lines(count))

    def floor_on(self, count, size=(80, 24)):
        return ptybench.Terminal([self.program("floor_ncurses"), self.lines(count, "full")], size)

    def folder(self):
        """A directory with 1000 files, for nnn."""
        path = os.path.join(self.here, "folder")
        if not os.path.exists(path):
            os.makedirs(path)
            for i in range(1000):
                open(os.path.join(path, f"file-{i:04d}"), "w", encoding="utf-8").close()
        return path

    def repository(self):
        """A small repository, for tig."""
        path = os.path.join(self.here, "repository")
        if not os.path.exists(path):
            os.makedirs(path)
            git = ["git", "-C", path, "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
            subprocess.run(git + ["init", "-q"], check=True)
            for i in range(50):
                subprocess.run(git + ["commit", "-q", "--allow-empty", "-m", f"change {i}"], check=True)
        return path
