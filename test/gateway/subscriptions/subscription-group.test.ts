import { GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { slowConsumerError } from '../../../gateway/upstream/call/subgraph-source.js';
import { ClientSubscription } from '../../../gateway/subscriptions/client-subscription.js';
import type { StreamEvent } from '../../../gateway/execution/stream-event.js';
import { SerializedEvent } from '../../../gateway/subscriptions/serialized-event.js';
import { SubscriptionGroup } from '../../../gateway/subscriptions/subscription-group.js';
import type { SubscriptionTraits } from '../../../gateway/document/subscription-traits.js';
import { until } from '../fixtures/gateway.js';

/** A client whose speed the test controls. */
class Reader {
  readonly got: string[] = [];
  readonly frames: SerializedEvent[] = [];
  readonly errors: GraphQLError[] = [];
  completed = false;
  fast = true;
  dropped = 0;
  readonly feed: ClientSubscription;

  constructor(resubscribe: (feed: ClientSubscription) => void = () => undefined) {
    const sink = {
      next: (frame: SerializedEvent) => {
        this.frames.push(frame);
        this.got.push((JSON.parse(frame.text) as { data: string }).data);
        return this.fast;
      },
      error: (errors: readonly GraphQLError[]) => void this.errors.push(...errors),
      complete: () => void (this.completed = true),
    };
    this.feed = new ClientSubscription({
      sink,
      maxEvents: 2,
      maxBytes: 1000,
      resubscribe,
      dropped: () => (this.dropped += 1),
    });
  }

  resume(): void {
    this.fast = true;
    this.feed.ready();
  }
}

const form: SubscriptionTraits = {
  kind: 'live',
  document: parse('{ a }'),
  resumable: false,
  versioned: false,
  responseKey: 'a',
  after: undefined,
  afterVariable: undefined,
};

function liveGroup(of: SubscriptionTraits = form) {
  const waiting: ((event: StreamEvent | Error | undefined) => void)[] = [];
  const state = { closed: 0, pulled: 0, opened: [] as unknown[] };
  const open = async function* (after: unknown): AsyncGenerator<StreamEvent, undefined> {
    state.opened.push(after);
    for (;;) {
      const event = await new Promise<StreamEvent | Error | undefined>((resolve) => waiting.push(resolve));
      if (event instanceof Error) throw event;
      if (!event) return undefined;
      state.pulled += 1;
      yield event;
    }
  };
  const group = new SubscriptionGroup({ traits: of, open, closed: () => (state.closed += 1) });
  const say = async (event: StreamEvent | Error | undefined) => {
    await until(() => waiting.length > 0, 'a pull');
    waiting.shift()!(event);
  };
  return { group, state, say, isPulled: () => waiting.length > 0 };
}

const event = (data: string): StreamEvent => ({
  result: { data: data as unknown as Record<string, unknown> },
});

test('ends a slow client without a position with SLOW_CONSUMER after its queued events', async () => {
  const { group, say } = liveGroup();
  const [fast, slow] = [new Reader(), new Reader()];
  group.join(fast.feed, null);
  group.join(slow.feed, null);
  slow.fast = false;
  for (const data of ['a', 'b', 'c', 'd', 'e']) await say(event(data));
  await until(() => fast.got.length === 5, 'five events');
  expect(slow.got).toEqual(['a']);
  expect(slow.errors).toEqual([]);
  slow.resume();
  expect(slow.got).toEqual(['a', 'b', 'c']);
  expect(slow.errors.map(({ extensions }) => extensions['code'])).toEqual(['SLOW_CONSUMER']);
  expect([fast.dropped, slow.dropped]).toEqual([0, 1]);
  expect(fast.got).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('pulls no event while no client is writable', async () => {
  const { group, say, isPulled, state } = liveGroup();
  const only = new Reader();
  only.fast = false;
  group.join(only.feed, null);
  await say(event('a'));
  await until(() => only.got.length === 1, 'the first event');
  await new Promise((resolve) => setImmediate(resolve));
  expect(isPulled()).toBe(false);
  only.resume();
  await say(event('b'));
  await until(() => only.got.length === 2, 'the second event');
  expect(state.pulled).toBe(2);
});

test('ends every client once when the execution ends, with its errors', async () => {
  for (const end of [undefined, new Error('broken')]) {
    const { group, say, state } = liveGroup();
    const readers = [new Reader(), new Reader()];
    for (const { feed } of readers) group.join(feed, null);
    await say(event('a'));
    await say(end);
    await until(() => state.closed === 1, 'the end');
    for (const reader of readers) {
      expect(reader.got).toEqual(['a']);
      expect([reader.completed, reader.errors.length]).toEqual(end ? [false, 1] : [true, 0]);
    }
  }
});

test('executes an event with errors again for a client that resumes before it', async () => {
  const { group, say, state } = liveGroup({ ...form, kind: 'log', resumable: true });
  const first = new Reader();
  group.join(first.feed, null);
  await say({ ...event('a'), position: '1' });
  await say({ ...event('b'), position: '2' });
  const broken = event('c').result?.data;
  await say({ result: { data: broken ?? null, errors: [new GraphQLError('away')] }, position: '3' });
  await until(() => first.got.length === 3, 'three events');
  const [near, distant] = [new Reader(), new Reader()];
  group.join(near.feed, '3');
  expect(state.opened).toEqual([null]);
  group.join(distant.feed, '2');
  await until(() => state.opened.length === 2, 'an execution of its own');
  expect(state.opened).toEqual([null, '2']);
  expect(distant.got).toEqual([]);
});

test('sends a joining client the current position immediately', async () => {
  const { group, say, state } = liveGroup({ ...form, kind: 'log', resumable: true });
  const first = new Reader();
  group.join(first.feed, null);
  await say({ ...event('a'), position: '1' });
  await until(() => first.got.length === 1, 'an event');
  const late = new Reader();
  group.join(late.feed, null);
  expect(late.frames).toMatchObject([{ bookmark: true, position: '1' }]);
  await say({ ...event('b'), position: '2' });
  await until(() => late.frames.length === 2, 'the next event');
  expect(late.frames[1]).toMatchObject({ bookmark: false, position: '2' });
  expect(state.opened).toEqual([null]);
});

test('measures the lag of a client against its group, queued or detached', async () => {
  const { group, say, state } = liveGroup({ ...form, kind: 'log', resumable: true });
  const numbered = (position: number) => say({ ...event(`e${position}`), position: String(position) });
  const rejoining: ClientSubscription[] = [];
  const [fast, slow] = [new Reader(), new Reader((feed) => rejoining.push(feed))];
  group.join(fast.feed, null);
  group.join(slow.feed, null);
  await numbered(1);
  await until(() => slow.got.length === 1, 'the first event');
  slow.fast = false;
  const lags: number[] = [];
  for (let position = 2; position <= 8; position += 1) {
    await numbered(position);
    await until(() => fast.got.length === position, `event ${position}`);
    lags.push(slow.feed.lag);
  }
  // One event is in the network, two are queued; then the client is detached.
  expect(lags).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(fast.feed.lag).toBe(0);
  slow.resume();
  expect(slow.feed.lag).toBe(4);
  expect(rejoining).toEqual([slow.feed]);
  group.join(slow.feed, slow.feed.position);
  await until(() => slow.got.length === 8, 'everything');
  expect(slow.feed.lag).toBe(0);
  expect(slow.got).toEqual(fast.got);
  expect([fast.dropped, slow.dropped, state.opened.length]).toEqual([0, 0, 1]);
});

test('drops an event that leaves a gap and ends the client so that it resumes', () => {
  const reader = new Reader();
  const frame = (position: string, follows?: string) =>
    new SerializedEvent(JSON.stringify({ data: position }), position, follows, false, false);
  reader.feed.offer(frame('1'));
  reader.feed.offer(frame('2', '1'));
  reader.feed.offer(frame('4', '3'));
  reader.feed.offer(frame('5', '4'));
  expect(reader.got).toEqual(['1', '2']);
  expect(reader.dropped).toBe(1);
  expect(reader.errors.map(({ extensions }) => extensions['code'])).toEqual(['SERVICE_UNAVAILABLE']);
});

test('resumes all clients of an execution that is too slow for its subgraph on another one', async () => {
  const { group, state, say } = liveGroup({ ...form, kind: 'log', resumable: true });
  const readers: Reader[] = [];
  for (let count = 0; count < 3; count += 1) {
    const reader = new Reader((feed) => group.join(feed, feed.position));
    readers.push(reader);
    group.join(reader.feed, '0');
  }
  // The late client joins after the first event and has received none.
  const late = new Reader((feed) => group.join(feed, feed.position));
  await say({ ...event('one'), position: '1' });
  await until(() => readers.every(({ got }) => got.length === 1), 'the first event');
  group.join(late.feed, '1');
  await say(slowConsumerError());
  await until(() => state.opened.length === 2, 'another execution');
  expect(state.opened).toEqual(['0', '1']);
  await say({ ...event('two'), position: '2' });
  await until(() => late.got.length === 1, 'the next event');
  expect(readers.map(({ got }) => got)).toEqual([
    ['one', 'two'],
    ['one', 'two'],
    ['one', 'two'],
  ]);
  expect(late.got).toEqual(['two']);
  expect([...readers, late].map(({ dropped }) => dropped)).toEqual([0, 0, 0, 0]);
});
