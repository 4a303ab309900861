import { appendEvents } from '../../../engine/events.js';
import { type OperationRow, pauseOperation, resumeOperation } from '../../../engine/operations.js';
import type { Platform } from '../../../engine/platform.js';
import { enqueue } from '../../../engine/queue.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Transaction } from '../../../kernel/database.js';
import { change, type ChangeOutcome } from '../change.js';
import { remember } from './upgrade-input.js';

/** Pauses operations and lets them go on. */
export class PauseOperationService {
  constructor(private readonly platform: Platform) {}

  /** Refuses `NOT_FOUND`, and `INVALID_STATE` for an operation that cannot be paused now. */
  pause(actor: Actor, id: string): Promise<ChangeOutcome> {
    return this.run({ actor, mutation: 'pauseOperation' }, (tx, at) =>
      pauseOperation(tx, actor.account, id, at),
    );
  }

  /** Refuses `NOT_FOUND`, and `INVALID_STATE` for an operation that is not paused. */
  resume(actor: Actor, id: string): Promise<ChangeOutcome> {
    return this.run({ actor, mutation: 'resumeOperation' }, async (tx, at) => {
      const operation = await resumeOperation(tx, actor.account, id);
      await remember(tx, id, { resumedAt: at.toISOString() });
      await enqueue(tx, operation.targetKind === 'NodePool' ? 'node-pool' : 'cluster', operation.targetId);
      return operation;
    });
  }

  private run(
    { actor, mutation }: { readonly actor: Actor; readonly mutation: string },
    work: (tx: Transaction, at: Date) => Promise<OperationRow>,
  ): Promise<ChangeOutcome> {
    return change(this.platform, { actor, mutation, input: {} }, async (tx, at) => {
      const { id } = await work(tx, at);
      await appendEvents(tx, actor.account, at, []);
      return { operationId: id };
    });
  }
}
