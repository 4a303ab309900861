import { SelectionSet } from '@apollo/federation-internals';

let look: () => void = () => undefined;

/**
 * Has something called between the steps of whatever is planned in this thread. The planner's library plans an operation
 * without a pause and offers no place to look elsewhere meanwhile; but all that it does is done to selection sets, so it
 * is called whenever one is read: thousands of times for an operation that takes a tenth of a second.
 */
export function betweenSteps(called: () => void): void {
  look = called;
  // Read as a value: it is given its `this` below.
  const read = Object.getOwnPropertyDescriptor(SelectionSet.prototype, 'selections')?.value as
    SelectionSet['selections'] | undefined;
  if (!read) throw new Error('The planner reads selection sets in another way than before.');
  SelectionSet.prototype.selections = function (this: SelectionSet) {
    look();
    return read.call(this);
  };
}

/** A step of planning outside the library. */
export function step(): void {
  look();
}
