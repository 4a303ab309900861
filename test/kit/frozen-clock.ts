import { vi } from 'vitest';

/** Freezes the clock of deadlines until it is disposed. */
export function freezeClock(): Disposable {
  const still = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  return { [Symbol.dispose]: () => still.mockRestore() };
}
