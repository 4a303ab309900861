import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';

const eventsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/events`;
const leasesOf = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

const event = (namespace: string, name: string, more: object = {}) => ({
  metadata: { name },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace },
  reason: 'Tried',
  message: 'tried it',
  type: 'Normal',
  ...more,
});

/** What every event of events.k8s.io in these cases says of its reporter. */
const REPORTED = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/robot',
  reportingInstance: 'one',
  action: 'Trying',
  reason: 'Tried',
};

/** Events of both groups, and leases. */
export const eventsAndLeases: Area = {
  name: 'events and leases',
  cases: {
    async 'selects events by the object that they are about'({ api, namespace }) {
      await api.post(eventsOf(namespace), event(namespace, 'a'));
      const other = { apiVersion: 'v1', kind: 'Pod', name: 'other', namespace };
      await api.post(eventsOf(namespace), event(namespace, 'b', { involvedObject: other }));
      const selector = 'involvedObject.kind=Pod,involvedObject.name=web,reason=Tried,type=Normal';
      const { items } = expectSuccess(await api.get(`${eventsOf(namespace)}?fieldSelector=${selector}`));
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    },

    async 'rejects an event about an object of another namespace'({ api, namespace }) {
      const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'default' };
      expectError(
        await api.post(eventsOf(namespace), event(namespace, 'a', { involvedObject })),
        422,
        'Invalid',
      );
    },

    async 'serves an event of v1 in events.k8s.io'({ api, namespace }) {
      await api.post(eventsOf(namespace), event(namespace, 'a', { count: 3 }));
      const served = expectSuccess(await api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/a`));
      expect(served).toMatchObject({
        kind: 'Event',
        apiVersion: 'events.k8s.io/v1',
        regarding: { kind: 'Pod', name: 'web' },
        note: 'tried it',
        reason: 'Tried',
        deprecatedCount: 3,
      });
    },

    async 'keeps the series of an event in both groups'({ api, namespace }) {
      const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      const body = {
        metadata: { name: 'a' },
        ...REPORTED,
        type: 'Normal',
        regarding: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace },
        related: { kind: 'Node', name: 'one' },
      };
      expectSuccess(await api.post(path, body), 201);
      const series = { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' };
      expect(expectSuccess(await api.patch(`${path}/a`, 'strategic', { series }))).toMatchObject({
        ...body,
        series,
      });
      expect(expectSuccess(await api.get(`${eventsOf(namespace)}/a`))).toMatchObject({
        series,
        action: 'Trying',
        related: { name: 'one' },
        source: {},
        firstTimestamp: null,
        reportingComponent: 'example.com/robot',
      });
    },

    async 'serves an event of events.k8s.io in v1'({ api, namespace }) {
      const body = {
        metadata: { name: 'a' },
        ...REPORTED,
        regarding: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace },
        note: 'tried it',
        type: 'Warning',
      };
      expectSuccess(await api.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, body), 201);
      expect(expectSuccess(await api.get(`${eventsOf(namespace)}/a`))).toMatchObject({
        involvedObject: { kind: 'Pod', name: 'web' },
        message: 'tried it',
        reportingComponent: 'example.com/robot',
        type: 'Warning',
      });
    },

    async 'rejects an event of events.k8s.io without an action'({ api, namespace }) {
      const body = {
        metadata: { name: 'a' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'example.com/robot',
        reportingInstance: 'one',
        reason: 'Tried',
        type: 'Normal',
      };
      const rejected = await api.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, body);
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.details?.causes).toContainEqual(
        expect.objectContaining({ reason: 'FieldValueRequired', field: 'action' }),
      );
    },

    async 'records an event for a pod that fits no node'({ api, namespace, eventually }) {
      const spec = { nodeSelector: { nowhere: 'yes' }, containers: [{ name: 'main', image: 'nginx' }] };
      const path = `/api/v1/namespaces/${namespace}/pods`;
      await eventually(
        async () => (await api.post(path, { metadata: { name: 'web' }, spec })).status === 201,
      );
      const recorded = await eventually(async () => {
        const { items } = (await api.get(`${eventsOf(namespace)}?fieldSelector=reason=FailedScheduling`))
          .body;
        return items[0];
      });
      expect(recorded).toMatchObject({
        type: 'Warning',
        involvedObject: { kind: 'Pod', name: 'web' },
        reportingComponent: 'default-scheduler',
      });
      const { status } = (await api.get(`${path}/web`)).body;
      expect(status['conditions']).toContainEqual(
        expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
      );
    },

    async 'gives a lease to the first of two holders'({ api, namespace }) {
      const spec = { holderIdentity: 'one', leaseDurationSeconds: 15 };
      const { body } = await api.post(leasesOf(namespace), { metadata: { name: 'lead' }, spec });
      const renewed = { ...body, spec: { ...spec, renewTime: '2026-01-01T00:00:00.123456Z' } };
      const first = await api.put(`${leasesOf(namespace)}/lead`, renewed);
      expect(expectSuccess(first).spec['renewTime']).toBe('2026-01-01T00:00:00.123456Z');
      const late = { ...body, spec: { ...spec, holderIdentity: 'two' } };
      expectError(await api.put(`${leasesOf(namespace)}/lead`, late), 409, 'Conflict');
    },
  },
};
