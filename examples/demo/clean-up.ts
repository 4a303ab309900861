import { requestDeletion, waitUntilGone } from './delete-demo-cluster.js';
import { outputOn } from './demo-output.js';
import type { Screen } from './screen.js';
import type { DemoContext } from './demo-context.js';

/** Milliseconds to wait for a deletion. */
const DEADLINE = 120_000;

export interface CleanUpOptions {
  /** Aborts the wait for the deletion. */
  readonly leave?: AbortSignal | undefined;
  /** The error of an unreachable platform, which is then not called again. */
  readonly unreachable?: Error | undefined;
}

/**
 * Deletes the cluster of a scenario that did not delete it, and waits until the cluster is deleted or `leave` aborts. If this
 * fails, prints which cluster may still exist.
 */
export async function cleanUp(
  context: DemoContext,
  screen: Screen,
  { leave, unreachable }: CleanUpOptions,
): Promise<void> {
  const { clusterName: name } = context;
  if (context.deleted || !name || !(context.clusterId ?? context.requestCluster)) return;
  if (unreachable) return printRemainder(context, screen, unreachable);
  const signal = AbortSignal.any([AbortSignal.timeout(DEADLINE), ...(leave ? [leave] : [])]);
  screen.print(`Deleting ${name}`, 'title');
  try {
    const operationId = await startDeletion(context, signal);
    const outcome =
      operationId === undefined ? 'gone' : await followDeletion(context, operationId, screen, signal);
    const texts = {
      gone: `${name} is gone; nothing is left behind`,
      deleting: `the platform continues to delete ${name}`,
    };
    screen.print(`  ✓ ${texts[outcome]}`, 'good');
  } catch (error) {
    printRemainder(context, screen, error);
  } finally {
    screen.status(undefined);
  }
}

/**
 * Requests the deletion and returns its operation; undefined if the creation of the cluster was rejected. If the response to
 * the creation was lost, the creation is requested again with the same client token, which returns the cluster's id.
 */
async function startDeletion(context: DemoContext, signal: AbortSignal): Promise<string | undefined> {
  const id = context.clusterId ?? (await context.requestCluster?.(signal))?.cluster?.id;
  return id === undefined ? undefined : requestDeletion(context.client, id, signal);
}

/** Waits until the cluster is deleted; returns `deleting` if the signal aborts earlier. */
async function followDeletion(
  { client, clusterName: name = '' }: DemoContext,
  operationId: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<'gone' | 'deleting'> {
  try {
    await waitUntilGone({ client, operationId, name, signal }, outputOn(screen));
    return 'gone';
  } catch (error) {
    if (signal.aborted) return 'deleting';
    throw error;
  }
}

function printRemainder(context: DemoContext, screen: Screen, error: unknown): void {
  const { clusterName, clusterId = 'if it was created', cleanCommand } = context;
  const reason = error instanceof Error ? error.message : String(error);
  screen.print(`  ! left: cluster ${clusterName} (${clusterId}): ${reason}`, 'bad');
  screen.print(`    To delete clusters that the demo has left: ${cleanCommand}`, 'bad');
}
