// Builds the Go modules of tools/ outside the repository, into folders that are named by a hash of the sources: what is built once is
// found again by every checkout.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Ends this process with code 2 and the message. */
export function fail(message) {
  console.error(message);
  process.exit(2);
}

/** A Go module of tools/ that builds programs of another module. */
export class GoModule {
  /**
   * `programs`: names of the files that a complete build has. `from`: the module that has the programs. `modfile`: the file that lists
   * the modules; a file with the same name and `.sum` has their checksums.
   */
  constructor(name, programs, { from = 'k8s.io/kubernetes', modfile = 'go.mod' } = {}) {
    this.name = name;
    this.programs = programs;
    this.modfile = modfile;
    this.sources = join(import.meta.dirname, '../tools', name);
    this.manifest = readFileSync(join(this.sources, modfile), 'utf8');
    /** The version of that module, such as v1.36.3. */
    this.version = this.manifest.split(/\s+/).find((_word, index, words) => words[index - 1] === from);
    /** The folder of a build of the present sources. */
    this.folder = this.#cacheFolder();
  }

  isBuilt(folder = this.folder) {
    return this.programs.every((program) => existsSync(join(folder, program)));
  }

  /** Builds into the folder unless it is complete. `make` writes the programs into the folder that it gets. */
  async build(make) {
    if (this.isBuilt()) return;
    this.#requireGo();
    mkdirSync(join(this.folder, '..'), { recursive: true });
    const partial = mkdtempSync(`${this.folder}.partial-`);
    try {
      await make(partial);
      // Another process may have built the same meanwhile.
      if (!this.isBuilt()) renameSync(partial, this.folder);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }

  /**
   * Runs `go` with a subcommand that compiles, such as `build`, and prints every five seconds how many packages it has compiled.
   * Programs are stripped. `variables`: values of variables of the program by their full name; programs of Kubernetes know their
   * version.
   */
  async compile(subcommand, target, pkg, variables = this.#kubernetesVersion()) {
    const total = this.#packagesOf(pkg);
    const set = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
    const flags = ['-s', '-w', ...set].join(' ');
    const modfile = `-modfile=${this.modfile}`;
    const args = [...subcommand, modfile, '-v', '-trimpath', '-ldflags', flags, '-o', target, pkg];
    const child = spawn('go', args, {
      cwd: this.sources,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let compiled = 0;
    const messages = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (/^[\w./-]+$/.test(line)) compiled += 1;
      else if (!line.startsWith('go: downloading')) messages.push(line);
    });
    const report = () => console.error(`  compiled ${compiled} packages of at most ${total} …`);
    const progress = setInterval(report, 5_000);
    const code = await new Promise((resolve) => child.on('exit', resolve));
    clearInterval(progress);
    if (code !== 0) fail(`${messages.join('\n')}\nThe build of ${pkg} in tools/${this.name} failed.`);
  }

  #cacheFolder() {
    const hash = createHash('sha256');
    const sums = this.modfile.replace(/mod$/, 'sum');
    for (const file of [this.modfile, sums, 'main.go']) hash.update(readFileSync(join(this.sources, file)));
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    return join(cache, 'fleetgraph', this.name, `${this.version}-${hash.digest('hex').slice(0, 16)}`);
  }

  #requireGo() {
    const [, major, minor] = /^go (\d+)\.(\d+)/m.exec(this.manifest).map(Number);
    const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
    const found = (status === 0 && /go(\d+)\.(\d+)/.exec(stdout)?.map(Number)) || undefined;
    if (!found)
      fail(
        `tools/${this.name} is built with Go ${major}.${minor}, which is not installed: https://go.dev/doc/install`,
      );
    if (found[1] < major || (found[1] === major && found[2] < minor))
      fail(`tools/${this.name} needs Go ${major}.${minor} or newer; this is Go ${found[1]}.${found[2]}.`);
  }

  #packagesOf(pkg) {
    const { stdout } = spawnSync('go', ['list', `-modfile=${this.modfile}`, '-deps', '-test', pkg], {
      cwd: this.sources,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    return stdout.split('\n').length - 1;
  }

  #kubernetesVersion() {
    const [major, minor] = this.version.slice(1).split('.');
    const values = {
      gitVersion: this.version,
      gitMajor: major,
      gitMinor: minor,
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
    };
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`k8s.io/component-base/version.${name}`, value]),
    );
  }
}
