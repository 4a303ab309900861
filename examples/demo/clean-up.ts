import { requestDeletion, waitUntilGone } from './delete-demo-cluster.js';
import { outputOn } from './demo-output.js';
import type { Screen } from './screen.js';
import type { DemoContext } from './demo-context.js';

/** Milliseconds for which a deletion is waited for. */
const DEADLINE = 120_000;

export interface CleanUpOptions {
  /** Ends the waiting for the deletion. */
  readonly leave?: AbortSignal | undefined;
  /** Why the platform cannot be reached: it is not asked again then. */
  readonly unreachable?: Error | undefined;
}

/**
 * Deletes the story's cluster when the story has ended before it did, and waits until it is gone, or until `leave` aborts.
 * Says what is left when it cannot.
 */
export async function cleanUp(
  story: DemoContext,
  screen: Screen,
  { leave, unreachable }: CleanUpOptions,
): Promise<void> {
  const { clusterName: name } = story;
  if (story.deleted || !name || !(story.clusterId ?? story.requestCluster)) return;
  if (unreachable) return printRemainder(story, screen, unreachable);
  const signal = AbortSignal.any([AbortSignal.timeout(DEADLINE), ...(leave ? [leave] : [])]);
  screen.print(`Deleting ${name}`, 'title');
  try {
    const operationId = await startDeletion(story, signal);
    const outcome =
      operationId === undefined ? 'gone' : await followDeletion(story, operationId, screen, signal);
    const texts = {
      gone: `${name} is gone; nothing is left behind`,
      deleting: `the platform goes on with the deletion of ${name}`,
    };
    screen.print(`  ✓ ${texts[outcome]}`, 'good');
  } catch (error) {
    printRemainder(story, screen, error);
  } finally {
    screen.status(undefined);
  }
}

/**
 * Asks for the deletion and answers its operation; undefined when the cluster was refused. When the answer to its creation
 * never came, the cluster is asked for again to learn its id.
 */
async function startDeletion(story: DemoContext, signal: AbortSignal): Promise<string | undefined> {
  const id = story.clusterId ?? (await story.requestCluster?.(signal))?.cluster?.id;
  return id === undefined ? undefined : requestDeletion(story.client, id, signal);
}

/** Waits until the cluster is gone; answers `deleting` when the signal aborts before. */
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

function printRemainder(story: DemoContext, screen: Screen, error: unknown): void {
  const { clusterName, clusterId = 'if it was created', cleanCommand } = story;
  const reason = error instanceof Error ? error.message : String(error);
  screen.print(`  ! left: cluster ${clusterName} (${clusterId}): ${reason}`, 'bad');
  screen.print(`    This deletes what the demo has left: ${cleanCommand}`, 'bad');
}
