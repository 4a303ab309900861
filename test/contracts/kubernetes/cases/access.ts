import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap } from '../manifests.js';
import { configMapsOf } from '../paths.js';
import { accountsOf, boundTokens, tokenClient } from './bound-tokens.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const rolesOf = (namespace: string) => `${RBAC}/namespaces/${namespace}/roles`;
const bindingsOf = (namespace: string) => `${RBAC}/namespaces/${namespace}/rolebindings`;
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

/** Gives the user rights in the namespace. */
async function grant({ api, namespace }: CaseContext, user: string, rules: readonly object[]): Promise<void> {
  expectSuccess(await api.post(rolesOf(namespace), { metadata: { name: 'granted' }, rules }), 201);
  const roleRef = { apiGroup, kind: 'Role', name: 'granted' };
  const subjects = [{ apiGroup, kind: 'User', name: user }];
  const binding = { metadata: { name: 'granted' }, roleRef, subjects };
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

    async 'rejects a user at paths that nothing serves'({ user, unique }) {
      const name = unique('eve');
      const client = await user(name, 'guests');
      const messages: string[] = [];
      for (const [method, path] of [
        ['GET', '/none'],
        ['GET', '/apis/apps/v1/nones'],
        ['GET', '/apis/none/v1/namespaces/a/nones/b/c'],
        ['GET', '/api/v1/watch/nones'],
        ['DELETE', '/api/v1/nones'],
        ['GET', '/api/v1/namespaces/a/nones?watch=1'],
      ] as const) {
        const rejected = await client.call(method, path);
        expectError(rejected, 403, 'Forbidden');
        messages.push(rejected.body.message);
      }
      const cannot = `User "${name}" cannot`;
      expect(messages).toEqual([
        `forbidden: ${cannot} get path "/none"`,
        `nones.apps is forbidden: ${cannot} list resource "nones" in API group "apps" at the cluster scope`,
        `nones.none "b" is forbidden: ${cannot} get resource "nones/c" in API group "none" in the namespace "a"`,
        `nones is forbidden: ${cannot} watch resource "nones" in API group "" at the cluster scope`,
        `nones is forbidden: ${cannot} deletecollection resource "nones" in API group "" at the cluster scope`,
        `nones is forbidden: ${cannot} watch resource "nones" in API group "" in the namespace "a"`,
      ]);
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
      expectError(response, 400, 'BadRequest');
      expect(response.body.message).toBe(
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"nobodies"}, Extra:map[string][]string(nil)} without impersonating a user name',
      );
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
      const review = expectSuccess(
        await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', { spec: { a: 1 } }),
        201,
      );
      expect(review).not.toHaveProperty('spec');
      expect(review.status['userInfo']).toMatchObject({
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

    async 'says that the role of a binding does not exist'(context) {
      const { api, namespace, user, unique } = context;
      const name = unique('user');
      const roleRef = { apiGroup, kind: 'ClusterRole', name: unique('missing') };
      const subjects = [{ apiGroup, kind: 'User', name }];
      const binding = { metadata: { name: 'dangling' }, roleRef, subjects };
      expectSuccess(await api.post(bindingsOf(namespace), binding), 201);
      const client = await user(name, 'nobodies');
      await context.eventually(async () => {
        const { body } = await client.get(configMapsOf(namespace));
        return body.message.endsWith(
          `: RBAC: clusterrole.rbac.authorization.k8s.io "${roleRef.name}" not found`,
        );
      });
    },

    async 'refuses to bind a role with more rights than its binder has'(context) {
      const { api, namespace, user, unique } = context;
      const name = unique('user');
      await grant(context, name, [
        { apiGroups: [apiGroup], resources: ['rolebindings'], verbs: ['create'] },
        { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
      ]);
      const rules = [{ apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list'] }];
      expectSuccess(await api.post(rolesOf(namespace), { metadata: { name: 'more' }, rules }), 201);
      const client = await user(name, 'nobodies');
      const roleRef = { apiGroup, kind: 'Role', name: 'more' };
      const binding = { metadata: { name: 'mine' }, roleRef, subjects: [{ apiGroup, kind: 'User', name }] };
      const message = await context.eventually(async () => {
        const { body } = await client.post(bindingsOf(namespace), binding);
        return body.message.includes('attempting to grant') && body.message;
      });
      expect(message).toBe(
        `rolebindings.rbac.authorization.k8s.io "mine" is forbidden: user "${name}" (groups=["nobodies" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n` +
          '{APIGroups:[""], Resources:["configmaps"], Verbs:["list"]}\n' +
          '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
      );
    },

    async 'lets a user with the verbs bind and escalate grant more rights than it has'(context) {
      const { namespace, user, unique } = context;
      const name = unique('user');
      await grant(context, name, [
        { apiGroups: [apiGroup], resources: ['roles'], verbs: ['create', 'escalate', 'bind'] },
        { apiGroups: [apiGroup], resources: ['rolebindings'], verbs: ['create'] },
      ]);
      const client = await user(name, 'nobodies');
      const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }];
      await context.eventually(async () => {
        const { status } = await client.post(rolesOf(namespace), { metadata: { name: 'more' }, rules });
        return status === 201;
      });
      const binding = { metadata: { name: 'more' }, roleRef: { apiGroup, kind: 'Role', name: 'more' } };
      expectSuccess(await client.post(bindingsOf(namespace), binding), 201);
    },

    async 'gathers the rules of an aggregated ClusterRole'({ api, unique, eventually }) {
      const label = unique('example.com/aggregate');
      const name = unique('aggregated');
      const clusterRoleSelectors = [{ matchLabels: { [label]: 'true' } }];
      const role = { metadata: { name }, aggregationRule: { clusterRoleSelectors } };
      expectSuccess(await api.post(`${RBAC}/clusterroles`, role), 201);
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
      const part = unique('part');
      const metadata = { name: part, labels: { [label]: 'true' } };
      expectSuccess(await api.post(`${RBAC}/clusterroles`, { metadata, rules }), 201);
      const gathered = async () =>
        ((await api.get(`${RBAC}/clusterroles/${name}`)).body as unknown as { rules?: unknown }).rules ?? [];
      await eventually(async () => isDeepStrictEqual(await gathered(), rules));
      await api.delete(`${RBAC}/clusterroles/${part}`);
      await eventually(async () => isDeepStrictEqual(await gathered(), []));
    },

    async 'allows a path that is no resource by a ClusterRole'(context) {
      const { api, user, unique } = context;
      const name = unique('user');
      const role = unique('metrics');
      const rules = [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];
      expectSuccess(await api.post(`${RBAC}/clusterroles`, { metadata: { name: role }, rules }), 201);
      const client = await user(name, 'nobodies');
      const rejected = await client.get('/metrics');
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(`forbidden: User "${name}" cannot get path "/metrics"`);
      const roleRef = { apiGroup, kind: 'ClusterRole', name: role };
      const binding = { metadata: { name: role }, roleRef, subjects: [{ apiGroup, kind: 'User', name }] };
      expectSuccess(await api.post(`${RBAC}/clusterrolebindings`, binding), 201);
      expect(await afterBinding(context, () => client.get('/metrics'))).toBe(200);
    },

    async 'refuses to create an object by an apply of a user who may only patch'(context) {
      const { namespace, user, unique } = context;
      const name = unique('user');
      await grant(context, name, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }]);
      const client = await user(name, 'nobodies');
      const path = `${configMapsOf(namespace)}/applied`;
      expect(await afterBinding(context, () => client.get(path))).toBe(404);
      const rejected = await client.apply(path, configMap('applied'), { manager: 'case' });
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        `configmaps "applied" is forbidden: User "${name}" cannot create resource "configmaps" in API group "" in the namespace "${namespace}"`,
      );
    },

    async 'allows a list that selects the name of a rule'(context) {
      const { namespace, user, unique } = context;
      const name = unique('user');
      await grant(context, name, [
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['list'] },
      ]);
      const client = await user(name, 'nobodies');
      const selecting = `${configMapsOf(namespace)}?fieldSelector=metadata.name%3Dmine`;
      expect(await afterBinding(context, () => client.get(selecting))).toBe(200);
      expectError(await client.get(configMapsOf(namespace)), 403, 'Forbidden');
      const other = `${configMapsOf(namespace)}?fieldSelector=metadata.name!%3Dmine`;
      expectError(await client.get(other), 403, 'Forbidden');
    },

    async 'has the uid and extra of an impersonation'({ api, unique }) {
      const client = api.with({
        'impersonate-user': unique('user'),
        'impersonate-uid': '42',
        'impersonate-extra-example.com%2Freason': 'on call',
      });
      const self = await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
      expect(expectSuccess(self, 201).status['userInfo']).toMatchObject({
        uid: '42',
        groups: ['system:authenticated'],
        extra: { 'example.com/reason': ['on call'] },
      });
    },

    async 'reviews access that is asked in protobuf'({ api, namespace }) {
      const attributes = Buffer.concat([textField(1, namespace), textField(2, 'get'), textField(5, 'pods')]);
      const body = protobuf(
        'authorization.k8s.io/v1',
        'SelfSubjectAccessReview',
        field(2, field(1, attributes)),
      );
      const asked = await api.post(SELF_REVIEWS, body, { type: 'application/vnd.kubernetes.protobuf' });
      expect(expectSuccess(asked, 201).status).toMatchObject({ allowed: true });
    },

    ...boundTokens,
  },
};

/** A field of a protobuf message with less than 128 bytes. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
}

const textField = (number: number, text: string) => field(number, Buffer.from(text));

/** An object in Kubernetes' protobuf format. */
function protobuf(apiVersion: string, kind: string, object: Uint8Array): Buffer {
  const type = field(1, Buffer.concat([textField(1, apiVersion), textField(2, kind)]));
  return Buffer.concat([Buffer.from('k8s\0'), type, field(2, object)]);
}
