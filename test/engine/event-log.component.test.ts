import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LoggedEvent, NewEvent } from '../../engine/contract.js';
import { EventLog, LogBookmark } from '../../engine/events/event-log.js';
import { EVENT_CHANNEL, appendEvents } from '../../engine/events/append-events.js';
import { pruneEvents } from '../../engine/jobs/housekeeping.js';
import { eventTransaction } from '../../engine/events/event-transaction.js';
import { createLog } from '../../kernel/log.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

let kit: TestDatabase;
let events: EventLog;
beforeAll(async () => {
  kit = await createTestDatabase();
  events = await EventLog.open(kit.database, createLog('silent'));
});
afterAll(async () => {
  await events[Symbol.asyncDispose]();
  await kit[Symbol.asyncDispose]();
});

const at = new Date('2026-05-01T00:00:00Z');

function event(message: string, more: Partial<NewEvent> = {}): NewEvent {
  return { category: 'PROVISIONING', type: 'NODE_READY', reason: 'NodeReady', message, ...more };
}

const append = (account: string, messages: readonly string[], more: Partial<NewEvent> = {}, when = at) =>
  kit.database.prisma.$transaction((tx) =>
    appendEvents(
      tx,
      account,
      when,
      messages.map((message) => event(message, more)),
    ),
  );

async function take(stream: AsyncIterable<LoggedEvent>, count: number): Promise<LoggedEvent[]> {
  const taken: LoggedEvent[] = [];
  if (count === 0) return taken;
  for await (const one of stream) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
}

