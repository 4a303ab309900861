import { isJson, type Json } from '../kinds/object.js';
import { bodyOf } from './body.js';
import type { ApiResponse, ApiCall } from './call.js';
import type { Attributes } from '../rbac/attributes.js';
import { authorize, decide, rulesOf } from '../rbac/authorizer.js';
import type { PolicyRule } from '../kinds/policy-rule.js';
import { notAcceptable } from './representation.js';
import { badRequest, invalid } from '../kinds/status.js';
import { API_AUDIENCE } from '../../service-account-tokens.js';

const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';

/** A review: a query of permissions by POST, which is never stored. */
interface Review {
  readonly group: string;
  readonly kind: string;
  status(call: ApiCall, spec: Json, namespace: string | undefined): Json | Promise<Json>;
}

const reviews: Readonly<Record<string, Review | undefined>> = {
  selfsubjectreviews: {
    group: AUTHENTICATION,
    kind: 'SelfSubjectReview',
    status: ({ user }) => ({ userInfo: { ...user } }),
  },
  tokenreviews: {
    group: AUTHENTICATION,
    kind: 'TokenReview',
    status: tokenStatus,
  },
  selfsubjectaccessreviews: {
    group: AUTHORIZATION,
    kind: 'SelfSubjectAccessReview',
    status: ({ cluster, user }, spec) => ({
      ...decide(cluster, user, attributesIn(spec, 'SelfSubjectAccessReview')),
    }),
  },
  subjectaccessreviews: {
    group: AUTHORIZATION,
    kind: 'SubjectAccessReview',
    status: (call, spec) => accessOf(call, spec, 'SubjectAccessReview'),
  },
  localsubjectaccessreviews: {
    group: AUTHORIZATION,
    kind: 'LocalSubjectAccessReview',
    status(call, spec, namespace) {
      const kind = 'LocalSubjectAccessReview';
      if (attributesJson(spec)['namespace'] !== namespace)
        throw wrong(kind, 'spec.resourceAttributes.namespace', 'must match metadata.namespace');
      return accessOf(call, spec, kind);
    },
  },
  selfsubjectrulesreviews: {
    group: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    status: ({ cluster, user }, spec) => {
      const namespace = text(spec['namespace']);
      if (namespace === '') throw badRequest('no namespace on request');
      return rulesStatus(rulesOf(cluster, user, namespace));
    },
  },
};

const PATH = /^\/apis\/([^/]+)\/v1(?:\/namespaces\/([^/]+))?\/([^/]+)$/;

/** Handles the reviews of `kubectl auth can-i` and `whoami`; undefined for other paths. */
export async function review(call: ApiCall): Promise<ApiResponse | undefined> {
  if (call.method !== 'POST') return undefined;
  const [, group, namespace, resource = ''] = PATH.exec(call.path) ?? [];
  const found = Object.hasOwn(reviews, resource) ? reviews[resource] : undefined;
  const local = resource.startsWith('local');
  if (!found || found.group !== group || (namespace !== undefined) !== local) return undefined;
  authorize(call.cluster, call.user, { verb: 'create', group, resource, namespace });
  if (call.representation.form !== 'object') throw notAcceptable();
  const { spec } = await bodyOf(call, found.kind);
  const reviewSpec = isJson(spec) ? spec : {};
  const status = await found.status(call, reviewSpec, namespace);
  return { status: 201, body: { ...answerOf(found, reviewSpec), status } };
}

/** A review without its status. A SelfSubjectReview has no spec. */
function answerOf({ kind, group }: Review, spec: Json): Json {
  return {
    kind,
    apiVersion: `${group}/v1`,
    metadata: {},
    ...(kind !== 'SelfSubjectReview' && { spec }),
  };
}

async function tokenStatus(call: ApiCall, spec: Json): Promise<Json> {
  const token = text(spec['token']);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const requested = texts(spec['audiences']);
  const found = await call.authenticate(token, requested.length > 0 ? requested : [API_AUDIENCE]);
  if ('error' in found) return { user: {}, error: found.error };
  return { authenticated: true, user: { ...found.user }, audiences: found.audiences };
}

function accessOf({ cluster }: ApiCall, spec: Json, kind: string): Json {
  const user = text(spec['user']);
  const groups = texts(spec['groups']);
  if (user === '' && groups.length === 0)
    throw wrong(kind, 'spec.user', 'at least one of user or group must be specified');
  return { ...decide(cluster, { username: user, groups }, attributesIn(spec, kind)) };
}

function rulesStatus(rules: readonly PolicyRule[]): Json {
  return {
    incomplete: false,
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
      nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [],
    ),
    resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      resources?.length
        ? [{ verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) }]
        : [],
    ),
  };
}

function attributesIn(spec: Json, kind: string): Attributes {
  const path = spec['nonResourceAttributes'];
  if (isJson(path) === isJson(spec['resourceAttributes'])) {
    const rule = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw wrong(kind, 'spec.resourceAttributes', `Invalid value: "null": ${rule}`);
  }
  if (isJson(path)) return { verb: text(path['verb']), path: text(path['path']) };
  const attributes = attributesJson(spec);
  const [verb, group, resource] = [
    text(attributes['verb']),
    text(attributes['group']),
    text(attributes['resource']),
  ];
  const [subresource, namespace, name] = [
    attributes['subresource'],
    attributes['namespace'],
    attributes['name'],
  ].map(text);
  return { verb, group, resource, subresource, namespace, name };
}

function attributesJson(spec: Json): Json {
  const attributes = spec['resourceAttributes'];
  return isJson(attributes) ? attributes : {};
}

function wrong(kind: string, field: string, message: string) {
  const names = { group: AUTHORIZATION, kind, plural: '', id: '' };
  return invalid(names, '', [{ field, reason: 'FieldValueInvalid', message }]);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
