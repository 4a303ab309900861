import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { certificateRequest } from '../kinds/certificates.js';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = 'certificates.k8s.io';

const approval = (type: string) => ({ type, status: 'True', reason: 'Test', message: 'by a case' });

async function createRequest({ api, unique }: CaseContext, spec: object = {}): Promise<string> {
  const name = unique('request');
  const given = { request: certificateRequest, signerName: 'example.com/signer', usages: ['client auth'] };
  expectSuccess(await api.post(REQUESTS, { metadata: { name }, spec: { ...given, ...spec } }), 201);
  return `${REQUESTS}/${name}`;
}

/** A client that may update what the rules say. */
async function allowed({ api, user, unique }: CaseContext, rules: readonly object[]) {
  const name = unique('signer');
  expectSuccess(await api.post(`${RBAC}/clusterroles`, { metadata: { name }, rules }), 201);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
  expectSuccess(
    await api.post(`${RBAC}/clusterrolebindings`, { metadata: { name }, roleRef, subjects }),
    201,
  );
  return user(name, 'signers');
}

const mayApprove = {
  apiGroups: [GROUP],
  resources: ['certificatesigningrequests/approval'],
  verbs: ['patch'],
};

/** Requests for certificates, their approval and their status. */
export const certificates: Area = {
  name: 'certificates',
  cases: {
    async 'writes who requests a certificate'(context) {
      const path = await createRequest(context, { username: 'someone', groups: ['else'] });
      const { spec } = expectSuccess(await context.api.get(path));
      expect(spec).toMatchObject({ groups: expect.arrayContaining(['system:masters']) });
      expect(spec['username']).not.toBe('someone');
    },

    async 'keeps the spec of a request in an update'(context) {
      const path = await createRequest(context);
      const changed = { metadata: { labels: { a: 'b' } }, spec: { signerName: 'example.com/other' } };
      const { metadata, spec } = expectSuccess(await context.api.patch(path, 'merge', changed));
      expect(metadata.labels).toEqual({ a: 'b' });
      expect(spec['signerName']).toBe('example.com/signer');
    },

    async 'approves a request at its approval, with times'(context) {
      const path = await createRequest(context);
      const status = { conditions: [approval('Approved')] };
      const approved = expectSuccess(await context.api.patch(`${path}/approval`, 'merge', { status }));
      expect(approved.status['conditions']).toEqual([
        {
          ...approval('Approved'),
          lastUpdateTime: expect.any(String),
          lastTransitionTime: expect.any(String),
        },
      ]);
    },

    async 'rejects a request that is approved and denied'(context) {
      const path = await createRequest(context);
      const status = { conditions: [approval('Approved'), approval('Denied')] };
      const response = await context.api.patch(`${path}/approval`, 'merge', { status });
      expectInvalid(response, 'FieldValueInvalid status.conditions');
    },

    async 'refuses to take an approval back'(context) {
      const path = await createRequest(context);
      const status = { conditions: [approval('Approved')] };
      expectSuccess(await context.api.patch(`${path}/approval`, 'merge', { status }));
      const response = await context.api.patch(`${path}/approval`, 'merge', { status: { conditions: [] } });
      expectInvalid(response, 'FieldValueForbidden status.conditions');
    },

    async 'refuses to approve a request in its status'(context) {
      const path = await createRequest(context);
      const status = { conditions: [approval('Approved')] };
      const response = await context.api.patch(`${path}/status`, 'merge', { status });
      expectInvalid(response, 'FieldValueForbidden status.conditions');
    },

    async 'refuses to approve without the right to approve requests of the signer'(context) {
      const path = await createRequest(context);
      const client = await allowed(context, [mayApprove]);
      const body = { status: { conditions: [approval('Approved')] } };
      const response = await context.eventually(async () => {
        const refused = await client.patch(`${path}/approval`, 'merge', body);
        return refused.body.message.includes('not permitted') && refused;
      });
      expectError(response, 403, 'Forbidden');
      expect(response.body.message).toContain(
        'user not permitted to approve requests with signerName "example.com/signer"',
      );
    },

    async 'approves with the right to approve requests of the domain of the signer'(context) {
      const path = await createRequest(context);
      const mayForDomain = {
        apiGroups: [GROUP],
        resources: ['signers'],
        resourceNames: ['example.com/*'],
        verbs: ['approve'],
      };
      const client = await allowed(context, [mayApprove, mayForDomain]);
      const body = { status: { conditions: [approval('Denied')] } };
      await context.eventually(
        async () => (await client.patch(`${path}/approval`, 'merge', body)).status === 200,
      );
    },

    async 'selects requests by the name of their signer'(context) {
      const signer = `example.com/${context.unique('signer')}`;
      await createRequest(context, { signerName: signer });
      const list = expectSuccess(
        await context.api.get(`${REQUESTS}?fieldSelector=spec.signerName=${signer}`),
      );
      expect(list.items).toHaveLength(1);
    },
  },
};