describe('the event log', () => {
  it('numbers the events of an account without gaps in commit order when transactions roll back', async () => {
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let turn = 0; turn < 5; turn++) {
        await kit.database.prisma
          .$transaction(async (tx) => {
            await appendEvents(tx, 'writers', at, [event(`${writer}-${turn}`), event(`${writer}-${turn}-b`)]);
            if (turn === 2) throw new Error('rolled back');
          })
          .catch(() => undefined);
      }
    });
    await Promise.all(writers);
    const all = await events.read('writers', { after: 0n, limit: 1000 });
    expect(all.map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: 160 }, (_, index) => index + 1),
    );
    expect(await events.head('writers')).toBe(160n);
    expect(await events.head('nobody')).toBe(0n);
  });

  it('appends the events that a transaction emits at its end, to the log of each account', async () => {
    await eventTransaction(kit.database.prisma, at, async (tx) => {
      tx.emit('emit-b', event('first'));
      tx.emit('emit-a', event('second'));
      tx.emit('emit-b', event('third'), event('fourth'));
      expect(await tx.event.count({ where: { account: { in: ['emit-a', 'emit-b'] } } })).toBe(0);
    });
    const messages = async (account: string) =>
      (await events.read(account, { after: 0n, limit: 10 })).map(({ message }) => message);
    expect(await messages('emit-a')).toEqual(['second']);
    expect(await messages('emit-b')).toEqual(['first', 'third', 'fourth']);
  });

  it('appends the events of each concurrent transaction with that transaction, none when it rolls back', async () => {
    const accounts = Array.from({ length: 8 }, (_, index) => `concurrent-${index}`);
    const transactions = accounts.map((account, index) =>
      eventTransaction(kit.database.prisma, at, async (tx) => {
        await tx.$queryRaw`SELECT 1`;
        tx.emit(account, event(account));
        await tx.$queryRaw`SELECT 1`;
        if (index % 2 === 1) throw new Error('rolled back');
      }).catch(() => undefined),
    );
    await Promise.all(transactions);
    const logs = await Promise.all(accounts.map((account) => events.read(account, { after: 0n, limit: 10 })));
    expect(logs.map((log) => log.map(({ message }) => message))).toEqual(
      accounts.map((account, index) => (index % 2 === 0 ? [account] : [])),
    );
  });

  it('appends many events in one statement and returns them as stored', async () => {
    let appended: LoggedEvent[] = [];
    const data = { fromSize: 1, toSize: 3, note: 'ä"\\' };
    const statements = await kit.statements(() =>
      kit.database.prisma.$transaction(async (tx) => {
        appended = await appendEvents(tx, 'stored', at, [
          event('one', {
            data,
            clusterId: 'cluster_a',
            nodePoolId: 'nodepool_a',
            operationId: 'operation_a',
          }),
          event('two', { level: 'ERROR' }),
        ]);
      }),
    );
    expect(statements.filter((sql) => !/^(BEGIN|COMMIT)/.test(sql))).toHaveLength(1);
    expect(await events.read('stored', { after: 0n, limit: 10 })).toEqual(appended);
    expect(appended[0]).toMatchObject({ data, sequence: 1n, level: 'INFO' });
  });

  it('reads pages in both directions and by filter', async () => {
    await append('reader', ['a', 'b'], { clusterId: 'cluster_a' });
    await append('reader', ['c'], {
      clusterId: 'cluster_b',
      category: 'SCALING',
      level: 'WARNING',
      operationId: 'op',
    });
    const texts = async (page: Omit<Parameters<EventLog['read']>[1], 'limit'>) =>
      (await events.read('reader', { limit: 10, ...page })).map(({ message }) => message);
    expect(await texts({ after: 1n })).toEqual(['b', 'c']);
    expect(await texts({ after: 0n, descending: true })).toEqual(['c', 'b', 'a']);
    expect(await texts({ after: 3n, descending: true })).toEqual(['b', 'a']);
    expect(await texts({ after: 0n, filter: { clusterId: 'cluster_a' } })).toEqual(['a', 'b']);
    expect(
      await texts({ after: 0n, filter: { categories: ['SCALING'], levels: ['WARNING'], operationId: 'op' } }),
    ).toEqual(['c']);
    expect(await texts({ after: 0n, filter: { types: ['OTHER'] } })).toEqual([]);
  });

  it('replays from a position and continues live without gap or duplicate while events are appended', async () => {
    await append('follower', ['0', '1', '2']);
    const total = 200;
    const writing = (async () => {
      for (let next = 3; next < total; next++) await append('follower', [`${next}`]);
    })();
    const seen = await take(events.follow('follower', { after: 1n }), total - 1);
    await writing;
    expect(seen.map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: total - 1 }, (_, i) => i + 2),
    );
  });

  it('queries the head of the log only for sequences that it has not seen', async () => {
    const statements = (sequence: bigint) =>
      kit.statements(async () => {
        expect(await events.waitForSequence('seen', sequence, { timeoutMs: 5000 })).toBe(true);
      });
    await append('seen', ['one', 'two']);
    expect(await statements(1n)).toHaveLength(1);
    expect(await statements(2n)).toEqual([]);
    await append('seen', ['three']);
    await take(events.follow('seen', { after: 2n }), 1);
    expect(await statements(3n)).toEqual([]);
  });

  it('starts at the head when no position is given and yields only events that match the filter', async () => {
    await append('live', ['before']);
    const stream = events.follow('live', { filter: { clusterId: 'cluster_b' } });
    const first = stream.next();
    await append('live', ['x'], { clusterId: 'cluster_a' });
    // The stream may read its start before or after these events: append until it yields one.
    let settled = false;
    void first.then(() => (settled = true));
    await eventually(async () => {
      await append('live', ['y'], { clusterId: 'cluster_b' });
      return settled;
    });
    expect((await first).value).toMatchObject({ message: 'y' });
    await stream.return();
  });

  it('yields a bookmark after 50 events that do not match, and after fewer when ten seconds have passed', async () => {
    await append('marked', ['1', '2', '3']);
    const mapped = events.followMapped('marked', { after: 0n }, ({ message }) =>
      message === 'published' ? message : undefined,
    );
    const step = async () => (await mapped.next()).value;
    expect(await step()).toEqual(new LogBookmark(3n, true));
    await append('marked', Array<string>(49).fill('left out'));
    await append('marked', ['published', ...Array<string>(100).fill('left out')]);
    expect(await step()).toBe('published');
    // Within a batch the stream does not know whether it has reached the head.
    expect(await step()).toEqual(new LogBookmark(103n, false));
    expect(await step()).toEqual(new LogBookmark(153n, false));
    const next = step();
    await append('marked', ['left out']);
    const now = performance.now.bind(performance);
    const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
    // A notification without a new event is harmless.
    await kit.database.prisma.$executeRaw`SELECT pg_notify(${EVENT_CHANNEL}, 'marked')`;
    expect(await next).toMatchObject({ sequence: 154n });
    later.mockRestore();
    await mapped.return();
  });

  it('replays a long log in batches', async () => {
    await append(
      'long',
      Array.from({ length: 1_234 }, (_, index) => `${index}`),
    );
    const seen = await take(events.follow('long', { after: 0n }), 1_234);
    expect(seen.at(-1)?.sequence).toBe(1_234n);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(1_234);
  });

  it('ends a stream when its signal aborts, also while it waits', async () => {
    const stop = new AbortController();
    const stream = events.follow('silent', { signal: stop.signal });
    const next = stream.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('loses no event when its LISTEN connection is cut', async () => {
    const stream = events.follow('cut', { after: 0n });
    await append('cut', ['a']);
    expect((await stream.next()).value).toMatchObject({ message: 'a' });
    const next = stream.next();
    await kit.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'fleetgraph listen' AND datname = current_database()`,
    );
    await append('cut', ['b']);
    expect((await next).value).toMatchObject({ message: 'b' });
    await stream.return();
  });

  it('rejects a position whose next events are pruned, and a position ahead of the log', async () => {
    await append('pruned', ['old', 'old']);
    await append('pruned', ['new'], {}, new Date('2026-05-03T00:00:00Z'));
    await pruneEvents(kit.database.prisma, new Date('2026-05-02T00:00:00Z'));
    const problem = (after: bigint) =>
      events
        .follow('pruned', { after })
        .next()
        .catch((error: unknown) => error);
    expect(await problem(1n)).toMatchObject({ problems: [{ code: 'CURSOR_EXPIRED' }] });
    expect(await problem(9n)).toMatchObject({ problems: [{ code: 'INVALID_CURSOR' }] });
    expect(await problem(2n)).toMatchObject({ value: { message: 'new', sequence: 3n } });
    expect(await events.read('pruned', { after: 0n, limit: 10 })).toHaveLength(1);
    // Events that are appended afterwards continue the sequence.
    expect((await append('pruned', ['next']))[0]?.sequence).toBe(4n);
  });

  it('prunes every event of a log when all are older than the retention', async () => {
    await append('empty', ['old']);
    await pruneEvents(kit.database.prisma, new Date('2027-01-01T00:00:00Z'));
    expect(await events.head('empty')).toBe(1n);
    expect(await events.read('empty', { after: 0n, limit: 10 })).toEqual([]);
  });
});
