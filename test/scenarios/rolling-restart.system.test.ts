import { logEvents } from '../../engine/events/event-transaction.js';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '@fleetgraph/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDatabaseUnavailable } from '../../kernel/postgres/database-unavailable.js';
import { type OpenDatabase, openDatabase } from '../../kernel/postgres/database.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';
import * as documents from '../kit/documents.js';
import { eventually } from '../kit/eventually.js';
import { createCluster, operationEnd } from '../kit/cluster-lifecycle.js';
import { testToken } from '../kit/platform.js';
import {
  type Reading,
  type StreamEvent,
  apolloClient,
  eventSource,
  graphqlSse,
  readWithReconnect,
} from './third-party-clients.js';
import { type RoleFleet, type RoleName, startRoleFleet } from './role-processes.js';

const ACCOUNTS = ['acme', 'globex', 'initech', 'umbrella'];
const SUBSCRIBERS_PER_ACCOUNT = 50;
/** Milliseconds between two appended events of an account, besides those of the engine. */
const PACE = 500;
/** Events that every subscriber receives between two crashes. */
const BETWEEN = 3;
/** Timeout in milliseconds, also on a busy machine. */
const TIMEOUT_MS = 300_000;
/** Type of the events that the test appends. */
const HEARTBEAT = 'NODE_READY' as const;

type Field = 'events' | 'provisioningEvents';

const streams: Readonly<Record<Field, string>> = {
  /** All events of the account. */
  events: `subscription Everything($after: EventCursor) {
    event: events(after: $after) { id cursor }
  }`,
  /** A category of events, with a field of another subgraph. */
  provisioningEvents: `subscription Provisioning($after: EventCursor) {
    event: provisioningEvents(after: $after) { id cursor cluster { id region { name } } }
  }`,
};

/** Clients of the subscribers: the platform's own over WebSockets, and third-party clients over every other transport. */
const WAYS = ['client', 'client', 'eventSource', 'graphqlSse', 'apollo'] as const;

interface Subscriber {
  readonly account: string;
  readonly field: Field;
  readonly way: (typeof WAYS)[number];
  readonly got: string[];
  /** The error that ended the subscription. */
  failure: unknown;
}

const stack = new AsyncDisposableStack();
let postgres: EmbeddedPostgres;
let database: OpenDatabase;
let fleet: RoleFleet;
const clusters = new Map<string, string>();

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-turn-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(directory, 0o755);
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  postgres = stack.use(
    await startEmbeddedPostgres({ directory, password: 'a password', log: createLog('silent') }),
  );
  database = stack.use(openDatabase({ url: postgres.url, poolSize: 4 }));
  fleet = stack.use(await startRoleFleet(postgres.url));
  for (const account of ACCOUNTS) {
    const session = { url: fleet.url, account };
    const { id, operationId } = await createCluster(session, `${account}-cluster`, 1);
    await operationEnd(session, operationId);
    clusters.set(account, id);
  }
}, 900_000);
afterAll(() => stack.disposeAsync());

