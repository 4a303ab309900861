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
  /** Default `tour`. */
  readonly scenario?: ScenarioName;
  /** Receives each line if there is no `screen`. */
  readonly out: (line: string) => void;
  /** Output with progress. */
  readonly screen?: Screen;
  /** Ends the demo early: deletes its cluster and throws the reason. */
  readonly signal?: AbortSignal;
  /** Aborts the wait for the deletion. */
  readonly leave?: AbortSignal;
  /** Region of the cluster. Default the first that offers the product. */
  readonly region?: string | undefined;
  /** Milliseconds that the platform may be unreachable during the demo. Default 60,000. */
  readonly outageTimeoutMs?: number;
  /** Command that deletes clusters left by the demo. Default `npm run demo -- clean`. */
  readonly cleanCommand?: string;
}

/** Counts of a run. */
export interface DemoReport {
  readonly clusterId: string | undefined;
  /** Largest number of nodes. */
  readonly nodes: number | undefined;
  /** Provisioning events received. */
  readonly events: number;
  /** Retries while the platform was unreachable. */
  readonly retries: number;
}

/**
 * Runs a scenario on a platform: creates a cluster, uses, scales or upgrades it, and deletes it. Continues when the platform
 * is restarted meanwhile.
 *
 * @throws DemoFailure if a result is not the expected one, or the platform is unreachable for too long
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { url, token, outageTimeoutMs = 60_000, leave, screen = plainScreen(options.out) } = options;
  await findPlatform({ url, token });
  const failed = new AbortController();
  const outage = new Outage({ url, outageTimeoutMs, screen, onEnd: (error) => failed.abort(error) });
  await using client = createClient({
    url,
    token,
    webSocketImpl,
    retry: { maxElapsedMs: outageTimeoutMs, maxDelayMs: 2_000 },
    onRetry: (retry) => outage.add(retry),
  });
  await using feed = new EventFeed(client, (error) => failed.abort(error));
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const { region: requestedRegion, cleanCommand = 'npm run demo -- clean' } = options;
  const context: DemoContext = { client, feed, signal, requestedRegion, cleanCommand };
  try {
    await showSteps(scenarios[options.scenario ?? 'tour'], context, screen);
  } finally {
    await cleanUp(context, screen, { leave, unreachable: outage.end });
  }
  return { clusterId: context.clusterId, nodes: context.nodes, events: feed.count, retries: outage.retries };
}

async function showSteps(steps: readonly Step[], context: DemoContext, screen: Screen): Promise<void> {
  const output = outputOn(screen);
  for (const [index, step] of steps.entries()) {
    context.signal.throwIfAborted();
    screen.print(`[${index + 1}/${steps.length}] ${step.title}`, 'title');
    screen.status('');
    try {
      await step.run(context, output);
    } finally {
      screen.status(undefined);
    }
  }
}

interface OutageOptions {
  readonly url: string;
  /** Milliseconds after which the demo ends. */
  readonly outageTimeoutMs: number;
  readonly screen: Screen;
  readonly onEnd: (error: DemoFailure) => void;
}

/** Milliseconds without an error that separate two outages; longer than the delay between retries. */
const OUTAGE_GAP_MS = 10_000;

/** Prints when the platform becomes unreachable, and ends the demo when the outage exceeds `outageTimeoutMs`. */
class Outage {
  retries = 0;
  /** The error that ended the demo. */
  end: DemoFailure | undefined;
  /** Time of the first of consecutive failures, by operation. */
  private readonly since = new Map<string, number>();
  private lastFailure = -Infinity;

  constructor(private readonly options: OutageOptions) {}

  add({ operation = 'a request', error, attempt }: Retry): void {
    const { url, outageTimeoutMs, screen, onEnd } = this.options;
    const now = Date.now();
    this.retries += 1;
    if (now - this.lastFailure > OUTAGE_GAP_MS)
      screen.print(
        `  ! the platform is unreachable (${error.message}); retrying for ${outageTimeoutMs / 1000} s`,
        'bad',
      );
    this.lastFailure = now;
    if (attempt === 1) this.since.set(operation, now);
    const lasting = now - (this.since.get(operation) ?? now);
    if (lasting <= outageTimeoutMs || this.end) return;
    this.end = new DemoFailure(`no response from ${url} for ${Math.round(lasting / 1000)} s`);
    onEnd(this.end);
  }
}
