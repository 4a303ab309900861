import type { Clock } from '../../kernel/clock.js';

/** A clock that follows the system clock and can be moved. */
export interface MovableClock extends Clock {
  /** Moves the clock forward (or back) by milliseconds. */
  advance(ms: number): void;
  /** Sets the clock to a time, from which it runs. */
  set(time: string): void;
  /** Resets the clock to the system time. */
  reset(): void;
  /**
   * Stops the clock until the result is disposed; then the clock continues from its time. `advance` and `set` work meanwhile.
   */
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