test('delivers every event once and in order to 200 subscribers while gateway, subgraphs, engine and PostgreSQL are killed in turn', async () => {
  const over = new AbortController();
  const beginnings = new Map<string, Beginning>();
  for (const account of ACCOUNTS) beginnings.set(account, await beginningOf(account));
  const subscribing = [...beginnings].map(([account, { cursors }]) =>
    subscribe(account, cursors, over.signal),
  );
  const subscribers = (await Promise.all(subscribing)).flat();
  expect(subscribers).toHaveLength(200);
  const stopped = new AbortController();
  const work = Promise.all([
    ...ACCOUNTS.map((account) => heartbeats(account, stopped.signal)),
    scalings('acme', stopped.signal),
  ]);
  // Awaited below, after the subscribers have been checked.
  work.catch(() => undefined);

  await progress(subscribers);
  for (const role of ['gateway', 'observability', 'clusters', 'regions', 'engine'] satisfies RoleName[]) {
    await fleet.crash(role);
    await progress(subscribers);
  }
  const killed = postgres.pid;
  process.kill(killed, 'SIGKILL');
  await progress(subscribers);
  expect(postgres.pid).not.toBe(killed);

  stopped.abort();
  await work;
  for (const account of ACCOUNTS)
    for (const field of ['events', 'provisioningEvents'] satisfies Field[]) {
      const own = subscribers.filter(
        (candidate) => candidate.account === account && candidate.field === field,
      );
      expect(own).toHaveLength(SUBSCRIBERS_PER_ACCOUNT / 2);
      const logged = await eventually(
        async () => {
          const all = await logBehind(beginnings.get(account)?.head ?? 0n, { account, field });
          return own.every(({ got, failure }) => failure || got.at(-1) === all.at(-1)) && all;
        },
        { what: `the last of ${field} of ${account}`, timeoutMs: TIMEOUT_MS },
      );
      for (const { way, got, failure } of own) {
        expect(failure, way).toBeUndefined();
        expect(got, way).toEqual(logged);
      }
    }
  over.abort();
}, 1_800_000);

/** Head of an account's log, and the positions of its streams at that time. */
interface Beginning {
  readonly head: bigint;
  readonly cursors: Readonly<Record<Field, string>>;
}

/** Retries while events of the new cluster are still being appended. */
async function beginningOf(account: string): Promise<Beginning> {
  return eventually(
    async () => {
      const head = await logHead(account);
      const cursors = {
        events: await position(account, 'events'),
        provisioningEvents: await position(account, 'provisioningEvents'),
      };
      return (await logHead(account)) === head && { head, cursors };
    },
    { what: `a log of ${account} to which nothing is added`, timeoutMs: TIMEOUT_MS },
  );
}

/** Subscribes half of an account's subscribers to each stream, from its start position. */
async function subscribe(
  account: string,
  starts: Beginning['cursors'],
  signal: AbortSignal,
): Promise<Subscriber[]> {
  const token = await testToken(account);
  const readers = {
    eventSource: () => eventSource(fleet.url, token),
    graphqlSse: () => graphqlSse(fleet.url, token),
    apollo: () => apolloClient(fleet.url, token),
  };
  return Array.from({ length: SUBSCRIBERS_PER_ACCOUNT }, (_, index) => {
    const field: Field = index % 2 === 0 ? 'events' : 'provisioningEvents';
    const way = WAYS[(index >> 1) % WAYS.length] ?? 'client';
    const subscriber: Subscriber = { account, field, way, got: [], failure: undefined };
    const onEvent = ({ event }: StreamEvent) => {
      if (field === 'provisioningEvents')
        expect(event.cluster).toMatchObject({ region: { name: expect.any(String) as string } });
      subscriber.got.push(event.id);
    };
    const reading = { query: streams[field], after: starts[field], signal, onEvent };
    const listening =
      way === 'client' ? listen(account, reading) : readWithReconnect(readers[way](), reading);
    listening.catch((error: unknown) => (subscriber.failure = error));
    return subscriber;
  });
}

/** Reads with the platform's own client on a separate connection. */
async function listen(account: string, { query, after, signal, onEvent }: Reading): Promise<void> {
  for await (const event of ourClient(account).subscribe(typed(query), { after }, { signal })) onEvent(event);
}

/** The current position of a stream. */
async function position(account: string, field: Field): Promise<string> {
  await using stream = ourClient(account).subscribe(typed(streams[field]), {});
  return await eventually(() => stream.cursor, { what: 'a position', timeoutMs: TIMEOUT_MS });
}

function ourClient(account: string): Client {
  return stack.use(createClient({ url: `${fleet.url}/graphql`, token: () => testToken(account) }));
}

function typed(query: string): TypedDocumentNode<StreamEvent, { after?: string }> {
  return parse(query);
}

