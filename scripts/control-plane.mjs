// Builds the Kubernetes control plane of tools/controlplane/ and prints the folder of its programs. The folder lies outside the
// repository, named by a hash of the sources: what is built once is found again by every checkout. KUBEBUILDER_ASSETS, which other
// projects use for such a folder, comes first.
//
//   npm run control-plane             builds what is missing
//   npm run control-plane -- --find   only looks; ends with code 1 if nothing is built
//
// A wrong KUBEBUILDER_ASSETS, or a build that fails, ends with code 2 and a message.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const sources = join(import.meta.dirname, '../tools/controlplane');
const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];

/** The version of Kubernetes that go.mod requires, such as v1.36.3. */
function kubernetesVersion() {
  const [, version] = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(sources, 'go.mod'), 'utf8'));
  return version;
}

/** The folder of a build of the present sources. */
function cacheFolder() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(sources, file)));
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'fleetgraph/control-plane', `${kubernetesVersion()}-${hash.digest('hex').slice(0, 16)}`);
}

const isComplete = (folder) => programs.every((program) => existsSync(join(folder, program)));

/** Version numbers of the installed Go, or undefined without Go. */
function goVersion() {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const [, major, minor] = (status === 0 && /go(\d+)\.(\d+)/.exec(stdout)) || [];
  return major && { major: Number(major), minor: Number(minor) };
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

function requireGo() {
  const [, major, minor] = /^go (\d+)\.(\d+)/m.exec(readFileSync(join(sources, 'go.mod'), 'utf8'));
  const go = goVersion();
  if (!go)
    fail(
      `The control plane is built with Go ${major}.${minor}, which is not installed: https://go.dev/doc/install`,
    );
  if (go.major < Number(major) || (go.major === Number(major) && go.minor < Number(minor)))
    fail(`The control plane needs Go ${major}.${minor} or newer; this is Go ${go.major}.${go.minor}.`);
}

/** Linker flags: without them the programs do not know their version. */
function linkerFlags() {
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const values = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
  };
  const set = Object.entries(values).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-s', '-w', ...set].join(' ');
}

/** Runs `go build -v`, which prints each package that it compiles, and prints a count of them every five seconds. */
async function compile(target) {
  const { stdout } = spawnSync('go', ['list', '-deps', '.'], {
    cwd: sources,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const total = stdout.split('\n').length - 1;
  const child = spawn('go', ['build', '-v', '-trimpath', '-ldflags', linkerFlags(), '-o', target, '.'], {
    cwd: sources,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let compiled = 0;
  const messages = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/^[\w./-]+$/.test(line)) compiled += 1;
    else if (!line.startsWith('go: downloading')) messages.push(line);
  });
  const progress = setInterval(
    () => console.error(`  compiled ${compiled} packages of at most ${total} …`),
    5_000,
  );
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(progress);
  if (code !== 0) fail(`${messages.join('\n')}\nThe build of the control plane failed.`);
}

async function build(folder) {
  requireGo();
  console.error(
    `Building the Kubernetes ${kubernetesVersion()} control plane (five minutes the first time, on two cores) …`,
  );
  mkdirSync(join(folder, '..'), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  try {
    await compile(join(partial, 'controlplane'));
    for (const program of programs) symlinkSync('controlplane', join(partial, program));
    // Another process may have built the same meanwhile.
    if (!isComplete(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const assets = process.env.KUBEBUILDER_ASSETS;
if (assets && !isComplete(assets))
  fail(`KUBEBUILDER_ASSETS is ${assets}, which does not have all of ${programs.join(', ')}.`);
const folder = assets || cacheFolder();
if (!isComplete(folder)) {
  if (process.argv.includes('--find')) process.exit(1);
  await build(folder);
}
console.log(folder);
