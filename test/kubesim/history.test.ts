import { expect, test } from 'vitest';
import type { KubeObject } from '../../kubesim/kubernetes/kinds/object.js';
import { History } from '../../kubesim/kubernetes/store/history.js';

const MEBIBYTE = 1024 * 1024;

/** A history with a number of changes of one ConfigMap with a text of the length. */
function changed(times: number, length: number): History {
  const history = new History(0);
  const version = (revision: number) =>
    ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'map', uid: 'u', resourceVersion: String(revision) },
      data: { text: 'x'.repeat(length) },
    }) as unknown as KubeObject;
  let previous: KubeObject | undefined;
  for (let revision = 1; revision <= times; revision += 1) {
    const object = version(revision);
    history.append({ type: previous ? 'MODIFIED' : 'ADDED', revision, object, previous }, 1);
    previous = object;
  }
  return history;
}

/** Revisions of the kept changes, oldest first. */
function kept(history: History): number[] {
  const revisions: number[] = [];
  for (let next = history.after(history.start); next; next = history.after(next.revision))
    revisions.push(next.revision);
  return revisions;
}

test('keeps at least 256 changes of small objects', () => {
  expect(kept(changed(200, 100))).toHaveLength(200);
  expect(kept(changed(10_000, 100)).length).toBeGreaterThanOrEqual(256);
});

test('keeps fewer changes of large objects, the last ones without a gap', () => {
  const revisions = kept(changed(300, MEBIBYTE));
  expect(revisions.length).toBeLessThanOrEqual(9);
  expect(revisions).toEqual(revisions.map((_, index) => 301 - revisions.length + index));
});

test('keeps the last change regardless of its size', () => {
  expect(kept(changed(3, 20 * MEBIBYTE)).at(-1)).toBe(3);
});
