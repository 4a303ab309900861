import { expect } from 'vitest';
import type { ApiClient } from '../api-client.js';
import type { Area } from '../contract-case.js';
import { expectInvalid } from '../expectations.js';
import { configMap } from '../manifests.js';
import { configMapsOf } from '../paths.js';
import type { WatchEvent } from '../watch.js';

const LABELS = { watched: 'yes' };

function create(api: ApiClient, namespace: string, name: string, labels: Record<string, string> = LABELS) {
  return api.post(configMapsOf(namespace), { ...configMap(name), metadata: { name, labels } });
}

const selected = (namespace: string) => `${configMapsOf(namespace)}?labelSelector=watched=yes`;
const summary = ({ type, object }: WatchEvent) => `${type} ${object.metadata.name}`;
const versionOf = async (api: ApiClient, path: string) => (await api.get(path)).body.metadata.resourceVersion;

/** Changes of collections as streams. */
export const watches: Area = {
  name: 'watches',
  cases: {
    // A real API server may send an error before the end: it depends on when it sees that the time is over.
    async 'ends a watch of less than no seconds at once, without an object'({ api, namespace }) {
      await using watch = await api.watch(`${configMapsOf(namespace)}?timeoutSeconds=-1`);
      expect((await watch.rest()).filter(({ type }) => type !== 'ERROR')).toEqual([]);
    },

    async 'sends every change after a resourceVersion in order'({ api, namespace }) {
      const since = await versionOf(api, selected(namespace));
      await create(api, namespace, 'a');
      await api.patch(`${configMapsOf(namespace)}/a`, 'merge', { data: { x: '1' } });
      await api.delete(`${configMapsOf(namespace)}/a`);
      await using watch = await api.watch(`${selected(namespace)}&resourceVersion=${since}`);
      const events = await watch.until(({ type }) => type === 'DELETED');
      expect(events.map(summary)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((one, other) => one - other));
    },

    async 'sends a deleted object with the resourceVersion of its deletion'({ api, namespace }) {
      const { metadata } = (await create(api, namespace, 'a')).body;
      await using watch = await api.watch(
        `${selected(namespace)}&resourceVersion=${metadata.resourceVersion}`,
      );
      await api.delete(`${configMapsOf(namespace)}/a`);
      const event = await watch.next();
      expect(event?.type).toBe('DELETED');
      expect(Number(event?.object.metadata.resourceVersion)).toBeGreaterThan(
        Number(metadata.resourceVersion),
      );
    },

    async 'begins with the present objects without a resourceVersion'({ api, namespace }) {
      await create(api, namespace, 'a');
      await create(api, namespace, 'b');
      await using watch = await api.watch(selected(namespace));
      const events = [await watch.next(), await watch.next()];
      expect(events.map((event) => event && summary(event)).toSorted()).toEqual(['ADDED a', 'ADDED b']);
      await create(api, namespace, 'c');
      expect((await watch.next())?.object.metadata.name).toBe('c');
    },

    async 'sends kind and apiVersion of each object'({ api, namespace }) {
      await create(api, namespace, 'a');
      await using watch = await api.watch(selected(namespace));
      expect((await watch.next())?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    },

    async 'says ADDED and DELETED when labels move an object into and out of a selection'({
      api,
      namespace,
    }) {
      await create(api, namespace, 'a', {});
      const since = await versionOf(api, selected(namespace));
      await using watch = await api.watch(`${selected(namespace)}&resourceVersion=${since}`);
      await api.patch(`${configMapsOf(namespace)}/a`, 'merge', { metadata: { labels: LABELS } });
      await api.patch(`${configMapsOf(namespace)}/a`, 'merge', { metadata: { labels: { watched: null } } });
      const events = await watch.until(({ type }) => type === 'DELETED');
      expect(events.map(summary)).toEqual(['ADDED a', 'DELETED a']);
      expect(events[1]?.object.metadata.labels).toEqual(LABELS);
    },

    async 'watches one object by a field selector'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}?fieldSelector=metadata.name=b`;
      await using watch = await api.watch(path);
      await create(api, namespace, 'a');
      await create(api, namespace, 'b');
      const event = await watch.next();
      expect(event && summary(event)).toBe('ADDED b');
    },

    async 'ends a watch after timeoutSeconds'({ api, namespace }) {
      await create(api, namespace, 'a');
      await using watch = await api.watch(`${selected(namespace)}&timeoutSeconds=1`);
      expect((await watch.rest()).map(summary)).toEqual(['ADDED a']);
    },

    async 'sends a bookmark before the end of a watch that allows them'({ api, namespace }) {
      const since = await versionOf(api, selected(namespace));
      const query = `resourceVersion=${since}&allowWatchBookmarks=true&timeoutSeconds=3`;
      await using watch = await api.watch(`${selected(namespace)}&${query}`);
      const events = await watch.rest();
      expect(events.at(-1)).toMatchObject({
        type: 'BOOKMARK',
        object: { kind: 'ConfigMap', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) } },
      });
    },

    async 'sends initial events and marks their end by a bookmark'({ api, namespace }) {
      await create(api, namespace, 'a');
      await create(api, namespace, 'b');
      const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      await using watch = await api.watch(`${selected(namespace)}&${query}`);
      const events = await watch.until(({ type }) => type === 'BOOKMARK');
      expect(events.slice(0, -1).map(summary).toSorted()).toEqual(['ADDED a', 'ADDED b']);
      expect(events.at(-1)?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
      await create(api, namespace, 'c');
      const next = await watch.until(({ type }) => type !== 'BOOKMARK');
      expect(next.at(-1)?.object.metadata.name).toBe('c');
    },

    async 'needs resourceVersionMatch for initial events'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?watch=true&sendInitialEvents=true`);
      expectInvalid(rejected, 'FieldValueForbidden resourceVersionMatch');
    },

    async 'rejects resourceVersionMatch of a watch without initial events'({ api, namespace }) {
      const query = 'watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan';
      const rejected = await api.get(`${configMapsOf(namespace)}?${query}`);
      expectInvalid(rejected, 'FieldValueForbidden resourceVersionMatch');
    },

    async 'rejects a resourceVersion that is no number'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?watch=true&resourceVersion=new`);
      expect(rejected.status).toBeGreaterThanOrEqual(400);
    },

    async 'watches by the older path /watch/'({ api, namespace }) {
      await create(api, namespace, 'a');
      await using watch = await api.watch(`/api/v1/watch/namespaces/${namespace}/configmaps/a`);
      const event = await watch.next();
      expect(event && summary(event)).toBe('ADDED a');
    },
  },
};
