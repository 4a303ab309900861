import { setTimeout as sleep } from 'node:timers/promises';

/** Number of events and their rate. */
export interface Pace {
  readonly events?: number;
  readonly perSecond?: number;
}

/** Calls `send` at a steady rate; calls that are late follow each other without a delay. */
export async function emit({ events = 1, perSecond = 1 }: Pace, send: (n: number) => void): Promise<void> {
  const start = performance.now();
  for (let n = 0; n < events; n += 1) {
    const due = start + (n * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    else await new Promise((resolve) => setImmediate(resolve));
    send(n);
  }
}
