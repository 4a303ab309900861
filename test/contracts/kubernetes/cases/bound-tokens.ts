import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';

/** Path of the service accounts of a namespace. */
export const accountsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;

/** Tokens that are bound to an object, or for an audience. */
export const boundTokens: Area['cases'] = {
  async 'rejects the token of a deleted pod'(context) {
    const { api, namespace, eventually } = context;
    await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const spec = { serviceAccountName: 'robot', containers: [{ name: 'main', image: 'nginx' }] };
    const pod = expectSuccess(
      await eventually(async () => {
        const created = await api.post(pods, { metadata: { name: 'bound' }, spec });
        return created.status !== 403 && created;
      }),
      201,
    );
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'bound', uid: pod.metadata.uid };
    const request = (uid: string) =>
      api.post(`${accountsOf(namespace)}/robot/token`, {
        spec: { boundObjectRef: { ...boundObjectRef, uid } },
      });
    expectError(await request('other'), 409, 'Conflict');
    const issued = expectSuccess(await request(pod.metadata.uid), 201);
    const robot = tokenClient(context, issued.status);
    const self = await robot.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(expectSuccess(self, 201).status['userInfo']).toMatchObject({
      extra: {
        'authentication.kubernetes.io/pod-name': ['bound'],
        'authentication.kubernetes.io/pod-uid': [pod.metadata.uid],
      },
    });
    await api.delete(`${pods}/bound?gracePeriodSeconds=0`);
    await eventually(async () => (await robot.get('/apis')).status === 401);
  },

  async 'says why a token is not accepted'({ api, namespace }) {
    await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
    const request = await api.post(`${accountsOf(namespace)}/robot/token`, { spec: { audiences: ['own'] } });
    const { token } = request.body.status as { token: string };
    const errorOf = async (spec: object) => {
      const review = await api.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec });
      return expectSuccess(review, 201).status['error'];
    };
    expect(await errorOf({ token: 'none' })).toBe('invalid bearer token');
    expect(await errorOf({ token, audiences: ['other', 'third'] })).toBe(
      '[invalid bearer token, token audiences ["own"] is invalid for the target audiences ["other" "third"]]',
    );
    await api.delete(`${accountsOf(namespace)}/robot`);
    expect(await errorOf({ token, audiences: ['own'] })).toBe(
      '[invalid bearer token, serviceaccounts "robot" not found]',
    );
  },

  async 'refuses to bind a token to a pod of another service account'({ api, namespace, eventually }) {
    await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const spec = { containers: [{ name: 'main', image: 'nginx' }] };
    await eventually(
      async () => (await api.post(pods, { metadata: { name: 'other' }, spec })).status === 201,
    );
    const bound = (boundObjectRef: object) =>
      api.post(`${accountsOf(namespace)}/robot/token`, { spec: { boundObjectRef } });
    expectError(await bound({ apiVersion: 'v1', kind: 'Pod', name: 'other' }), 400, 'BadRequest');
    expectError(await bound({ apiVersion: 'v1', kind: 'Pod', name: 'missing' }), 404, 'NotFound');
    expectError(await bound({ apiVersion: 'v1', kind: 'ConfigMap', name: 'other' }), 400, 'BadRequest');
  },

  async 'fills a Secret for the token of a service account'(context) {
    const { api, namespace, eventually } = context;
    const account = expectSuccess(
      await api.post(accountsOf(namespace), { metadata: { name: 'robot' } }),
      201,
    );
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const type = 'kubernetes.io/service-account-token';
    await api.post(secrets, { metadata: { name: 'token', annotations }, type });
    const { metadata, data } = await eventually(async () => {
      const { body } = await api.get(`${secrets}/token`);
      return body.data?.['token'] !== undefined && body;
    });
    expect(metadata.annotations).toEqual({
      ...annotations,
      'kubernetes.io/service-account.uid': account.metadata.uid,
    });
    const text = (name: string) => Buffer.from(String(data[name]), 'base64').toString();
    expect(text('namespace')).toBe(namespace);
    expect(text('ca.crt')).toContain('BEGIN CERTIFICATE');
    const robot = tokenClient(context, { token: text('token') });
    const self = await robot.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(expectSuccess(self, 201).status['userInfo']).toMatchObject({
      username: `system:serviceaccount:${namespace}:robot`,
    });
    await api.delete(`${secrets}/token`);
    await eventually(async () => (await robot.get('/apis')).status === 401);
  },

  async 'deletes a Secret for the token of a service account that does not exist'(context) {
    const { api, namespace, eventually } = context;
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const type = 'kubernetes.io/service-account-token';
    expectSuccess(await api.post(secrets, { metadata: { name: 'token', annotations }, type }), 201);
    await eventually(async () => (await api.get(`${secrets}/token`)).status === 404);
  },

  async 'rejects a token for another audience'(context) {
    const { api, namespace } = context;
    await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
    const audiences = ['vault'];
    const issued = await api.post(`${accountsOf(namespace)}/robot/token`, { spec: { audiences } });
    const { status } = expectSuccess(issued, 201);
    expect((await tokenClient(context, status).get('/apis')).status).toBe(401);
    const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { token } = status;
    const reviewed = await api.post(reviews, { spec: { token, audiences: ['vault', 'other'] } });
    expect(expectSuccess(reviewed, 201).status).toMatchObject({ authenticated: true, audiences });
    const other = await api.post(reviews, { spec: { token, audiences: ['other'] } });
    expect(expectSuccess(other, 201).status).not.toMatchObject({ authenticated: true });
  },

  async 'refuses a token of a service account that does not exist'({ api, namespace }) {
    const rejected = await api.post(`${accountsOf(namespace)}/missing/token`, { spec: {} });
    expectError(rejected, 404, 'NotFound');
  },
};

/** A client with only the token of a TokenRequest. */
export function tokenClient({ anonymous }: CaseContext, status: Readonly<Record<string, unknown>>) {
  return anonymous.with({ authorization: `Bearer ${String(status['token'])}` });
}
