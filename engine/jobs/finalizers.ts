import type { Transaction } from '../../kernel/postgres/database.js';
import type { ReconcileContext } from '../contract.js';

/**
 * Clean-up before an object is deleted, as finalizers of Kubernetes. An object has the names of its finalizers; each is
 * removed when its work is done, and an object without finalizers is deleted.
 */
export interface Finalizer<Thing> {
  readonly name: string;
  /** One step outside the database; true when all is cleaned up. Idempotent, because a crash repeats it. */
  finalize?(object: Thing, scope: ReconcileContext): Promise<boolean>;
  /** Releases quota in the transaction that removes the name, thus exactly once. */
  release?(tx: Transaction, object: Thing): Promise<void>;
}

/** Removes a name from an object, with `release` in the same transaction; does nothing when it is already removed. */
export type TakeOff<Thing> = (
  object: Thing,
  name: string,
  release: (tx: Transaction) => Promise<void>,
) => Promise<void>;

/** The finalizers of a kind, in the order in which they run. */
export class Finalizers<Thing> {
  constructor(
    private readonly registered: readonly Finalizer<Thing>[],
    private readonly takeOff: TakeOff<Thing>,
  ) {}

  /**
   * Runs the named finalizers in the registered order until one has to wait; true when none is left. A name that is not
   * registered stays: another release may have its finalizer.
   */
  async run(object: Thing, names: readonly string[], scope: ReconcileContext): Promise<boolean> {
    const remaining = new Set(names);
    for (const finalizer of this.registered) {
      if (!remaining.has(finalizer.name)) continue;
      if (finalizer.finalize && !(await finalizer.finalize(object, scope))) return false;
      await this.takeOff(object, finalizer.name, async (tx) => finalizer.release?.(tx, object));
      remaining.delete(finalizer.name);
    }
    return remaining.size === 0;
  }
}
