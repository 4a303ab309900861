import { createClient, type Retry } from '@fleetgraph/client';
import { EventFeed } from './event-feed.js';
import { plainNarrator } from './narrator.js';
import { cleanUp } from './steps/delete-cluster.js';
import { stories, type StoryName } from './steps.js';
import type { Step, Story } from './story.js';

export interface DemoOptions {
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly token: string;
  /** What is told; default `tour`. */
  readonly story?: StoryName;
  /** Gets each line of text. */
  readonly out: (line: string) => void;
  /** Ends the demo early. */
  readonly signal?: AbortSignal;
  /** Where to make the cluster; without it a region that offers the product. */
  readonly region?: string | undefined;
  /** Runs the steps; without it one after the other, told line by line. */
  readonly present?: (steps: readonly Step[], story: Story) => Promise<void>;
}

/** What the demo went through. */
export interface DemoReport {
  readonly clusterId: string | undefined;
  /** Nodes that there were at the most. */
  readonly nodes: number | undefined;
  /** Events of provisioning that came in; none came twice. */
  readonly events: number;
  /** How often something was tried again because the platform could not be reached. */
  readonly retries: number;
}

/** How long a request is tried again: long enough for a platform to be started anew. */
const PATIENCE = 180_000;

/**
 * Tells a story on a running platform: a cluster is created, used, scaled or upgraded, and deleted again. Goes on when
 * the platform is stopped and started in the middle.
 *
 * @throws DemoFailure when something does not come out as expected
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  let retries = 0;
  await using client = createClient({
    url: options.url,
    token: options.token,
    retry: { giveUpAfter: PATIENCE, longestWait: 2_000 },
    onRetry: (retry) => {
      retries += 1;
      tellRetry(retry, options.out);
    },
  });
  const failed = new AbortController();
  await using feed = new EventFeed(client, (error) => failed.abort(error));
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const story: Story = { client, feed, signal, wantedRegion: options.region };
  const present = options.present ?? ((all, told) => inPlainText(all, told, options.out));
  try {
    await present(stories[options.story ?? 'tour'], story);
  } finally {
    await cleanUp(story);
  }
  return { clusterId: story.clusterId, nodes: story.nodes, events: feed.count, retries };
}

async function inPlainText(all: readonly Step[], story: Story, out: (line: string) => void): Promise<void> {
  for (const [index, step] of all.entries()) {
    out(`[${index + 1}/${all.length}] ${step.title}`);
    const tell = plainNarrator(out);
    story.feed.tell = tell;
    await step.run(story, tell);
  }
}

/** Only the first failure of a row is worth a line. */
function tellRetry({ operation, error, attempt }: Retry, out: (line: string) => void): void {
  if (attempt === 1) out(`    ! ${operation ?? 'a request'}: ${error.message}; trying again`);
}
