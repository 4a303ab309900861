import type { Client } from './client.js';
import { OperationProgressDocument, type OperationStatusFragment } from './generated/graphql.js';

export interface WaitOptions {
  /** Called with the operation at the start and after each change. */
  readonly onProgress?: (operation: OperationStatusFragment) => void;
  /** Ends the wait, which throws the signal's reason. The operation continues. */
  readonly signal?: AbortSignal | undefined;
}

const FINISHED: ReadonlySet<OperationStatusFragment['state']> = new Set([
  'SUCCEEDED',
  'PARTIAL',
  'FAILED',
  'CANCELED',
]);

/**
 * Waits until an operation has ended and returns it: `SUCCEEDED`, `PARTIAL`, `FAILED` or `CANCELED`.
 *
 * @throws GraphQLRequestError with NOT_FOUND if the account has no such operation
 */
export async function waitForOperation(
  client: Client,
  id: string,
  { onProgress, signal }: WaitOptions = {},
): Promise<OperationStatusFragment> {
  for (;;) {
    for await (const event of client.subscribe(OperationProgressDocument, { id }, { signal })) {
      const operation = event.operationProgress;
      onProgress?.(operation);
      if (FINISHED.has(operation.state)) return operation;
    }
    signal?.throwIfAborted();
  }
}
