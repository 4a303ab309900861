import { afterAll, beforeAll, describe, test } from 'vitest';
import { areas as allAreas } from './areas.js';
import type { Area, CaseContext, Machine } from './contract-case.js';
import type { Difference } from './differences/difference.js';
import type { Implementation } from './implementation.js';
import { WebhookServer } from './webhook-server.js';

export interface ContractOptions {
  /** Name of the implementation in titles. */
  readonly name: string;
  readonly open: () => Promise<Implementation>;
  /** Default: those that need no nodes. */
  readonly areas?: readonly Area[];
  /** Cases that the implementation does not pass, by area: they must fail. */
  readonly differences?: Readonly<Record<string, readonly Difference[]>>;
}

/** Milliseconds that a case may wait for a controller. */
const PATIENCE = 60_000;
/** Milliseconds that a case may take; one that must fail is not waited for any longer. */
const TIMEOUT = { passes: 110_000, fails: 3_000 };

/** Runs every case against one implementation, each in a namespace of its own. */
export function runContract({ name, open, areas = allAreas, differences = {} }: ContractOptions): void {
  let started: Started | undefined;
  const disposed = new AsyncDisposableStack();
  beforeAll(async () => {
    const webhooks = disposed.use(await WebhookServer.start());
    started = { webhooks, implementation: disposed.use(await open()) };
  });
  afterAll(() => disposed.disposeAsync());

  let count = 0;
  for (const area of areas) {
    const listed = new Set(differences[area.name]?.flatMap(({ titles }) => titles));
    // Areas run side by side, too: some wait seconds for a controller's next round.
    describe(`${name}: ${area.name}`, { concurrent: !area.createsNodes }, () => {
      for (const [title, run] of Object.entries(area.cases)) {
        const fails = listed.has(title);
        const timeout = fails ? TIMEOUT.fails : TIMEOUT.passes;
        const number = (count += 1);
        test(`${name}: ${title}`, { concurrent: true, fails, timeout }, async () => {
          await run(await contextOf(started, number));
        });
      }
    });
  }
}

interface Started {
  readonly implementation: Implementation;
  readonly webhooks: WebhookServer;
}

async function contextOf(started: Started | undefined, number: number): Promise<CaseContext> {
  if (!started) throw new Error('the implementation has not started');
  const { implementation, webhooks } = started;
  const namespace = `case-${number}`;
  let names = 0;
  const created = await implementation.admin.post('/api/v1/namespaces', { metadata: { name: namespace } });
  if (created.status !== 201) throw new Error(`no namespace: ${created.text}`);
  const unique = (prefix: string) => `${prefix}-${number}-${(names += 1)}`;
  return {
    api: implementation.admin,
    anonymous: implementation.anonymous,
    user: (user, group) => implementation.user(user, group),
    namespace,
    unique,
    startMachine: () => startMachine(implementation, unique('machine')),
    serve: (webhook) => webhooks.add(webhook),
    eventually,
  };
}

async function startMachine({ machines }: Implementation, name: string): Promise<Machine> {
  if (!machines) throw new Error('the cluster has no machines');
  const labels = { machine: name };
  await machines.start(name, { labels, taints: [{ key: 'machine', value: name, effect: 'NoSchedule' }] });
  const tolerations = [{ key: 'machine', value: name, effect: 'NoSchedule' }];
  return { name, spec: { nodeSelector: labels, tolerations }, power: (on) => machines.power(name, on) };
}

async function eventually<T>(check: () => Promise<T | undefined | null | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error('the expected state did not come');
    await new Promise((wake) => setTimeout(wake, 25));
  }
}