/** Waits until every subscriber has received more events and the engine has appended some. */
async function progress(subscribers: readonly Subscriber[]): Promise<void> {
  const before = subscribers.map(({ got }) => got.length);
  const engineBefore = await engineEvents();
  const lagging = () => subscribers.filter(({ got }, index) => got.length < (before[index] ?? 0) + BETWEEN);
  await eventually(
    () => {
      for (const { failure } of subscribers) if (failure) throw failure;
      return lagging().length === 0;
    },
    { what: 'every subscriber to receive more', timeoutMs: TIMEOUT_MS },
  );
  await eventually(async () => (await engineEvents()) > engineBefore, {
    what: 'events of the engine',
    timeoutMs: TIMEOUT_MS,
  });
}

/** Appends events to the account's log at a constant interval, as the platform does. */
async function heartbeats(account: string, signal: AbortSignal): Promise<void> {
  const event = {
    category: 'PROVISIONING' as const,
    type: HEARTBEAT,
    reason: 'NodeReady',
    message: 'A node is ready.',
    clusterId: clusters.get(account) ?? '',
  };
  while (!signal.aborted) {
    await whileAway(() => logEvents(database.prisma, account, new Date(), [event]));
    await delay(PACE);
  }
}

/** Scales a pool repeatedly through the gateway, so that the engine appends events. */
async function scalings(account: string, signal: AbortSignal): Promise<void> {
  await using client = createClient({
    url: `${fleet.url}/graphql`,
    token: () => testToken(account),
    retry: { maxElapsedMs: 300_000 },
  });
  const scale: TypedDocumentNode<{ scaleNodePool: { operation: { id: string } | null } }> = parse(
    documents.SCALE_POOL,
  );
  const operation: TypedDocumentNode<{ operation: { state: string } | null }> = parse(documents.OPERATION);
  const pools: TypedDocumentNode<{ cluster: { nodePools: { nodes: { id: string }[] } } }> = parse(
    `query Pools($id: ID!) { cluster(id: $id) { nodePools { nodes { id } } } }`,
  );
  const { cluster } = await client.query(pools, { id: clusters.get(account) });
  const nodePoolId = cluster.nodePools.nodes[0]!.id;
  for (let round = 0; !signal.aborted; round += 1) {
    const input = { nodePoolId, desiredSize: 1 + (round % 2), clientToken: `round-${round}` };
    const { scaleNodePool } = await client.mutate(scale, { input });
    const id = scaleNodePool.operation?.id;
    if (id === undefined) continue;
    await eventually(async () => (await client.query(operation, { id })).operation?.state === 'SUCCEEDED', {
      what: `the end of round ${round}`,
      timeoutMs: TIMEOUT_MS,
    });
  }
}

/** Number of events that the test did not append. */
function engineEvents(): Promise<number> {
  return whileAway(() => database.prisma.event.count({ where: { type: { not: HEARTBEAT } } }));
}

async function logHead(account: string): Promise<bigint> {
  const { lastSequence } = await database.prisma.eventCounter.findUniqueOrThrow({ where: { account } });
  return lastSequence;
}

async function logBehind(
  sequence: bigint,
  { account, field }: { readonly account: string; readonly field: Field },
): Promise<string[]> {
  const category = field === 'provisioningEvents' ? { category: 'PROVISIONING' as const } : {};
  const rows = await database.prisma.event.findMany({
    where: { account, sequence: { gt: sequence }, ...category },
    orderBy: { sequence: 'asc' },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Retries while the database is unavailable. Events that a failed attempt committed are in the log and are delivered too. */
async function whileAway<T>(work: () => Promise<T>): Promise<T> {
  return eventually(
    async () => {
      try {
        return { value: await work() };
      } catch (error) {
        if (isDatabaseUnavailable(error)) return undefined;
        throw error;
      }
    },
    { what: 'the database' },
  ).then(({ value }) => value);
}
