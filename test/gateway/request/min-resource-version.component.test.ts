import type { EventType } from '../../../engine/events/event-kinds.js';
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventCursors } from '../../../engine/events/event-cursor.js';
import { logEvents } from '../../../engine/events/event-transaction.js';
import { systemClock } from '../../../kernel/clock.js';
import { cursorKeys } from '../../../roles/cursor-keys.js';
import { transports } from '../fixtures/transports.js';
import { PLATFORM_SECRET, type TestPlatform, startTestPlatform } from '../../kit/platform.js';

const HISTORY = '{ events(first: 1) { nodes { type } } }';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

interface GraphQLResponse {
  readonly data?: { events: { nodes: { type: string }[] } | null } | null;
  readonly errors?: { extensions: { code: string } }[];
}

async function send(minResourceVersion: unknown, account = 'acme'): Promise<GraphQLResponse> {
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await platform.token(account)}`,
    },
    body: JSON.stringify({ query: HISTORY, extensions: { minResourceVersion } }),
  });
  return (await response.json()) as GraphQLResponse;
}

function append(type: EventType, account = 'acme') {
  return logEvents(platform.kit.database.prisma, account, systemClock.now(), [
    { category: 'PROVISIONING', type, level: 'INFO', reason: type, message: type },
  ]);
}

/** The cursor of an event that may not have happened yet. */
function cursorAt(sequence: bigint, account = 'acme'): string {
  const cursors = new EventCursors(cursorKeys('platform', PLATFORM_SECRET));
  return cursors.of({ account, field: 'provisioningEvents' }).encode({ sequence });
}

describe('a query with extensions.minResourceVersion', () => {
  test('waits until a lagging database has the event', async () => {
    await append('NODE_STARTING');
    expect((await send(cursorAt(1n))).data?.events?.nodes).toEqual([{ type: 'NODE_STARTING' }]);
    const response = send(cursorAt(2n));
    await append('NODE_READY');
    expect((await response).data?.events?.nodes).toEqual([{ type: 'NODE_READY' }]);
  });

  test.each([...transports])('is supported on every transport: %s', async (_, way) => {
    const sendWithVersion = async (minResourceVersion: string) =>
      way(platform.url, { query: HISTORY, extensions: { minResourceVersion } }, await platform.token());
    expect((await sendWithVersion(cursorAt(1n))).errors).toBeUndefined();
    expect((await sendWithVersion(cursorAt(1n, 'other'))).errors).toMatchObject([
      { extensions: { code: 'INVALID_CURSOR' } },
    ]);
  });

  test('fails with STALE_READ when the event does not come in time', async () => {
    const { data, errors } = await send(cursorAt(1000n));
    expect(data?.events ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['STALE_READ']);
  });

  test.each([
    ['another account’s cursor', () => cursorAt(1n, 'other')],
    [
      'a cursor that was tampered with',
      () => cursorAt(1n).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ],
    ['an invalid cursor', () => 'nonsense'],
    ['a value with a line break', () => 'a\r\nb'],
    ['a number', () => 7],
  ])('is rejected with INVALID_CURSOR for %s', async (_, version) => {
    const { errors } = await send(version());
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_CURSOR']);
  });
});
