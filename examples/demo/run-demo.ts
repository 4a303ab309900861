import { createClient, type Retry } from '@fleetgraph/client';
import { webSocketImpl } from '../web-socket.js';
import { EventFeed } from './event-feed.js';
import { outputOn } from './demo-output.js';
import { findPlatform } from './find-platform.js';
import { plainScreen, type Screen } from './screen.js';
import { cleanUp } from './clean-up.js';
import { scenarios, type ScenarioName } from './steps.js';
import type { Step, DemoContext } from './demo-context.js';
import { DemoFailure } from './demo-failure.js';

export interface DemoOptions {
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly token: string;
  /** What is shown; default `tour`. */
  readonly story?: ScenarioName;
  /** Gets each line of text where there is no `screen`. */
  readonly out: (line: string) => void;
  /** Where to write instead. */
  readonly screen?: Screen;
  /** Ends the demo early: it deletes its cluster and throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Ends that deletion's waiting, too. */
  readonly leave?: AbortSignal;
  /** Where to make the cluster; without it a region that offers the product. */
  readonly region?: string | undefined;
  /** Milliseconds for which the platform may be away in the middle of the demo. Default 60,000. */
  readonly patience?: number;
  /** Command that deletes what the demo has left. Default `npm run demo -- clean`. */
  readonly cleanCommand?: string;
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

/**
 * Shows a story on a running platform: a cluster is created, used, scaled or upgraded, and deleted again. Goes on when
 * the platform is stopped and started in the middle.
 *
 * @throws DemoFailure when something does not come out as expected, or the platform is away for too long
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { url, token, patience = 60_000, leave, screen = plainScreen(options.out) } = options;
  await findPlatform({ url, token });
  const failed = new AbortController();
  const outage = new Outage({ url, patience, screen, onEnd: (error) => failed.abort(error) });
  await using client = createClient({
    url,
    token,
    webSocketImpl,
    retry: { maxElapsedMs: patience, maxDelayMs: 2_000 },
    onRetry: (retry) => outage.add(retry),
  });
  await using feed = new EventFeed(client, (error) => failed.abort(error));
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const { region: wantedRegion, cleanCommand = 'npm run demo -- clean' } = options;
  const story: DemoContext = { client, feed, signal, wantedRegion, cleanCommand };
  try {
    await showSteps(scenarios[options.story ?? 'tour'], story, screen);
  } finally {
    await cleanUp(story, screen, { leave, unreachable: outage.end });
  }
  return { clusterId: story.clusterId, nodes: story.nodes, events: feed.count, retries: outage.retries };
}

async function showSteps(steps: readonly Step[], story: DemoContext, screen: Screen): Promise<void> {
  const tell = outputOn(screen);
  for (const [index, step] of steps.entries()) {
    story.signal.throwIfAborted();
    screen.print(`[${index + 1}/${steps.length}] ${step.title}`, 'title');
    screen.status('');
    try {
      await step.run(story, tell);
    } finally {
      screen.status(undefined);
    }
  }
}

interface OutageOptions {
  readonly url: string;
  /** Milliseconds after which it is too long. */
  readonly patience: number;
  readonly screen: Screen;
  readonly onEnd: (error: DemoFailure) => void;
}

/** Milliseconds without a failure after which the next one belongs to another outage; longer than between two tries. */
const NEXT_OUTAGE = 10_000;

/** The platform cannot be reached for the moment: says so once, and ends the demo when it lasts. */
class Outage {
  retries = 0;
  /** Why the demo ended, when the outage lasted too long. */
  end: DemoFailure | undefined;
  /** When each operation's row of failures began. */
  private readonly since = new Map<string, number>();
  private lastFailure = -Infinity;

  constructor(private readonly options: OutageOptions) {}

  add({ operation = 'a request', error, attempt }: Retry): void {
    const { url, patience, screen, onEnd } = this.options;
    const now = Date.now();
    this.retries += 1;
    if (now - this.lastFailure > NEXT_OUTAGE)
      screen.print(
        `  ! the platform is away (${error.message}); trying again for ${patience / 1000} s`,
        'bad',
      );
    this.lastFailure = now;
    if (attempt === 1) this.since.set(operation, now);
    const lasting = now - (this.since.get(operation) ?? now);
    if (lasting <= patience || this.end) return;
    this.end = new DemoFailure(`nothing has answered at ${url} for ${Math.round(lasting / 1000)} s`);
    onEnd(this.end);
  }
}
