import type { Identity } from '../cloud/credentials.js';
import type { Json } from '../kinds/object.js';
import { isJson } from '../kinds/object.js';
import type { ApiAnswer, ApiCall } from './call.js';
import type { Target } from './path.js';
import { forbidden } from './status.js';
import { bodyOf } from './body.js';

/** The group whose members may do everything. All others may read everything but secrets. */
const ADMINISTRATORS = 'system:masters';

/** Throws ApiError 403 when the caller may not do this. */
export function authorize(call: ApiCall, target: Target): void {
  const { type } = target.served;
  if (isAllowed(call.identity, { verb: verbOf(call, target), resource: type.plural })) return;
  const where =
    target.namespace === undefined ? 'at the cluster scope' : `in the namespace "${target.namespace}"`;
  const what = `resource "${type.plural}" in API group "${type.group}" ${where}`;
  throw forbidden(
    `${type.id} is forbidden: User "${call.identity.subject}" cannot ${verbOf(call, target)} ${what}`,
    { name: target.name, kind: type.plural, group: type.group || undefined },
  );
}

function isAllowed(
  { groups }: Identity,
  { verb, resource }: { readonly verb: string; readonly resource: string },
): boolean {
  if (groups.includes(ADMINISTRATORS)) return true;
  return ['get', 'list', 'watch'].includes(verb) && resource !== 'secrets';
}

function verbOf({ method, query }: ApiCall, { name }: Target): string {
  if (method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
    return name === undefined ? 'list' : 'get';
  }
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}

/** Answers the reviews that `kubectl auth can-i` and `whoami` ask for; undefined for other paths. */
export async function review(call: ApiCall): Promise<ApiAnswer | undefined> {
  if (call.method !== 'POST') return undefined;
  const { identity, path } = call;
  const answer = (body: Json): ApiAnswer => ({ status: 201, body });
  if (path === '/apis/authentication.k8s.io/v1/selfsubjectreviews') {
    const userInfo = { username: identity.subject, groups: [...identity.groups, 'system:authenticated'] };
    return answer({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      status: { userInfo },
    });
  }
  const kind = REVIEWS[path];
  if (kind === undefined) return undefined;
  const { spec } = await bodyOf(call);
  const attributes = isJson(spec) && isJson(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const allowed = isAllowed(identity, {
    verb: String(attributes['verb'] ?? ''),
    resource: String(attributes['resource'] ?? ''),
  });
  const status = kind === 'SelfSubjectAccessReview' ? { allowed } : rulesOf(identity);
  return answer({ kind, apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status });
}

const REVIEWS: Readonly<Record<string, string | undefined>> = {
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': 'SelfSubjectAccessReview',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews': 'SelfSubjectRulesReview',
};

function rulesOf({ groups }: Identity): Json {
  const verbs = groups.includes(ADMINISTRATORS) ? ['*'] : ['get', 'list', 'watch'];
  return {
    incomplete: false,
    nonResourceRules: [],
    resourceRules: [{ apiGroups: ['*'], resources: ['*'], verbs }],
  };
}
