import type { OperationRow } from '../../../../engine/operations/operation-row.js';
import { pauseOperation, resumeOperation } from '../../../../engine/operations/operation-controls.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { change, type ChangeOutcome, type ChangeRequest } from '../../changes/change.js';
import { updateUpgradeInput } from '../../store/upgrade-input.js';

/** The operation to pause or resume. */
interface OperationInput {
  readonly id: string;
  readonly clientToken?: string | null;
}

export class PauseOperationService {
  constructor(private readonly platform: Platform) {}

  /** Rejects with `NOT_FOUND`, and with `INVALID_STATE` an operation that cannot be paused now. */
  pause(actor: Actor, input: OperationInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.run({ actor, mutation: 'pauseOperation', input, dryRun }, (tx, at) =>
      pauseOperation(tx, actor.account, input.id, at),
    );
  }

  /** Rejects with `NOT_FOUND`, and with `INVALID_STATE` an operation that is not paused. */
  resume(actor: Actor, input: OperationInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.run({ actor, mutation: 'resumeOperation', input, dryRun }, async (tx, at) => {
      const operation = await resumeOperation(tx, actor.account, input.id);
      await updateUpgradeInput(tx, input.id, { resumedAt: at.toISOString() });
      await enqueue(tx, operation.targetKind === 'NodePool' ? 'node-pool' : 'cluster', operation.targetId);
      return operation;
    });
  }

  private run(
    request: ChangeRequest,
    work: (tx: EventTransaction, at: Date) => Promise<OperationRow>,
  ): Promise<ChangeOutcome> {
    return change(this.platform, request, async (tx, at) => {
      const { id } = await work(tx, at);
      return { operationId: id };
    });
  }
}
