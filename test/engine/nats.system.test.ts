import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog } from '../../engine/events/event-log.js';
import type { EventNotifier } from '../../engine/events/event-notifier.js';
import { openNatsNotifier } from '../../engine/events/nats-notifier.js';
import { startNatsRelay } from '../../engine/events/nats-relay.js';
import { logEvents } from '../../engine/events/event-transaction.js';
import { createLog } from '../../kernel/log.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { hasNatsServer, type NatsServer, startNatsServer } from '../kit/nats-server.js';

/** Longer than any test: a reader with this poll interval gets events only by notifications. */
const FOREVER_MS = 600_000;
const log = createLog('silent');

describe.skipIf(!hasNatsServer)('event notifications over NATS', () => {
  const stack = new AsyncDisposableStack();
  let kit: TestDatabase;
  let nats: NatsServer;
  let relay: AsyncDisposable;
  let notifier: EventNotifier;
  beforeAll(async () => {
    kit = stack.use(await createTestDatabase());
    nats = stack.use(await startNatsServer());
    relay = await startNatsRelay(kit.database, { url: nats.url }, log);
    notifier = stack.use(await openNatsNotifier({ url: nats.url }, log));
  });
  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
    await stack.disposeAsync();
  });

  const append = (account: string) =>
    logEvents(kit.database.prisma, account, new Date(), [
      { category: 'PROVISIONING', type: 'NODE_READY', reason: 'NodeReady', message: 'ready' },
    ]);

  it('notifies the readers of an account about appended events, whatever characters its name has', async () => {
    for (const account of ['acme', 'konto 7.>*', '帐户']) {
      const subscriber = await notifier.subscribe(account);
      await append(account);
      await subscriber.next(FOREVER_MS);
      subscriber.close();
    }
  });

  it('delivers events to a reader of the log', async () => {
    await using events = await EventLog.open(kit.database, log, { url: nats.url });
    const stream = events.follow('followed', { after: 0n });
    for (const sequence of [1n, 2n, 3n]) {
      await append('followed');
      expect((await stream.next()).value).toMatchObject({ sequence });
    }
    await stream.return();
  });

  it('moves the relay to another engine when its engine stops, and resynchronizes all readers', async () => {
    const standby = await startNatsRelay(kit.database, { url: nats.url }, log);
    const subscriber = await notifier.subscribe('relayed');
    await relay[Symbol.asyncDispose]();
    relay = standby;
    await subscriber.next(FOREVER_MS);
    await append('relayed');
    await subscriber.next(FOREVER_MS);
    subscriber.close();
  });

  it('resynchronizes readers when NATS is back after a crash, and delivers notifications again', async () => {
    const subscriber = await notifier.subscribe('patient');
    await nats.kill();
    await append('patient');
    await nats.restart();
    await subscriber.next(FOREVER_MS);
    const head = async () =>
      (await kit.database.prisma.eventCounter.findUnique({ where: { account: 'patient' } }))?.lastSequence;
    expect(await head()).toBe(1n);
    subscriber.close();
    await using again = await openNatsNotifier({ url: nats.url }, log);
    const second = await again.subscribe('patient');
    // The relay may reconnect after the readers; then its first message resynchronizes all of them.
    await append('patient');
    await second.next(FOREVER_MS);
    second.close();
  });
});

it('the platform fails to start when NATS is configured and unreachable', async () => {
  await expect(openNatsNotifier({ url: 'nats://127.0.0.1:1' }, log)).rejects.toThrow();
});
