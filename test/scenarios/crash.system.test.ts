import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@fleetgraph/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { runDemo } from '../../examples/demo/run-demo.js';
import { eventually } from '../kit/eventually.js';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { type RoleProcess, startRole } from '../kit/role-process.js';

const READY = /GraphQL\s+(\S+)\/graphql/;
interface Logged {
  readonly events: { id: string; cursor: string; type: string };
}
interface Page {
  readonly events: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}
interface After {
  readonly after?: string | null;
}

const STREAM: TypedDocumentNode<Logged, After> = parse(
  `subscription Log($after: EventCursor) { events(after: $after) { id cursor type } }`,
);
const PAGE: TypedDocumentNode<Page, After> = parse(`query Page($after: String) {
  events(first: 500, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}`);

let home: string;
let running: RoleProcess | undefined;

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

test('finishes the demo without missing or duplicate events after SIGKILL of the platform, of its PostgreSQL and of the platform again', async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-crash-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(home, 0o755);
  const port = await freePort();
  const env = {
    FLEETGRAPH_HOME: home,
    PORT: String(port),
    // kubesim also uses the next port.
    KUBESIM_PORT: String(await freePort(2)),
    SIMULATION_SPEED: '30',
  };
  running = await startRole(['start'], env, READY);
  const url = `http://127.0.0.1:${port}/graphql`;
  const token = (await readFile(join(home, 'token'), 'utf8')).trim();
  const client = createClient({ url, token });

  const over = new AbortController();
  const received: { id: string; type: string }[] = [];
  const stream = (async () => {
    for await (const { events } of client.subscribe(STREAM, {}, { signal: over.signal })) {
      received.push(events);
    }
  })();
  const lines: string[] = [];
  // Stops before the test times out, so that a failure shows the output of the demo.
  const signal = AbortSignal.timeout(180_000);
  const demo = runDemo({ url, token, signal, outageTimeoutMs: 180_000, out: (line) => lines.push(line) });
  const once = (description: string, fact: () => boolean) =>
    Promise.race([demo, eventually(fact, { what: description, timeoutMs: 90_000 })]);
  const crash = async () => {
    await running?.kill();
    running = await startRole(['start'], env, READY);
  };
  const requested = () => received.filter(({ type }) => type === 'NODES_REQUESTED').length;
  await once('the control plane to be made', () => received.length >= 6);
  await crash();
  await once('the first nodes to be asked for', () => requested() >= 1);
  // The platform restarts the database.
  process.kill(await serverPid(home), 'SIGKILL');
  await once('the scale-out to be under way', () => requested() >= 2);
  await crash();
  await demo.catch((error: unknown) => {
    throw new Error(`the demo failed:\n${lines.join('\n')}`, { cause: error });
  });

  const logged: string[] = [];
  for (let after: string | null = null; ;) {
    const { events }: Page = await client.query(PAGE, { after });
    logged.push(...events.nodes.map(({ id }) => id));
    if (!events.pageInfo.hasNextPage) break;
    after = events.pageInfo.endCursor;
  }
  logged.reverse();
  const receivedIds = () => received.map(({ id }) => id);
  await eventually(() => receivedIds().includes(logged.at(-1) ?? ''), { what: 'the last event' });
  over.abort();
  await stream;
  // From its first event on, the stream must equal the log; it may contain later events than the log that was read.
  const upToLast = receivedIds().slice(0, receivedIds().indexOf(logged.at(-1) ?? '') + 1);
  expect(upToLast).toEqual(logged.slice(logged.indexOf(received[0]!.id)));
}, 240_000);

/** PID of the embedded PostgreSQL, from its own file. */
async function serverPid(state: string): Promise<number> {
  const file = await readFile(join(state, 'postgres/data/postmaster.pid'), 'utf8');
  return Number(file.split('\n')[0]);
}
