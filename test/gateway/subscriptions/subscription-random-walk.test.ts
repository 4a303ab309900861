import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { slowConsumerError } from '../../../gateway/upstream/call/subgraph-source.js';
import { ClientSubscription } from '../../../gateway/subscriptions/client-subscription.js';
import type { StreamEvent } from '../../../gateway/execution/stream-event.js';
import type { SerializedEvent } from '../../../gateway/subscriptions/serialized-event.js';
import { SubscriptionGroup } from '../../../gateway/subscriptions/subscription-group.js';
import type { SubscriptionTraits } from '../../../gateway/document/subscription-traits.js';
import { drainRoundRobin } from '../../../gateway/transport/core/round-robin.js';
import { RUNS, fuzzing } from '../fixtures/fuzz.js';

const form: SubscriptionTraits = {
  kind: 'log',
  document: parse('{ a }'),
  resumable: true,
  versioned: false,
  responseKey: 'a',
  after: undefined,
  afterVariable: undefined,
};

/** Turns of the event loop after which all pending work has completed. */
const TURNS = 20;

async function settle(turns = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A log that executions follow: events at positions 1, 2, …, and a bookmark at its head. */
class Log {
  head = 0;
  open = 0;
  private readonly wake = new Set<() => void>();
  private cuts = 0;

  append(count: number): void {
    this.head += count;
    this.wakeAll();
  }

  /** Ends open streams with SLOW_CONSUMER, as a subgraph does for a slow gateway. */
  cut(): void {
    this.cuts += 1;
    this.wakeAll();
  }

  async *follow(after: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent, undefined> {
    this.open += 1;
    let at = after === null ? this.head : Number(after);
    const { cuts } = this;
    try {
      do {
        at = yield* this.read(at);
        yield { position: String(at), caughtUp: true };
        if (cuts !== this.cuts) throw slowConsumerError();
      } while (at < this.head || (await this.more(signal)));
      return undefined;
    } finally {
      this.open -= 1;
    }
  }

  /** Yields the events after a position and returns the last position; every third event does not match the filter. */
  private *read(after: number): Generator<StreamEvent, number> {
    let at = after;
    while (at < this.head) {
      at += 1;
      if (at % 3 !== 0) yield { result: { data: { at } }, position: String(at) };
    }
    return at;
  }

  private wakeAll(): void {
    for (const wake of this.wake) wake();
  }

  private more(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = () => {
        this.wake.delete(end);
        resolve(!signal.aborted);
      };
      this.wake.add(end);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  }
}

/** A connection of several subscribers, which accepts everything, or nothing while it is paused. */
class Connection {
  needsDrain = false;
  readonly operations = new Map<string, Subscriber>();
  private takes = true;

  pause(): void {
    this.takes = false;
  }

  resume(): void {
    this.takes = true;
    this.needsDrain = false;
    drainRoundRobin(this.operations, this);
  }

  write(): boolean {
    this.needsDrain = !this.takes;
    return this.takes;
  }
}

class Subscriber {
  readonly got: number[] = [];
  readonly faults: unknown[] = [];
  /** Its start position: the given one, else the head of the log at that time. */
  readonly from: number;
  readonly subscription: ClientSubscription;

  constructor(
    world: World,
    private readonly connection: Connection,
    after: number | null,
  ) {
    this.from = after ?? world.log.head;
    this.subscription = new ClientSubscription({
      sink: {
        get needsDrain() {
          return connection.needsDrain;
        },
        next: (frame) => this.take(frame),
        error: (errors) => void this.faults.push(errors),
        complete: () => void this.faults.push('completed'),
      },
      maxEvents: 3,
      maxBytes: 10_000,
      resubscribe: (subscription) => world.group.join(subscription, subscription.position ?? after),
      dropped: () => void this.faults.push('dropped'),
    });
    connection.operations.set(String(connection.operations.size), this);
    world.group.join(this.subscription, after === null ? null : String(after));
  }

  private take({ payload, bookmark }: SerializedEvent): boolean {
    if (!bookmark) this.got.push((JSON.parse(String(payload)) as { data: { at: number } }).data.at);
    return this.connection.write();
  }
}

/** The log, the group and the connections of all subscribers; a reload of the supergraph creates another group. */
class World {
  readonly log = new Log();
  group = this.newGroup();
  readonly subscribers: Subscriber[] = [];
  readonly connections = [new Connection(), new Connection(), new Connection()] as const;

  subscribe(connection: number, after: number | null): void {
    this.subscribers.push(new Subscriber(this, this.connections[connection]!, after));
  }

  reload(): void {
    const old = this.group;
    this.group = this.newGroup();
    old.retire();
  }

  private newGroup(): SubscriptionGroup {
    const group: SubscriptionGroup = new SubscriptionGroup({
      traits: form,
      open: (after, signal) => this.log.follow(after, signal),
      // As in the gateway, the next subscriber creates another group.
      closed: () => {
        if (this.group === group) this.group = this.newGroup();
      },
    });
    return group;
  }
}

type Step = (world: World) => Promise<void> | void;

const connection = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map(
    (count): Step =>
      ({ log }) =>
        log.append(count),
  ),
  connection.map(
    (which): Step =>
      (world) =>
        world.subscribe(which, null),
  ),
  fc.tuple(connection, fc.nat()).map(([which, lag]): Step => (world) => {
    world.subscribe(which, lag % (world.log.head + 1));
  }),
  connection.map(
    (which): Step =>
      ({ connections }) =>
        connections[which]!.pause(),
  ),
  connection.map(
    (which): Step =>
      ({ connections }) =>
        connections[which]!.resume(),
  ),
  fc.nat({ max: 7 }).map((which): Step => ({ subscribers }) => {
    const [leaving] = subscribers.splice(which % Math.max(1, subscribers.length), 1);
    leaving?.subscription.close();
  }),
  fc.constant<Step>((world) => world.reload()),
  fc.constant<Step>(({ log }) => log.cut()),
  fc.integer({ min: 0, max: 3 }).map(
    (turns): Step =>
      () =>
        settle(turns),
  ),
);

test('delivers every event once and in order to clients that join, leave, lag or move', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const act of steps) await act(world);
      world.log.append(4);
      for (const connection of world.connections) connection.resume();
      await settle();
      for (const subscriber of world.subscribers) {
        const { got, faults, from } = subscriber;
        expect(faults).toEqual([]);
        // A subscriber without a position may receive events that were already in transit.
        const first = Math.min(from + 1, got[0] ?? 0);
        const all = Array.from({ length: world.log.head - first + 1 }, (_, at) => first + at);
        expect(got).toEqual(all.filter((at) => at % 3 !== 0));
        expect(subscriber.subscription.lag).toBe(0);
      }
      // All subscribers have caught up: one execution serves them, and none runs without subscribers.
      await settle();
      expect(world.log.open).toBe(world.subscribers.length > 0 ? 1 : 0);
      for (const { subscription } of world.subscribers) subscription.close();
      await settle();
      expect(world.log.open).toBe(0);
    }),
    { ...fuzzing, numRuns: 5 * RUNS },
  );
});
