import { type OperationStatusFragment, waitForOperation } from '@fleetgraph/client';
import type { DemoOutput } from './demo-output.js';
import type { DemoContext } from './demo-context.js';

/** Waits for an operation and for its last event; shows its progress, and its events if they are followed. */
export async function watchOperation(
  story: DemoContext,
  id: string,
  tell: DemoOutput,
): Promise<OperationStatusFragment> {
  const lastEvent = story.feed.operations.show(id, (line) => tell.line(line));
  const end = await waitForOperation(story.client, id, {
    signal: story.signal,
    onProgress: ({ progress, stages }) => {
      const running = stages.find(({ state }) => state === 'RUNNING');
      tell.progress(progress, running ? stageText(running) : '');
    },
  });
  await Promise.race([lastEvent, aborted(story.signal)]);
  return end;
}

function stageText({ name, message }: OperationStatusFragment['stages'][number]): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return message ? `${words}: ${message}` : words;
}

/** Rejects with the signal's reason when it aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
