import { expect } from 'vitest';
import type { ApiClient } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap } from '../manifests.js';
import { configMapsOf } from '../paths.js';

const API = '/apis/flowcontrol.apiserver.k8s.io/v1';
const FLOWS = `${API}/flowschemas`;
const LEVELS = `${API}/prioritylevelconfigurations`;
const RBAC = 'rbac.authorization.k8s.io';
const SCHEMA_UID = 'x-kubernetes-pf-flowschema-uid';
const LEVEL_UID = 'x-kubernetes-pf-prioritylevel-uid';

interface Flow {
  readonly name: string;
  readonly client: ApiClient;
  readonly uids: readonly [schema: string, level: string];
}

/** A user whose requests have a priority of their own, with this limit. */
async function createFlow({ api, user, unique }: CaseContext, limited: object): Promise<Flow> {
  const name = unique('flow');
  const client = await user(name, 'nobodies');
  const binding = {
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: RBAC, kind: 'User', name }],
  };
  expectSuccess(await api.post(`/apis/${RBAC}/v1/clusterrolebindings`, binding), 201);
  const level = await api.post(LEVELS, { metadata: { name }, spec: { type: 'Limited', limited } });
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };
  const rules = [
    { subjects: [{ kind: 'User', user: { name } }], resourceRules: [{ ...everything, clusterScope: true }] },
  ];
  const spec = { priorityLevelConfiguration: { name }, matchingPrecedence: 100, rules };
  const schema = await api.post(FLOWS, { metadata: { name }, spec });
  return {
    name,
    client,
    uids: [expectSuccess(schema, 201).metadata.uid, expectSuccess(level, 201).metadata.uid],
  };
}

/** The responses to ten requests at once, each of which waits for the storage. */
function createAtOnce({ namespace, unique }: CaseContext, client: ApiClient) {
  const objects = Array.from({ length: 10 }, () => configMap(unique('map')));
  return Promise.all(objects.map((object) => client.post(configMapsOf(namespace), object)));
}

/** Priorities and flows of requests. */
export const flowControl: Area = {
  name: 'flow control',
  cases: {
    async 'has the mandatory flows and priorities'({ api }) {
      expect(expectSuccess(await api.get(`${LEVELS}/exempt`)).spec).toMatchObject({ type: 'Exempt' });
      expect(expectSuccess(await api.get(`${LEVELS}/catch-all`)).spec).toMatchObject({ type: 'Limited' });
      expect(expectSuccess(await api.get(`${FLOWS}/exempt`)).spec).toMatchObject({ matchingPrecedence: 1 });
      const { spec } = expectSuccess(await api.get(`${FLOWS}/catch-all`));
      expect(spec).toMatchObject({
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'catch-all' },
      });
    },

    async 'has the suggested flows and priorities'({ api }) {
      const levels = expectSuccess(await api.get(LEVELS)).items.map(({ metadata }) => metadata.name);
      expect(levels).toEqual(expect.arrayContaining(['global-default', 'system', 'workload-high']));
      const flows = expectSuccess(await api.get(FLOWS)).items.map(({ metadata }) => metadata.name);
      expect(flows).toEqual(expect.arrayContaining(['global-default', 'probes', 'service-accounts']));
    },

    async 'names the flow and the priority of a request'({ api, namespace }) {
      const schema = expectSuccess(await api.get(`${FLOWS}/exempt`)).metadata;
      const level = expectSuccess(await api.get(`${LEVELS}/exempt`)).metadata;
      const { headers } = await api.get(configMapsOf(namespace));
      expect([headers.get(SCHEMA_UID), headers.get(LEVEL_UID)]).toEqual([schema.uid, level.uid]);
    },

    async 'gives requests of a user the flow that selects the user'(context) {
      const { client, uids } = await createFlow(context, { limitResponse: { type: 'Reject' } });
      await context.eventually(async () => {
        const { headers } = await client.get(configMapsOf(context.namespace));
        return headers.get(SCHEMA_UID) === uids[0] && headers.get(LEVEL_UID) === uids[1];
      });
    },

    async 'gives requests of other users the global default'({ api, user, unique, namespace }) {
      const client = await user(unique('user'), 'nobodies');
      const schema = expectSuccess(await api.get(`${FLOWS}/global-default`)).metadata;
      const { headers } = await client.get(configMapsOf(namespace));
      expect(headers.get(SCHEMA_UID)).toBe(schema.uid);
    },

    async 'rejects requests of a full priority with 429'(context) {
      const { client, uids } = await createFlow(context, {
        nominalConcurrencyShares: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      });
      const rejected = await context.eventually(async () => {
        // A priority without seats serves one request at a time.
        return (await createAtOnce(context, client)).find(({ status }) => status === 429);
      });
      expect(rejected.headers.get('retry-after')).toBe('1');
      expect(rejected.headers.get(SCHEMA_UID)).toBe(uids[0]);
      expect(rejected.text).toContain('Too many requests, please try again later.');
    },

    async 'rejects requests that find the queues of their priority full'(context) {
      const { client } = await createFlow(context, {
        nominalConcurrencyShares: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 1 } },
      });
      await context.eventually(async () => {
        const responses = await createAtOnce(context, client);
        return responses.some(({ status }) => status === 429);
      });
    },

    async 'refuses to change a mandatory priority'({ api }) {
      const change = { spec: { limited: { nominalConcurrencyShares: 7 } } };
      expectInvalid(await api.patch(`${LEVELS}/catch-all`, 'merge', change), 'FieldValueInvalid spec');
    },

    async 'refuses to change a mandatory flow'({ api }) {
      const change = { spec: { matchingPrecedence: 9000 } };
      expectInvalid(await api.patch(`${FLOWS}/catch-all`, 'merge', change), 'FieldValueInvalid spec');
    },

    async 'says that a flow has no priority'({ api, unique, eventually }) {
      const name = unique('flow');
      const rules = [
        {
          subjects: [{ kind: 'User', user: { name } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ];
      const spec = { priorityLevelConfiguration: { name: 'none' }, rules };
      expectSuccess(await api.post(FLOWS, { metadata: { name }, spec }), 201);
      await eventually(async () => {
        const { status } = expectSuccess(await api.get(`${FLOWS}/${name}`));
        const [condition] = (status['conditions'] ?? []) as { type: string; status: string }[];
        return condition?.type === 'Dangling' && condition.status === 'True';
      });
      expectError(await api.post(FLOWS, { metadata: { name }, spec }), 409, 'AlreadyExists');
    },
  },
};
