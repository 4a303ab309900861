import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap } from '../manifests.js';
import { configMapsOf } from '../paths.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const rolesOf = (namespace: string) => `${RBAC}/namespaces/${namespace}/roles`;
const bindingsOf = (namespace: string) => `${RBAC}/namespaces/${namespace}/rolebindings`;
const accountsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;
const apiGroup = 'rbac.authorization.k8s.io';

/** Lets the user read ConfigMaps of the namespace, by a Role and a RoleBinding. */
async function allowReading({ api, namespace }: CaseContext, user: string): Promise<void> {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
  expectSuccess(await api.post(rolesOf(namespace), { metadata: { name: 'reader' }, rules }), 201);
  const binding = {
    metadata: { name: 'reader' },
    roleRef: { apiGroup, kind: 'Role', name: 'reader' },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  };
  expectSuccess(await api.post(bindingsOf(namespace), binding), 201);
}

/** Status of a GET, when it is no longer 403: an authorizer learns of a binding a moment later. */
async function afterBinding({ eventually }: CaseContext, get: () => Promise<{ readonly status: number }>) {
  return eventually(async () => {
    const { status } = await get();
    return status !== 403 && status;
  });
}

const review = (attributes: object) => ({ spec: { resourceAttributes: attributes } });
const SELF_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** RBAC, impersonation, reviews and tokens. */
export const access: Area = {
  name: 'access',
  cases: {
    async 'rejects a request with a token that is none'({ anonymous, namespace }) {
      const rejected = await anonymous.with({ authorization: 'Bearer none' }).get(configMapsOf(namespace));
      expectError(rejected, 401, 'Unauthorized');
      expect(rejected.body.message).toBe('Unauthorized');
    },

    async 'rejects a user without a role and says what it may not do'({ namespace, user, unique }) {
      const name = unique('user');
      const client = await user(name, 'nobodies');
      const rejected = await client.get(configMapsOf(namespace));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body).toMatchObject({
        message: `configmaps is forbidden: User "${name}" cannot list resource "configmaps" in API group "" in the namespace "${namespace}"`,
        details: { kind: 'configmaps' },
      });
    },

    async 'rejects a user at the cluster scope'({ user, unique }) {
      const name = unique('user');
      const client = await user(name, 'nobodies');
      const rejected = await client.get('/api/v1/nodes/none');
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        `nodes "none" is forbidden: User "${name}" cannot get resource "nodes" in API group "" at the cluster scope`,
      );
    },

    async 'lets every user discover what is served'({ user, unique }) {
      const client = await user(unique('user'), 'nobodies');
      for (const path of ['/api', '/apis', '/api/v1', '/version', '/openapi/v3'])
        expect((await client.get(path)).status, path).toBe(200);
    },

    async 'allows what a Role bound to the user allows, and no more'(context) {
      const { api, namespace, user, unique } = context;
      const name = unique('user');
      await allowReading(context, name);
      await api.post(configMapsOf(namespace), configMap('map'));
      const client = await user(name, 'nobodies');
      expect(await afterBinding(context, () => client.get(`${configMapsOf(namespace)}/map`))).toBe(200);
      expectError(await client.delete(`${configMapsOf(namespace)}/map`), 403, 'Forbidden');
      expectError(await client.get(configMapsOf('default')), 403, 'Forbidden');
      expectError(await client.get(`/api/v1/namespaces/${namespace}/secrets`), 403, 'Forbidden');
    },

    async 'allows what a ClusterRole bound to a group in one namespace allows'(context) {
      const { api, namespace, user, unique } = context;
      const group = unique('group');
      const binding = {
        metadata: { name: 'viewers' },
        roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup, kind: 'Group', name: group }],
      };
      expectSuccess(await api.post(bindingsOf(namespace), binding), 201);
      const client = await user(unique('user'), group);
      expect(await afterBinding(context, () => client.get(configMapsOf(namespace)))).toBe(200);
      expectError(await client.get(`/api/v1/namespaces/${namespace}/secrets`), 403, 'Forbidden');
      expectError(await client.get(configMapsOf('default')), 403, 'Forbidden');
    },

    async 'limits a rule to resource names'(context) {
      const { api, namespace, user, unique } = context;
      const name = unique('user');
      const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] }];
      await api.post(rolesOf(namespace), { metadata: { name: 'one' }, rules });
      const roleRef = { apiGroup, kind: 'Role', name: 'one' };
      const subjects = [{ apiGroup, kind: 'User', name }];
      await api.post(bindingsOf(namespace), { metadata: { name: 'one' }, roleRef, subjects });
      await api.post(configMapsOf(namespace), configMap('mine'));
      await api.post(configMapsOf(namespace), configMap('other'));
      const client = await user(name, 'nobodies');
      expect(await afterBinding(context, () => client.get(`${configMapsOf(namespace)}/mine`))).toBe(200);
      expectError(await client.get(`${configMapsOf(namespace)}/other`), 403, 'Forbidden');
    },

    async 'refuses to create a role with more rights than its creator has'(context) {
      const { api, namespace, user, unique } = context;
      const name = unique('user');
      const rules = [{ apiGroups: [apiGroup], resources: ['roles'], verbs: ['create'] }];
      await api.post(rolesOf(namespace), { metadata: { name: 'maker' }, rules });
      const roleRef = { apiGroup, kind: 'Role', name: 'maker' };
      const subjects = [{ apiGroup, kind: 'User', name }];
      await api.post(bindingsOf(namespace), { metadata: { name: 'maker' }, roleRef, subjects });
      const client = await user(name, 'nobodies');
      const more = {
        metadata: { name: 'more' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      };
      await context.eventually(async () => {
        const { body } = await client.post(rolesOf(namespace), more);
        return body.message.includes('is attempting to grant RBAC permissions not currently held');
      });
    },

    async 'has the roles that every cluster has'({ api }) {
      for (const name of ['cluster-admin', 'admin', 'edit', 'view', 'system:node', 'system:discovery'])
        expect((await api.get(`${RBAC}/clusterroles/${name}`)).status, name).toBe(200);
      expectSuccess(await api.get(`${RBAC}/clusterrolebindings/cluster-admin`));
    },

    async 'acts as the user and groups of an impersonation'(context) {
      const { api, namespace, unique } = context;
      const name = unique('user');
      await allowReading(context, name);
      const client = api.with({ 'impersonate-user': name, 'impersonate-group': 'nobodies' });
      expect(await afterBinding(context, () => client.get(configMapsOf(namespace)))).toBe(200);
      const rejected = await client.get(`/api/v1/namespaces/${namespace}/secrets`);
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain(`User "${name}" cannot list resource "secrets"`);
    },

    async 'rejects an impersonation by a user who may not impersonate'({ user, unique }) {
      const name = unique('user');
      const client = (await user(name, 'nobodies')).with({ 'impersonate-user': 'admin' });
      const rejected = await client.get('/api/v1/nodes');
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain(`User "${name}" cannot impersonate`);
    },

    async 'refuses to impersonate a group without a user'({ api }) {
      const response = await api.with({ 'impersonate-group': 'nobodies' }).get('/api/v1/nodes');
      expect(response.status).toBe(400);
    },

    async 'tells a user what it may do'(context) {
      const { namespace, user, unique } = context;
      const name = unique('user');
      await allowReading(context, name);
      const client = await user(name, 'nobodies');
      await afterBinding(context, () => client.get(configMapsOf(namespace)));
      const ask = async (verb: string, resource: string) =>
        expectSuccess(await client.post(SELF_REVIEWS, review({ namespace, verb, resource })), 201).status;
      expect(await ask('list', 'configmaps')).toEqual({
        allowed: true,
        reason: `RBAC: allowed by RoleBinding "reader/${namespace}" of Role "reader" to User "${name}"`,
      });
      expect(await ask('delete', 'configmaps')).toEqual({ allowed: false });
    },

    async 'tells an administrator that everything is allowed'({ api, namespace }) {
      const asked = await api.post(SELF_REVIEWS, review({ namespace, verb: 'delete', resource: 'secrets' }));
      expect(expectSuccess(asked, 201).status).toMatchObject({ allowed: true });
    },

    async 'tells what another user may do'({ api, namespace, unique }) {
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const attributes = { namespace, verb: 'get', resource: 'pods' };
      const spec = { user: unique('user'), resourceAttributes: attributes };
      expect(expectSuccess(await api.post(path, { spec }), 201).status).toEqual({ allowed: false });
      const master = { spec: { ...spec, groups: ['system:masters'] } };
      expect(expectSuccess(await api.post(path, master), 201).status).toEqual({ allowed: true });
    },

    async 'reviews access in the namespace of a LocalSubjectAccessReview'({ api, namespace, unique }) {
      const path = `/apis/authorization.k8s.io/v1/namespaces/${namespace}/localsubjectaccessreviews`;
      const spec = { user: unique('user'), resourceAttributes: { namespace, verb: 'get', resource: 'pods' } };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'LocalSubjectAccessReview',
        metadata: { namespace },
        spec,
      };
      expect(expectSuccess(await api.post(path, body), 201).status).toEqual({ allowed: false });
    },

    async 'lists the rules of a user'(context) {
      const { namespace, user, unique } = context;
      const name = unique('user');
      await allowReading(context, name);
      const client = await user(name, 'nobodies');
      await afterBinding(context, () => client.get(configMapsOf(namespace)));
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const { status } = expectSuccess(await client.post(path, { spec: { namespace } }), 201);
      expect(status['resourceRules']).toContainEqual({
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list'],
      });
    },

    async 'tells a client who it is'({ user, unique }) {
      const name = unique('user');
      const client = await user(name, 'nobodies');
      const { status } = expectSuccess(
        await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}),
        201,
      );
      expect(status['userInfo']).toMatchObject({
        username: name,
        groups: ['nobodies', 'system:authenticated'],
      });
    },

    async 'makes the service account default of a namespace'({ api, namespace, eventually }) {
      await eventually(async () => (await api.get(`${accountsOf(namespace)}/default`)).status === 200);
    },

    async 'publishes its certificate authority in each namespace'({ api, namespace, eventually }) {
      const data = await eventually(
        async () => (await api.get(`${configMapsOf(namespace)}/kube-root-ca.crt`)).body.data,
      );
      expect(data['ca.crt']).toContain('-----BEGIN CERTIFICATE-----');
    },

    async 'issues a token of a service account that acts as it'(context) {
      const { api, namespace } = context;
      await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
      const spec = { expirationSeconds: 600 };
      const issued = expectSuccess(await api.post(`${accountsOf(namespace)}/robot/token`, { spec }), 201);
      expect(issued).toMatchObject({ kind: 'TokenRequest', spec: { expirationSeconds: 600 } });
      const robot = tokenClient(context, issued.status);
      const rejected = await robot.post(SELF_REVIEWS, review({ namespace, verb: 'get', resource: 'pods' }));
      expect(expectSuccess(rejected, 201).status).toMatchObject({ allowed: false });
      const self = await robot.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
      expect(expectSuccess(self, 201).status['userInfo']).toMatchObject({
        username: `system:serviceaccount:${namespace}:robot`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      });
    },

    async 'rejects a token for less than ten minutes'({ api, namespace }) {
      await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
      const rejected = await api.post(`${accountsOf(namespace)}/robot/token`, {
        spec: { expirationSeconds: 60 },
      });
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.details?.causes?.[0]).toMatchObject({
        reason: 'FieldValueInvalid',
        field: 'spec.expirationSeconds',
      });
    },

    async 'reviews a token'({ api, namespace }) {
      await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
      const issued = expectSuccess(await api.post(`${accountsOf(namespace)}/robot/token`, { spec: {} }), 201);
      const path = '/apis/authentication.k8s.io/v1/tokenreviews';
      const reviewed = await api.post(path, { spec: { token: issued.status['token'] } });
      expect(expectSuccess(reviewed, 201).status).toMatchObject({
        authenticated: true,
        user: { username: `system:serviceaccount:${namespace}:robot` },
      });
      const forged = await api.post(path, { spec: { token: 'forged' } });
      expect(expectSuccess(forged, 201).status).not.toMatchObject({ authenticated: true });
    },

    async 'rejects the token of a deleted service account'(context) {
      const { api, namespace, eventually } = context;
      await api.post(accountsOf(namespace), { metadata: { name: 'robot' } });
      const issued = expectSuccess(await api.post(`${accountsOf(namespace)}/robot/token`, { spec: {} }), 201);
      await api.delete(`${accountsOf(namespace)}/robot`);
      const robot = tokenClient(context, issued.status);
      await eventually(async () => (await robot.get('/apis')).status === 401);
    },
  },
};

/** A client with only the token of a TokenRequest. */
function tokenClient({ anonymous }: CaseContext, status: Readonly<Record<string, unknown>>) {
  return anonymous.with({ authorization: `Bearer ${String(status['token'])}` });
}
