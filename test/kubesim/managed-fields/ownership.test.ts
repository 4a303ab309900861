import { describe, expect, test } from 'vitest';
import type { Json } from '../../../kubesim/kubernetes/kinds/object.js';
import { EMPTY, type FieldSet, pathsOf } from '../../../kubesim/kubernetes/managed-fields/field-set.js';
import { goForm } from '../../../kubesim/kubernetes/managed-fields/go-form.js';
import {
  entryId,
  limitUpdates,
  type Managed,
  readManaged,
  UNMANAGED,
  writeManaged,
} from '../../../kubesim/kubernetes/managed-fields/managed-entries.js';
import {
  apply,
  ConflictsError,
  update,
  type Owned,
} from '../../../kubesim/kubernetes/managed-fields/ownership.js';
import { pathText } from '../../../kubesim/kubernetes/managed-fields/path-element.js';
import { kind, randomNumbers } from './schema.js';

const rules = { schema: kind, reset: { 'f:status': EMPTY } as FieldSet };
const nothing: Owned = { object: {}, managed: UNMANAGED };

function writeOf(manager: string, operation: 'Apply' | 'Update', time: string) {
  const writer = { manager, operation, apiVersion: 'v1', time, fieldsType: 'FieldsV1' } as const;
  return { id: entryId(writer), writer };
}

function applied(
  live: Owned,
  manager: string,
  config: Json,
  { force = false, time = '2026-01-01T00:00:00Z' } = {},
): Owned {
  const comparable = goForm(live.object, kind);
  return apply(live, { ...writeOf(manager, 'Apply', time), config, force, comparable }, rules);
}

function updated(live: Owned, manager: string, object: Json, time = '2026-01-01T00:00:00Z'): Owned {
  const before = { object: goForm(live.object, kind), managed: live.managed };
  const managed = update(before, goForm(object, kind), writeOf(manager, 'Update', time), rules);
  return { object, managed };
}

const fieldsOfManager = (managed: Managed, manager: string) =>
  [...managed.values()]
    .filter((entry) => entry.manager === manager)
    .flatMap(({ fieldsV1 }) => [...pathsOf(fieldsV1)].map(pathText))
    .sort();

function conflictsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConflictsError)
      return error.conflicts.map(({ owner, path }) => `${owner.manager} ${pathText(path)}`);
    throw error;
  }
  return [];
}

describe('apply', () => {
  test('creates an object and owns its leaf fields', () => {
    const { object, managed } = applied(nothing, 'a', {
      metadata: { name: 'x', labels: { app: 'x' } },
      spec: { replicas: 1, ports: [{ port: 80, protocol: 'TCP' }], selector: { app: 'x' }, args: ['b'] },
    });
    expect(object).toMatchObject({ spec: { replicas: 1 } });
    expect(fieldsOfManager(managed, 'a')).toEqual([
      '.metadata.labels.app',
      '.spec.args',
      '.spec.ports[port=80,protocol="TCP"]',
      '.spec.ports[port=80,protocol="TCP"].port',
      '.spec.ports[port=80,protocol="TCP"].protocol',
      '.spec.replicas',
      '.spec.selector',
    ]);
  });

  test('removes what its manager alone owned and leaves out', () => {
    const first = applied(nothing, 'a', {
      spec: { replicas: 1, mode: 'x' },
      metadata: { labels: { k: 'v' } },
    });
    const second = applied(first, 'a', { spec: { replicas: 1 } });
    expect(second.object).toEqual({ spec: { replicas: 1 } });
    expect(fieldsOfManager(second.managed, 'a')).toEqual(['.spec.replicas']);
  });

  test('replaces a port whose key changes', () => {
    const first = applied(nothing, 'a', { spec: { ports: [{ name: 'http', port: 80 }] } });
    const second = applied(first, 'a', { spec: { ports: [{ name: 'http', port: 81 }] } });
    expect(second.object).toEqual({ spec: { ports: [{ name: 'http', port: 81 }] } });
  });

  test('is rejected if another manager owns the field with another value', () => {
    const first = applied(nothing, 'a', { spec: { replicas: 1, mode: 'x' } });
    expect(conflictsOf(() => applied(first, 'b', { spec: { replicas: 2, mode: 'x' } }))).toEqual([
      'a .spec.replicas',
    ]);
  });

  test('shares a field that it sets to the same value, which then stays until no manager applies it', () => {
    const first = applied(nothing, 'a', { spec: { replicas: 1 } });
    const both = applied(first, 'b', { spec: { replicas: 1 } });
    expect([fieldsOfManager(both.managed, 'a'), fieldsOfManager(both.managed, 'b')]).toEqual([
      ['.spec.replicas'],
      ['.spec.replicas'],
    ]);
    const left = applied(both, 'a', { spec: {} });
    expect(left.object).toEqual({ spec: { replicas: 1 } });
    expect(applied(left, 'b', { spec: {} }).object).toEqual({ spec: null });
  });

  test('takes over a conflicting field with force', () => {
    const first = applied(nothing, 'a', { spec: { replicas: 1, mode: 'x' } });
    const forced = applied(first, 'b', { spec: { replicas: 2 } }, { force: true });
    expect(forced.object).toEqual({ spec: { replicas: 2, mode: 'x' } });
    expect(fieldsOfManager(forced.managed, 'a')).toEqual(['.spec.mode']);
  });

  test('keeps fields without owners, also in a list entry that it drops', () => {
    const first = applied(nothing, 'a', { spec: { ports: [{ port: 80 }, { port: 81 }] } });
    const defaulted: Owned = {
      ...first,
      object: {
        spec: {
          mode: 'default',
          ports: [
            { port: 80, targetPort: 80 },
            { port: 81, targetPort: 81 },
          ],
        },
      },
    };
    expect(applied(defaulted, 'a', { spec: { ports: [{ port: 80 }] } }).object).toEqual({
      spec: { mode: 'default', ports: [{ port: 80, targetPort: 80 }] },
    });
  });

  test('merges a set by values and an atomic list as a whole', () => {
    const first = applied(nothing, 'a', { metadata: { finalizers: ['a/x'] }, spec: { args: ['1', '2'] } });
    const second = applied(first, 'b', { metadata: { finalizers: ['b/y'] } });
    expect(second.object).toMatchObject({ metadata: { finalizers: ['a/x', 'b/y'] } });
    expect(conflictsOf(() => applied(second, 'b', { spec: { args: ['1', '2', '3'] } }))).toEqual([
      'a .spec.args',
    ]);
  });

  test('does not own the status', () => {
    expect(fieldsOfManager(applied(nothing, 'a', { status: { ready: 1 } }).managed, 'a')).toEqual([]);
  });
});

