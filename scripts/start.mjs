// `npm start`: builds what is out of date, then runs the platform in this same process.
import { spawnSync } from 'node:child_process';
import './build.mjs';

// npm passes no SIGTERM on, and cannot when it is killed: a platform left behind would keep the port and the state
// folder. When npm, or the shell that it runs us in, is gone, so are we.
if (process.env.npm_lifecycle_event) {
  const shellOrNpm = process.ppid;
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', String(shellOrNpm)], { encoding: 'utf8' });
  const above = [shellOrNpm, Number(stdout)].filter((pid) => pid > 1);
  const watch = setInterval(() => above.every(isAlive) || process.kill(process.pid, 'SIGTERM'), 250).unref();
  // Who ends all of us at once, as a service manager does, must not end us a second time for that: it would be in a hurry.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      clearInterval(watch);
      // Nothing runs yet that would close.
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

process.setSourceMapsEnabled(true);
process.argv.splice(2, 0, 'start');
await import('../dist/main.js');
