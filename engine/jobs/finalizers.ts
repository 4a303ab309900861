import type { Transaction } from '../../kernel/postgres/database.js';
import type { ReconcileContext } from '../contract.js';

/**
 * Clean-up that must have happened before a thing may go. A thing carries the names of its finalizers; each is taken
 * off when its work is done, and only a thing without any is removed.
 */
export interface Finalizer<Thing> {
  readonly name: string;
  /** One step outside the database; true when nothing is left. Repeated after a crash: twice must be harmless. */
  finalize?(thing: Thing, scope: ReconcileContext): Promise<boolean>;
  /** What is given back in the transaction that takes the name off, thus exactly once. */
  release?(tx: Transaction, thing: Thing): Promise<void>;
}

/** Takes a name off a thing, with `release` in the same transaction; does nothing when the name is gone already. */
export type TakeOff<Thing> = (
  thing: Thing,
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
   * Runs the named finalizers in the registered order until one has to wait; true when none is left. A name that
   * nobody registered stays: another release may know it.
   */
  async run(thing: Thing, names: readonly string[], scope: ReconcileContext): Promise<boolean> {
    const left = new Set(names);
    for (const finalizer of this.registered) {
      if (!left.has(finalizer.name)) continue;
      if (finalizer.finalize && !(await finalizer.finalize(thing, scope))) return false;
      await this.takeOff(thing, finalizer.name, async (tx) => finalizer.release?.(tx, thing));
      left.delete(finalizer.name);
    }
    return left.size === 0;
  }
}
