import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FaultPoint } from '../../engine/faults/fault-points.js';
import { packageRoot } from '../../kernel/package-root.js';
import { eventually } from '../kit/eventually.js';
import type { EngineFixture } from './engine-fixture.js';

/** Where the compiled tests are (npm test builds first). */
const dist = process.env.FLEETGRAPH_DIST ?? join(packageRoot, 'dist');
const program = join(dist, 'test/engine/engine-process.js');

/** Starts an engine of the world in a process of its own; the point where it dies, if any. */
export function spawnEngine({ kit, kubesim, token }: EngineFixture, deadlyPoint?: FaultPoint): ChildProcess {
  return spawn(process.execPath, [program, kit.url, kubesim.cloudUrl, token, deadlyPoint ?? ''], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH },
  });
}

/** Engines in processes of their own; disposing kills what is left of them. */
export class EngineProcesses implements Disposable {
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly world: EngineFixture) {}

  /** Runs an engine until it dies at the point; fails when it does not get there. */
  async runUntilDeath(point: FaultPoint): Promise<void> {
    const child = this.spawn(point);
    await eventually(() => child.signalCode !== null || child.exitCode !== null, {
      what: `the death at ${point}`,
    });
    expect(child.signalCode, point).toBe('SIGKILL');
  }

  /** An engine that lives on, until it is disposed of. */
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
