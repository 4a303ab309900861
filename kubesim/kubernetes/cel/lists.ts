import type { Environment } from '@marcbachmann/cel-js';
import { sameValue } from './same-value.js';

type Comparable = bigint | number | string | boolean | Date;
type List = readonly unknown[];

/** Kubernetes' functions of lists. */
export function registerLists(environment: Environment): void {
  environment
    .registerFunction('list.isSorted(): bool', (list: readonly Comparable[]) =>
      list.every((item, index) => index === 0 || (list[index - 1] as Comparable) <= item),
    )
    .registerFunction('list.indexOf(dyn): int', (list: List, item: unknown) =>
      BigInt(list.findIndex((other) => sameValue(other, item))),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: List, item: unknown) =>
      BigInt(list.findLastIndex((other) => sameValue(other, item))),
    )
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', (list: readonly Comparable[]) =>
      extreme(list, 'min', (a, b) => a < b),
    )
    .registerFunction('list.max(): dyn', (list: readonly Comparable[]) =>
      extreme(list, 'max', (a, b) => a > b),
    );
}

function sum(list: List): bigint | number {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total, item) => total + item, 0n);
  return list.reduce((total: number, item) => total + Number(item), 0);
}

function extreme(
  list: readonly Comparable[],
  name: string,
  isBetter: (item: Comparable, best: Comparable) => boolean,
): Comparable {
  const [first] = list;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return list.reduce((best, item) => (isBetter(item, best) ? item : best), first);
}

class Sets {}

/** The functions of sets, `sets.contains(…)`. */
export function registerSets(environment: Environment): void {
  const contains = (list: List, items: List) => items.every((item) => includes(list, item));
  environment
    .registerType('Sets', Sets)
    .registerConstant('sets', 'Sets', new Sets())
    .registerFunction('Sets.contains(list, list): bool', (_: Sets, list: List, items: List) =>
      contains(list, items),
    )
    .registerFunction(
      'Sets.equivalent(list, list): bool',
      (_: Sets, a: List, b: List) => contains(a, b) && contains(b, a),
    )
    .registerFunction('Sets.intersects(list, list): bool', (_: Sets, a: List, b: List) =>
      a.some((item) => includes(b, item)),
    );
}

const includes = (list: List, item: unknown) => list.some((other) => sameValue(other, item));
