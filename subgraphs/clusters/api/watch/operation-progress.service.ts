import { isDeepStrictEqual } from 'node:util';
import { throwNotFound } from '../../../../engine/not-found.js';
import { isFinished } from '../../../../engine/operations/operation.rules.js';
import type { Platform } from '../../../../engine/platform.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { setParentSpan } from '../../../../kernel/tracing/event-trace.js';
import { openStream } from './event-stream.js';
import type { OperationRow, OperationStore } from '../../store/operation.store.js';

/** Streams how far operations are. */
export class OperationProgressService {
  constructor(
    private readonly platform: Platform,
    private readonly operations: OperationStore,
  ) {}

  /** The operation as it is, then after each change; ends when the operation does. Refuses `NOT_FOUND`. */
  async open(context: RequestContext, id: string): Promise<AsyncGenerator<OperationRow>> {
    const { account } = context.actor;
    const { events } = this.platform;
    // Before the row is read: a change in between is in the log, and only makes the row be read once more.
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
