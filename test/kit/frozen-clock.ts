import { vi } from 'vitest';

/** For deadlines no time passes until this is disposed of. */
export function freezeClock(): Disposable {
  const still = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  return { [Symbol.dispose]: () => still.mockRestore() };
}