describe('order of a merged list', () => {
  const portsOf = (live: readonly number[], config: readonly number[]) => {
    const list = (numbers: readonly number[]) => ({ spec: { ports: numbers.map((port) => ({ port })) } });
    const { object } = applied({ object: list(live), managed: UNMANAGED }, 'a', list(config));
    return (object as { spec: { ports: { port: number }[] } }).spec.ports.map(({ port }) => port);
  };
  // The results are those of structured-merge-diff.
  test.each([
    [
      [1, 2, 3],
      [3, 1],
      [2, 3, 1],
    ],
    [
      [1, 2],
      [2, 3, 1],
      [2, 3, 1],
    ],
    [
      [1, 2, 3],
      [4, 2],
      [1, 4, 2, 3],
    ],
    [[], [2, 1], [2, 1]],
    [[1, 2], [], [1, 2]],
  ])('%j with %j is %j', (live, config, merged) => {
    expect(portsOf(live, config)).toEqual(merged);
  });
});

test('applies 20,000 entries of a list and of a map in linear time', { timeout: 20_000 }, () => {
  const config = (first: number) => ({
    metadata: {
      labels: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`label${first + n}`, '1'])),
    },
    spec: { ports: Array.from({ length: 20_000 }, (_, n) => ({ port: first + n })) },
  });
  const both = applied(applied(nothing, 'a', config(0)), 'b', config(10_000));
  const { spec } = applied(both, 'a', config(1)).object as { spec: { ports: unknown[] } };
  expect(spec.ports).toHaveLength(29_999);
});

describe('update', () => {
  test('owns what it adds and modifies, and takes it from others', () => {
    const first = applied(nothing, 'a', { spec: { replicas: 1, mode: 'x' } });
    const second = updated(first, 'u', { spec: { replicas: 2, mode: 'x', strategy: { type: 'y' } } });
    expect(fieldsOfManager(second.managed, 'a')).toEqual(['.spec.mode']);
    expect(fieldsOfManager(second.managed, 'u')).toEqual(['.spec.replicas', '.spec.strategy.type']);
  });

  test('owns the entries of a map but not the structs that always exist', () => {
    const { managed } = updated(nothing, 'u', {
      metadata: { labels: { k: 'v' } },
      spec: { ports: [{ port: 1 }] },
    });
    expect(fieldsOfManager(managed, 'u')).toEqual([
      '.metadata.labels',
      '.metadata.labels.k',
      '.spec.ports[port=1,protocol="TCP"]',
      '.spec.ports[port=1,protocol="TCP"].port',
    ]);
  });

  test('removes the owners of a removed field', () => {
    const first = applied(nothing, 'a', { spec: { replicas: 1, mode: 'x' } });
    const second = updated(first, 'u', { spec: { replicas: 1 } });
    expect(fieldsOfManager(second.managed, 'a')).toEqual(['.spec.replicas']);
    expect(second.managed.size).toBe(1);
  });

  test('keeps the time of a manager that changes nothing', () => {
    const first = updated(nothing, 'u', { spec: { replicas: 1 } });
    const second = updated(first, 'u', { spec: { replicas: 1 } }, '2026-02-02T00:00:00Z');
    expect(second.managed).toEqual(first.managed);
  });

  test('is never rejected, but blocks a later apply of another manager', () => {
    const first = updated(nothing, 'u', { spec: { replicas: 1 } });
    expect(conflictsOf(() => applied(first, 'a', { spec: { replicas: 2 } }))).toEqual(['u .spec.replicas']);
  });

  test('merges the oldest updates when there are more than ten', () => {
    let live = nothing;
    for (let round = 0; round < 14; round += 1) {
      const object = { metadata: { labels: { ...labelsOf(live.object), [`k${round}`]: 'v' } } };
      const next = updated(live, `u${round}`, object, `2026-01-01T00:00:${String(round).padStart(2, '0')}Z`);
      live = { ...next, managed: limitUpdates(next.managed) };
    }
    expect(live.managed.size).toBe(10);
    expect(fieldsOfManager(live.managed, 'ancient-changes')).toEqual([
      '.metadata.labels',
      ...[0, 1, 2, 3, 4].map((round) => `.metadata.labels.k${round}`),
    ]);
  });
});

