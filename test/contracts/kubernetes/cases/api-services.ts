import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

const LOCAL = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
  lastTransitionTime: expect.any(String) as string,
};

/** Creates a definition in a group of its own; returns its path and the path of the registration of its group. */
async function define({ api, unique }: CaseContext) {
  const group = `${unique('group')}.example.com`;
  const schema = { openAPIV3Schema: { type: 'object' } };
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural: 'robots', singular: 'robot', kind: 'Robot' },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  expectSuccess(await api.post(DEFINITIONS, { metadata: { name: `robots.${group}` }, spec }), 201);
  return { group, definition: `${DEFINITIONS}/robots.${group}`, path: `${API_SERVICES}/v1.${group}` };
}

/** The groups and versions that an API server serves itself. */
export const apiServices: Area = {
  name: 'API services',
  cases: {
    async 'registers its own groups and versions as local'({ api }) {
      const apps = expectSuccess(await api.get(`${API_SERVICES}/v1.apps`));
      expect(apps.metadata.labels).toEqual({ [MANAGED]: 'onstart' });
      expect(apps.spec).toEqual({
        group: 'apps',
        version: 'v1',
        groupPriorityMinimum: 17_800,
        versionPriority: 15,
      });
      expect(apps.status).toEqual({ conditions: [LOCAL] });
      expect(expectSuccess(await api.get(`${API_SERVICES}/v1.`)).spec).toEqual({
        version: 'v1',
        groupPriorityMinimum: 18_000,
        versionPriority: 1,
      });
    },

    async 'does not register the group of the registrations'({ api }) {
      expectError(await api.get(`${API_SERVICES}/v1.apiregistration.k8s.io`), 404, 'NotFound');
    },

    async 'shows the server of a group in a table'({ api }) {
      const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
      const { body } = await api.get(`${API_SERVICES}/v1.apps`, { accept });
      expect(body.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Service', 'Available', 'Age']);
      expect(body.rows[0]?.cells.slice(0, 3)).toEqual(['v1.apps', 'Local', 'True']);
    },

    async 'registers the group of a definition while it is there'(context) {
      const { api, eventually } = context;
      const { group, definition, path } = await define(context);
      const registered = await eventually(async () => {
        const response = await api.get(path);
        return response.status === 200 && response.body;
      });
      expect(registered.metadata.labels).toEqual({ [MANAGED]: 'true' });
      expect(registered.spec).toEqual({
        group,
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 100,
      });
      expect(registered.status).toEqual({ conditions: [LOCAL] });
      expectSuccess(await api.delete(definition));
      await eventually(async () => (await api.get(path)).status === 404);
    },

    async 'restores the registration of a definition'(context) {
      const { api, eventually } = context;
      const { path } = await define(context);
      await eventually(async () => (await api.get(path)).status === 200);
      expectSuccess(await api.patch(path, 'merge', { spec: { versionPriority: 7 } }));
      await eventually(async () => (await api.get(path)).body.spec['versionPriority'] === 100);
      const { uid } = (await api.get(path)).body.metadata;
      expectSuccess(await api.delete(path));
      await eventually(async () => {
        const { status, body } = await api.get(path);
        return status === 200 && body.metadata.uid !== uid;
      });
    },

    async 'keeps the status of a registration that is updated'({ api, unique }) {
      const group = `${unique('group')}.example.com`;
      const spec = { group, version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 };
      const body = { metadata: { name: `v1.${group}` }, spec, status: {} };
      expect(expectSuccess(await api.post(API_SERVICES, body), 201).status).toEqual({ conditions: [LOCAL] });
      const path = `${API_SERVICES}/v1.${group}`;
      const change = { spec: { versionPriority: 11 }, status: { conditions: null } };
      expect(expectSuccess(await api.patch(path, 'merge', change)).status).toEqual({ conditions: [LOCAL] });
      expectSuccess(await api.delete(path));
    },
  },
};
