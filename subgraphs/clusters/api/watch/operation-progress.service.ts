import { isDeepStrictEqual } from 'node:util';
import { throwNotFound } from '../../../../engine/not-found.js';
import { isFinished } from '../../../../engine/operations/operation.rules.js';
import type { Platform } from '../../../../engine/platform.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { setParentSpan } from '../../../../kernel/tracing/event-trace.js';
import { openStream } from './event-stream.js';
import type { OperationRow, OperationStore } from '../../store/operation.store.js';

/** Streams the progress of operations. */
export class OperationProgressService {
  constructor(
    private readonly platform: Platform,
    private readonly operations: OperationStore,
  ) {}

  /** Yields the current operation, then each change of it; ends with the operation. Rejects with `NOT_FOUND`. */
  async open(context: RequestContext, id: string): Promise<AsyncGenerator<OperationRow>> {
    const { account } = context.actor;
    const { events } = this.platform;
    // Read before the row: a change in between is in the log and only causes one more read of the row.
    const after = await events.head(account);
    const read = async () => (await this.operations.byIds(account, [id]))[0];
    const first = await read();
    if (!first) return throwNotFound('OPERATION', id, ['id']);
    return openStream(context, async function* (signal) {
      yield first;
      let shown = first;
      if (isFinished(shown.state)) return;
      const filter = { operationId: id };
      for await (const { traceparent } of events.follow(account, { after, signal, filter })) {
        const now = await read();
        if (now && !isDeepStrictEqual(now, shown)) yield setParentSpan((shown = now), traceparent);
        if (isFinished(shown.state)) return;
      }
    });
  }
}
