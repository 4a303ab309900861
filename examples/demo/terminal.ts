import { Listr, type ListrTaskWrapper } from 'listr2';
import { bar, type Narrator } from './narrator.js';
import type { Step, Story } from './story.js';

/** Lines kept below a step while it runs. */
const LINES = 8;

/** Runs the steps as a list that is redrawn: a spinner, the progress bar, and the last events below it. */
export async function inTerminal(steps: readonly Step[], story: Story): Promise<void> {
  const tasks = steps.map(({ title, run }) => ({
    title,
    rendererOptions: { outputBar: LINES, persistentOutput: true },
    task: (_: unknown, task: Task) => {
      const tell = taskNarrator(title, task);
      story.feed.tell = tell;
      return run(story, tell);
    },
  }));
  await new Listr(tasks, { renderer: 'default', rendererOptions: { collapseSubtasks: false } }).run();
}

type Task = Pick<ListrTaskWrapper<unknown, never, never>, 'title' | 'output'>;

function taskNarrator(title: string, task: Task): Narrator {
  return {
    headline: (text) => (task.title = `${title}\n→ ${text}`),
    line: (text) => (task.output = text),
    progress: (fraction, text) => (task.title = `${title}\n${bar(fraction)} ${text}`),
  };
}
