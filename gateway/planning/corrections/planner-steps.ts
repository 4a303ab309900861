import { DebugLogger, SelectionSet } from '@apollo/federation-internals';

let onStep: () => void = () => undefined;

/**
 * Registers a function called between planner steps. The planner is synchronous and has no hook, but it calls a
 * disabled logger for each branch and reads a selection set for nearly every other step, so both are used as
 * interruption points. They cost 3.3 % of the CPU of planning, about 2 % of a new operation over HTTP; a pool of two planning
 * threads costs 7 % and 127 MB (docs/performance.md, "One planning thread").
 */
export function betweenSteps(called: () => void): void {
  onStep = called;
  interrupt(DebugLogger.prototype, 'group');
  interrupt(SelectionSet.prototype, 'selections');
}

/** A step of planning outside the library. */
export function step(): void {
  onStep();
}

function interrupt<T extends object>(prototype: T, name: keyof T & string): void {
  const method: unknown = prototype[name];
  if (typeof method !== 'function') throw new Error(`The planner's library has no ${name} any more.`);
  Object.defineProperty(prototype, name, {
    configurable: true,
    value(this: T, ...args: unknown[]): unknown {
      onStep();
      return Reflect.apply(method, this, args);
    },
  });
}
