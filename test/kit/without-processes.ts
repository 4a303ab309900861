import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

// Setup of the projects `unit` and `component`: their tests start no process.
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const)
  Object.defineProperty(childProcess, name, {
    value: () => {
      throw new Error(`${name}: a test that starts a process belongs in a file *.system.test.ts`);
    },
  });
syncBuiltinESMExports();
