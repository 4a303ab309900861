import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { FaultPoint } from '../../../engine/faults/fault-points.js';
import { spawnEngine } from '../../engine/engine-processes.js';
import type { EngineFixture } from '../../engine/engine-fixture.js';

/** An engine that is killed at fault points and restarted. */
export interface CrashingEngine extends AsyncDisposable {
  /**
   * Makes the engine crash when it next reaches the fault point, and restarts it. A process is killed at once; its
   * successor kills itself at the fault point.
   */
  crashAt(point: FaultPoint): void;
  readonly crashes: number;
  readonly kind: 'in this process' | 'a process, killed';
}

/** An engine in this process: after its simulated crash every job stops at its next fault point. */
export async function crashingEngine(world: EngineFixture): Promise<CrashingEngine> {
  const armed = new Set<FaultPoint>();
  let dead = false;
  let crashes = 0;
  const faults = {
    reach(point: FaultPoint): Promise<void> {
      if (!dead && armed.delete(point)) {
        dead = true;
        crashes++;
        reviving = reviving.then(revive);
      }
      return dead
        ? Promise.reject(new Error(`the engine died before it was past ${point}`))
        : Promise.resolve();
    },
  };
  let engine = await world.engine(faults);
  let reviving = Promise.resolve();
  const revive = async () => {
    await engine[Symbol.asyncDispose]();
    dead = false;
    engine = await world.engine(faults);
  };
  return {
    kind: 'in this process',
    crashAt: (point) => void armed.add(point),
    get crashes() {
      return crashes;
    },
    async [Symbol.asyncDispose]() {
      armed.clear();
      await reviving;
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** An engine in a separate process, killed with SIGKILL (see fault-points.system.test.ts). */
export function crashingProcess(world: EngineFixture): CrashingEngine {
  let crashes = 0;
  let next: FaultPoint | undefined;
  let stopped = false;
  let ended: Error | undefined;
  const start = (point?: FaultPoint): ChildProcess => {
    const child = spawnEngine(world, point);
    child.once('exit', (code, signal) => {
      if (stopped) return;
      if (signal !== 'SIGKILL') ended = new Error(`the engine's process ended by itself: ${code ?? signal}`);
      if (signal !== 'SIGKILL') return;
      crashes++;
      const deadly = next;
      next = undefined;
      current = start(deadly);
    });
    return child;
  };
  let current = start();
  return {
    kind: 'a process, killed',
    crashAt(point) {
      if (ended) throw ended;
      next = point;
      current.kill('SIGKILL');
    },
    get crashes() {
      return crashes;
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      current.kill('SIGTERM');
      if (current.exitCode === null && current.signalCode === null) await once(current, 'exit');
      if (ended) throw ended;
    },
  };
}
