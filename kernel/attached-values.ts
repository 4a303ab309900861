/**
 * Values attached to objects, as in a WeakMap, but stored as a property of the object. V8 marks objects that are reachable
 * only through a WeakMap at the end of a collection, while the event loop is blocked: with a few thousand documents and
 * their plans that took 200 to 400 ms instead of 40. Copies of an object (`{ ...object }`) do not have the values.
 */
export class AttachedValues<K extends object, V> {
  private readonly key = Symbol('attached');

  get(object: K): V | undefined {
    return (object as Attached<V>)[this.key];
  }

  set(object: K, value: V): void {
    if (this.key in object) (object as Attached<V>)[this.key] = value;
    else Object.defineProperty(object, this.key, { value, writable: true });
  }
}

type Attached<V> = Record<symbol, V | undefined>;
