import type { Clock } from '../../kernel/clock.js';

/** A clock that runs with the machine's and can be moved. */
export interface MovableClock extends Clock {
  /** Moves it forward (or back) by milliseconds. */
  advance(ms: number): void;
  /** Sets it to a time, from which it runs on. */
  set(time: string): void;
  /** Has it show the machine's time again. */
  reset(): void;
}

export function movableClock(): MovableClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance(ms) {
      offset += ms;
    },
    set(time) {
      offset = Date.parse(time) - Date.now();
    },
    reset() {
      offset = 0;
    },
  };
}
