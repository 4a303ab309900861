import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { FaultPoint } from '../../engine/faults/fault-points.js';
import { nodeOptions } from '../../kernel/process/node-options.js';
import { eventually } from '../kit/eventually.js';
import { processEnvironment } from '../kit/role-process.js';
import type { EngineFixture } from './engine-fixture.js';
import { engineProgram } from './engine-program.js';

/** Starts an engine process, which kills itself at the fault point, if one is given. */
export function spawnEngine({ kit, kubesim, token }: EngineFixture, deadlyPoint?: FaultPoint): ChildProcess {
  return spawn(
    process.execPath,
    [...nodeOptions, engineProgram, kit.url, kubesim.cloudUrl, token, deadlyPoint ?? ''],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: processEnvironment,
    },
  );
}

/** Engine processes; disposing kills the running ones. */
export class EngineProcesses implements Disposable {
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly world: EngineFixture) {}

  /** Runs an engine until it kills itself at the fault point; fails when it does not reach the point. */
  async runUntilDeath(point: FaultPoint): Promise<void> {
    const child = this.spawn(point);
    await eventually(() => child.signalCode !== null || child.exitCode !== null, {
      what: `the death at ${point}`,
    });
    expect(child.signalCode, point).toBe('SIGKILL');
  }

  /** An engine without a fault point, which runs until it is disposed. */
  survivor(): AsyncDisposable {
    const child = this.spawn();
    return {
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  }

  [Symbol.dispose](): void {
    for (const child of this.children) child.kill('SIGKILL');
  }

  private spawn(deadlyPoint?: FaultPoint): ChildProcess {
    const child = spawnEngine(this.world, deadlyPoint);
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }
}
