import { DebugLogger, SelectionSet } from '@apollo/federation-internals';

let look: () => void = () => undefined;

/**
 * Has something called between the steps of whatever is planned in this thread. The planner's library plans an operation
 * without a pause and offers no place to look elsewhere meanwhile. But it tells a logger, which is off, of each branch that
 * it follows, and reads a selection set for nearly all else that it does: so both are places where it can be interrupted.
 */
export function betweenSteps(called: () => void): void {
  look = called;
  interrupt(DebugLogger.prototype, 'group');
  interrupt(SelectionSet.prototype, 'selections');
}

/** A step of planning outside the library. */
export function step(): void {
  look();
}

function interrupt<T extends object>(prototype: T, name: keyof T & string): void {
  const method: unknown = prototype[name];
  if (typeof method !== 'function') throw new Error(`The planner's library has no ${name} any more.`);
  Object.defineProperty(prototype, name, {
    configurable: true,
    value(this: T, ...given: unknown[]): unknown {
      look();
      return Reflect.apply(method, this, given);
    },
  });
}
