import { requestCancel } from '../../../../engine/operations/operation-controls.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import { pageOf } from '../../../../kernel/page.js';
import { type SortedPageArguments, sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import {
  type OperationOrderField,
  operationSorting,
  type OperationStore,
} from '../../store/operation.store.js';
import type { CancelOperationInput, OperationFilter } from '../entities/operation.type.js';
import { SCHEDULED_CHANGE, scheduledFor } from '../../changes/scheduled-change.js';

/** The kind of the reconciler that carries out operations on each kind of target. */
const KIND_OF_TARGET: Readonly<Record<string, string>> = { Cluster: 'cluster', NodePool: 'node-pool' };

/** Lists and cancels operations. */
export class OperationService {
  constructor(
    private readonly platform: Platform,
    private readonly store: OperationStore,
  ) {}

  /** Returns the operations of the account. */
  async list(
    context: RequestContext,
    filter: OperationFilter,
    args: SortedPageArguments<OperationOrderField>,
  ) {
    const { account } = context.actor;
    const reach = await reachOf(context, 'operations.read');
    const { limit, sort, key } = sortedPageRequest(args, operationSorting);
    const rows = await this.store.page({ account, filter, reach, limit: limit + 1, sort, key });
    return toConnection(pageOf(rows, limit), {
      key: (operation) => sortKey(sort, operation),
      after: args.after,
      count: () => this.store.count(account, filter, reach),
    });
  }

  /**
   * Requests the cancellation of an operation; resources that it has created remain. Rejects with `NOT_FOUND` and
   * `NOT_CANCELABLE`.
   */
  async cancel(actor: Actor, input: CancelOperationInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'cancelOperation', input, dryRun }, async (tx, at) => {
      const operation = await requestCancel(tx, account, input.id, at);
      const kind = KIND_OF_TARGET[operation.targetKind];
      if (kind) await enqueue(tx, kind, operation.targetId);
      if (scheduledFor(operation)) await enqueue(tx, SCHEDULED_CHANGE, operation.id);
      return { operationId: operation.id };
    });
  }
}
