import { expect, test } from 'vitest';
import { jsonPatch } from '../../kubesim/kubernetes/patches/json-patch.js';
import { mergePatch } from '../../kubesim/kubernetes/patches/merge-patch.js';
import { rollingStep } from '../../kubesim/kubernetes/controllers/rollout.js';
import { duration } from '../../kubesim/kubernetes/kinds/resource.js';
import { deployments } from '../../kubesim/kubernetes/kinds/apps.js';
import { configMaps } from '../../kubesim/kubernetes/kinds/configuration.js';
import { quantity } from '../../kubesim/kubernetes/kinds/quantity.js';
import { collidedHash, templateHash } from '../../kubesim/kubernetes/kinds/template-hash.js';
import { toleratesTaint } from '../../kubesim/kubernetes/scheduler/fit.js';
import { Timers } from '../../kubesim/timers.js';

test.each([
  ['250m', 0.25],
  ['2', 2],
  ['64Mi', 64 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1e3', 1000],
  ['100k', 100_000],
  ['12x', Number.NaN],
])('parses the quantity %s as %d', (text, value) => {
  expect(quantity(text)).toBe(value);
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [125, '2m5s'],
  [3_600, '60m'],
  [4 * 3_600, '4h'],
  [90_000, '25h'],
  [3 * 86_400 + 3_600, '3d1h'],
])('prints %d seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  ['null removes', { a: 1, b: 2 }, { b: null }, { a: 1 }],
  ['objects merge', { a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
  ['lists are replaced', { a: [1, 2] }, { a: [3] }, { a: [3] }],
])('applies a merge patch: %s', (_what, target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

test('adds, moves, copies and escapes by a JSON patch as in RFC 6902', () => {
  const patch = [
    { op: 'add', path: '/list/1', value: 'x' },
    { op: 'add', path: '/list/-', value: 'z' },
    { op: 'copy', from: '/a~1b', path: '/copied' },
    { op: 'move', from: '/old', path: '/new' },
  ];
  expect(jsonPatch({ list: ['a', 'b'], 'a/b': 1, old: 2 }, patch)).toEqual({
    list: ['a', 'x', 'b', 'z'],
    'a/b': 1,
    copied: 1,
    new: 2,
  });
});

test.each([
  [
    'copies what it copied before, 40 times',
    { data: { a: 'x'.repeat(100) } },
    Array.from({ length: 40 }, (_, n) => ({ op: 'copy', from: '', path: `/data/k${n}` })),
  ],
  [
    'puts 10,000 items before 10,000 others',
    { list: Array.from({ length: 10_000 }, () => 0) },
    Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/list/0', value: 0 })),
  ],
])('rejects a JSON patch that %s', (_, document, patch) => {
  expect(() => jsonPatch(document, patch)).toThrow('the JSON patch copies or shifts more than 3145728');
});

test.each([
  ['a member that every object inherits', '/toString/call'],
  ['the prototype of an object', '/__proto__/call'],
  ['the length of a list', '/list/length'],
  ['an index with a sign', '/list/+0'],
])('rejects a JSON patch that replaces %s', (_, path) => {
  const document = { list: ['a'] };
  expect(() => jsonPatch(document, [{ op: 'replace', path, value: 4_294_967_295 }])).toThrow(
    expect.objectContaining({ why: expect.stringMatching(/does not exist|is no index/) }),
  );
});

test('replaces the whole document by a JSON patch', () => {
  expect(jsonPatch({ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }])).toEqual({ b: 2 });
});

test('keeps a rolling update within maxUnavailable and maxSurge', () => {
  let fresh = { name: 'new', replicas: 0, available: 0 };
  let old = { name: 'old', replicas: 10, available: 10 };
  for (let step = 0; step < 100 && (fresh.available < 10 || old.replicas > 0); step += 1) {
    const sizes = rollingStep(10, { surge: 3, unavailable: 2 }, fresh, [old]);
    const next = { fresh: sizes.get('new') ?? fresh.replicas, old: sizes.get('old') ?? old.replicas };
    expect(next.fresh + next.old).toBeLessThanOrEqual(13);
    expect(fresh.available + Math.min(old.available, next.old)).toBeGreaterThanOrEqual(8);
    // One pod becomes available per step.
    fresh = { name: 'new', replicas: next.fresh, available: Math.min(next.fresh, fresh.available + 1) };
    old = { name: 'old', replicas: next.old, available: next.old };
  }
  expect([fresh.available, old.replicas]).toEqual([10, 0]);
});

test('removes unavailable pods first in a rolling update', () => {
  const broken = { name: 'broken', replicas: 3, available: 0 };
  const good = { name: 'good', replicas: 7, available: 7 };
  const sizes = rollingStep(10, { surge: 0, unavailable: 3 }, { name: 'new', replicas: 0, available: 0 }, [
    broken,
    good,
  ]);
  expect(sizes.get('good')).toBe(7);
});

test.each([
  [{ operator: 'Exists' }, true],
  [{ key: 'k', operator: 'Exists' }, true],
  [{ key: 'k', value: 'v' }, true],
  [{ key: 'k', value: 'other' }, false],
  [{ key: 'k', value: 'v', effect: 'NoExecute' }, false],
])('matches the toleration %o with the taint k=v:NoSchedule', (toleration, expected) => {
  expect(toleratesTaint(toleration, { key: 'k', value: 'v', effect: 'NoSchedule' })).toBe(expected);
});

test('runs scheduled calls in order when a moved clock has reached their times', async () => {
  let now = 0;
  using timers = new Timers({ now: () => new Date(now) });
  const ran: number[] = [];
  const done = new Promise<void>((resolve) => timers.at(50_000, resolve));
  for (const at of [30_000, 10_000, 20_000, 40_000]) timers.at(at, () => ran.push(at));
  timers.at(15_000, () => ran.push(15_000)).cancel();
  now = 60_000;
  await done;
  expect(ran).toEqual([10_000, 20_000, 30_000, 40_000]);
});

test('hashes a template independently of the order of its fields', () => {
  const spec = { containers: [{ name: 'web', image: 'nginx:1' }] };
  const template = { metadata: { labels: { app: 'web', tier: 'front' } }, spec };
  const turned = { spec, metadata: { labels: { tier: 'front', app: 'web' } } };
  expect(templateHash(turned)).toBe(templateHash(template));
  expect(templateHash(template)).toBe(templateHash(template));
  expect(collidedHash(template, 0)).toBe(templateHash(template));
  expect(collidedHash(template, 1)).not.toBe(templateHash(template));
  expect(templateHash({ spec })).not.toBe(templateHash(template));
});

test('accepts an update of an immutable ConfigMap whose data has its keys in another order', () => {
  const metadata = { name: 'settings', uid: '1', resourceVersion: '1', creationTimestamp: '' };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, immutable: true };
  const stored = { ...map, data: { a: '1', b: '2' } };
  expect(configMaps.validate?.({ ...map, data: { b: '2', a: '1' } }, stored)).toEqual([]);
  expect(configMaps.validate?.({ ...map, data: { a: '1', b: '3' } }, stored)).toMatchObject([
    { field: 'data' },
  ]);
});

test('accepts an update of a Deployment whose selector has its keys in another order', () => {
  const deployment = (matchLabels: Record<string, string>) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: '1', resourceVersion: '1', creationTimestamp: '' },
    spec: {
      selector: { matchLabels },
      template: {
        metadata: { labels: { a: '1', b: '2' } },
        spec: { containers: [{ name: 'web', image: 'a:1' }] },
      },
    },
    status: {},
  });
  const stored = deployment({ a: '1', b: '2' });
  const fields = (next: Record<string, string>) =>
    deployments.validate?.(deployment(next) as never, stored as never)?.map(({ field }) => field);
  expect(fields({ b: '2', a: '1' })).not.toContain('spec.selector');
  expect(fields({ a: '1' })).toContain('spec.selector');
});