function labelsOf(object: unknown): Json {
  return (object as { metadata?: { labels?: Json } }).metadata?.labels ?? {};
}

describe('managedFields', () => {
  test('are written in the order of API servers and read as they were', () => {
    const live = updated(applied(nothing, 'b', { spec: { mode: 'x' } }), 'a', {
      spec: { mode: 'x', replicas: 1 },
    });
    const entries = writeManaged(live.managed);
    expect(entries?.map(({ manager, operation }) => `${operation} ${manager}`)).toEqual([
      'Apply b',
      'Update a',
    ]);
    expect(readManaged(JSON.parse(JSON.stringify(entries)))).toEqual(new Map(live.managed));
  });

  test.each([
    ['an operation', { operation: 'Delete', apiVersion: 'v1', fieldsType: 'FieldsV1' }],
    ['no API version', { operation: 'Update', fieldsType: 'FieldsV1' }],
    ['another type of fields', { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV2' }],
    [
      'a field without prefix',
      { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { spec: {} } },
    ],
  ])('are malformed with %s', (_what, entry) => {
    expect(readManaged([entry])).toBeUndefined();
  });
});

describe('random applies and updates', () => {
  const random = randomNumbers(14);
  // At least one: a manager that applies an empty map owns the map.
  const some = ([first = '', ...others]: readonly string[]) => [
    first,
    ...others.filter(() => random() < 0.5),
  ];
  const value = () => String(Math.floor(random() * 3));
  const configOf = (fields: readonly string[]): Json => ({
    metadata: {
      labels: Object.fromEntries(some(fields).map((name) => [name, value()])),
      finalizers: some(fields).map((name) => `${name}/x`),
    },
    spec: {
      ports: some(fields).map((name) => ({ port: name.charCodeAt(0), name: value() })),
      ...(random() < 0.5 ? { mode: value() } : {}),
    },
  });

  test('an apply is idempotent', () => {
    let live = nothing;
    for (let round = 0; round < 200; round += 1) {
      const manager = `m${Math.floor(random() * 3)}`;
      const config = configOf(['a', 'b', 'c', 'd']);
      live = applied(live, manager, config, { force: true });
      expect(applied(live, manager, config)).toEqual(live);
    }
  });

  test('managers of separate fields never conflict, and each removes only its own', () => {
    for (let round = 0; round < 100; round += 1) {
      const [left, right] = [
        ['a', 'b'],
        ['c', 'd'],
      ].map((fields) => {
        const { metadata, spec } = configOf(fields) as { metadata: Json; spec: { ports: Json[] } };
        return { metadata, spec: { ports: spec.ports } };
      }) as unknown as [Json, Json];
      const both = applied(applied(nothing, 'l', left), 'r', right);
      const onlyRight = applied(both, 'l', {});
      expect(fieldsOfManager(onlyRight.managed, 'r')).toEqual(fieldsOfManager(both.managed, 'r'));
      expect(fieldsOfManager(onlyRight.managed, 'l')).toEqual([]);
      expect(applied(onlyRight, 'r', right)).toEqual(onlyRight);
    }
  });

  test('a field whose only owner stops applying it is gone', () => {
    let live = nothing;
    for (let round = 0; round < 200; round += 1) {
      const manager = `m${Math.floor(random() * 3)}`;
      const config = configOf(['a', 'b', 'c']);
      const next = applied(live, manager, config, { force: true });
      const others = new Set(
        [...live.managed.values()]
          .filter((entry) => entry.manager !== manager)
          .flatMap((e) => [...pathsOf(e.fieldsV1)].map(pathText)),
      );
      const gone = fieldsOfManager(live.managed, manager).filter(
        (path) =>
          path.startsWith('.metadata.labels.') &&
          !others.has(path) &&
          !fieldsOfManager(next.managed, manager).includes(path),
      );
      for (const path of gone)
        expect(labelsOf(next.object)).not.toHaveProperty(path.slice('.metadata.labels.'.length));
      live = next;
    }
  });
});
