import { type OperationStatusFragment, waitForOperation } from '@fleetgraph/client';
import type { DemoOutput } from './demo-output.js';
import type { DemoContext } from './demo-context.js';

/** Waits for an operation and its last event; shows progress and events. */
export async function watchOperation(
  context: DemoContext,
  id: string,
  output: DemoOutput,
): Promise<OperationStatusFragment> {
  const lastEvent = context.feed.operations.show(id, (line) => output.line(line));
  const end = await waitForOperation(context.client, id, {
    signal: context.signal,
    onProgress: ({ progress, stages }) => {
      const running = stages.find(({ state }) => state === 'RUNNING');
      output.progress(progress, running ? stageText(running) : '');
    },
  });
  await Promise.race([lastEvent, aborted(context.signal)]);
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
