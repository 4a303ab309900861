import { type OperationStatusFragment, waitForOperation } from '@fleetgraph/client';
import type { Narrator } from './narrator.js';
import type { Story } from './story.js';

/** Waits for an operation and tells its progress and each stage as it is done. */
export async function watchOperation(
  story: Story,
  id: string,
  tell: Narrator,
): Promise<OperationStatusFragment> {
  const done = new Set<string>();
  return waitForOperation(story.client, id, {
    signal: story.signal,
    onProgress: ({ progress, stages }) => {
      const running = stages.find(({ state }) => state === 'RUNNING');
      tell.progress(progress, running ? stageText(running) : '');
      for (const stage of stages) {
        if (!stage.finishedAt || done.has(stage.name)) continue;
        done.add(stage.name);
        tell.line(`✓ ${stageText(stage)}`);
      }
    },
  });
}

function stageText({ name, message }: OperationStatusFragment['stages'][number]): string {
  return message ? `${name}: ${message}` : name;
}
