import type { ClusterContext, Controller } from '../cluster/context.js';
import { events, lastTimeOf } from '../kinds/events.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import type { Timer } from '../../timers.js';

/** Lifetime of an event after its last change in milliseconds of the clock: `--event-ttl` of API servers. */
const TTL_MS = 3_600_000;
/** Most events of a cluster; the oldest are removed before their time. */
const MAX_EVENTS = 2_000;

/** Removes events an hour after their last change. */
export function eventExpiry(cluster: ClusterContext): Controller {
  /** When each event expires, in the order of these times. */
  const expiries = new Map<string, number>();
  let timer: Timer | undefined;

  const wait = () => {
    const [first] = expiries.values();
    if (first !== undefined) timer ??= cluster.timers.at(first, remove);
  };
  const remove = () => {
    timer = undefined;
    const now = cluster.clock.now().getTime();
    for (const [key, at] of expiries) {
      if (at > now && expiries.size <= MAX_EVENTS) break;
      expiries.delete(key);
      const event = cluster.store.get(events, ...splitKey(key));
      if (event) cluster.store.remove(events, event);
    }
    wait();
  };
  const changed = (key: string, at: number) => {
    expiries.delete(key);
    expiries.set(key, at);
    if (expiries.size <= MAX_EVENTS) return wait();
    timer?.cancel();
    timer = cluster.timers.after(0, remove);
  };

  return {
    start() {
      const stored = [...cluster.store.all(events)].map((event) => ({
        key: keyOf(event),
        at: Date.parse(lastTimeOf(event) ?? event.metadata.creationTimestamp) + TTL_MS,
      }));
      for (const { key, at } of stored.sort((a, b) => a.at - b.at)) changed(key, at);
      cluster.store.onChange(events, ({ type, object }) => {
        if (type === 'DELETED') expiries.delete(keyOf(object));
        else changed(keyOf(object), cluster.clock.now().getTime() + TTL_MS);
      });
    },
  };
}
