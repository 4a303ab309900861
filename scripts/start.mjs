// `npm start`: builds outdated files, then runs the platform in this process.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import './build.mjs';

// npm does not forward SIGTERM, and cannot when it is killed: an orphaned platform would keep the port and the state folder. So
// this process ends when npm or its shell has ended.
if (process.env.npm_lifecycle_event) {
  const shellOrNpm = process.ppid;
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', String(shellOrNpm)], { encoding: 'utf8' });
  const ancestors = [shellOrNpm, Number(stdout)].filter((pid) => pid > 1);
  const watch = setInterval(
    () => ancestors.every(isAlive) || process.kill(process.pid, 'SIGTERM'),
    250,
  ).unref();
  // A signal to the whole process group, as of a service manager, also ends npm: without this the platform would get a second
  // SIGTERM, which skips the orderly shutdown.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      clearInterval(watch);
      // Without a listener of the platform, the signal must end the process, as by default.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// Real control planes need programs, which `npm run control-plane` builds.
if (process.env.CONTROL_PLANE === 'real' && !process.env.KUBEBUILDER_ASSETS) {
  const script = join(import.meta.dirname, 'control-plane.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, '--find'], { encoding: 'utf8' });
  if (status === 0) process.env.KUBEBUILDER_ASSETS = stdout.trim();
}

process.setSourceMapsEnabled(true);
process.argv.splice(2, 0, 'start');
await import('../dist/main.js');
