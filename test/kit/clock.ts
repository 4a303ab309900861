import type { Clock } from '../../kernel/clock.js';

/** A clock that runs with the machine's and can be moved. */
export interface MovableClock extends Clock {
  /** Moves it forward (or back) by milliseconds. */
  advance(ms: number): void;
  /** Sets it to a time, from which it runs on. */
  set(time: string): void;
  /** Has it show the machine's time again. */
  reset(): void;
  /** Has it stand until what it answers is disposed of. It can be moved meanwhile, and runs on from there. */
  stand(): Disposable;
}

export function movableClock(): MovableClock {
  let offset = 0;
  let stoodSince: number | undefined;
  const machine = () => stoodSince ?? Date.now();
  return {
    now: () => new Date(machine() + offset),
    advance(ms) {
      offset += ms;
    },
    set(time) {
      offset = Date.parse(time) - machine();
    },
    reset() {
      offset = 0;
    },
    stand() {
      const since = (stoodSince = Date.now());
      return {
        [Symbol.dispose]() {
          stoodSince = undefined;
          offset += since - Date.now();
        },
      };
    },
  };
}
