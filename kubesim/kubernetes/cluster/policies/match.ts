import type { MatchResources, ResourceRule } from '../../kinds/admission-policy-rules.js';
import type { OperationRule } from '../../kinds/admission-rules.js';
import { namespaces } from '../../kinds/nodes.js';
import type { LabelSelector } from '../../kinds/object.js';
import { matchesLabels } from '../../kinds/selector.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { type AdmissionRequest, resourceOf, subjectOf, type VersionedResource } from './request.js';

/** Whether a policy or binding is for the request. */
export function matchesRequest(
  store: ClusterStore,
  match: MatchResources,
  request: AdmissionRequest,
): boolean {
  const { resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector } = match;
  if (excludeResourceRules.some((rule) => matchesRule(rule, request))) return false;
  if (resourceRules?.length && !resourceRules.some((rule) => matchesRule(rule, request))) return false;
  return matchesNamespace(store, namespaceSelector, request) && matchesObject(objectSelector, request);
}

function matchesRule(rule: ResourceRule, request: AdmissionRequest): boolean {
  return matchesOperation(rule, request) && matchesName(rule, request);
}

/** Whether a rule is for the operation of the request on its resource, or on that one. */
export function matchesOperation(
  rule: OperationRule,
  request: AdmissionRequest,
  resource: VersionedResource = resourceOf(request),
): boolean {
  return (
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    includes(rule.operations, request.operation) &&
    matchesScope(rule, request) &&
    (rule.resources ?? []).some((each) => matchesResource(each, resource.plural, request.subresource))
  );
}

function includes(list: readonly string[] = [], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function matchesScope({ scope = '*' }: OperationRule, { type }: AdmissionRequest): boolean {
  return scope === '*' || (scope === 'Namespaced') === type.namespaced;
}

function matchesName({ resourceNames = [] }: ResourceRule, request: AdmissionRequest): boolean {
  return resourceNames.length === 0 || resourceNames.includes(subjectOf(request)?.metadata.name ?? '');
}

/** `pods`, `pods/status`, `pods/*`, `*` (without subresources), `*` followed by a subresource or an asterisk. */
function matchesResource(text: string, plural: string, subresource = ''): boolean {
  const [resource = '', below = ''] = text.split('/');
  return (resource === '*' || resource === plural) && (below === subresource || below === '*');
}

/** Whether a selector selects the namespace of a request; every request for an object outside of namespaces is selected. */
export function matchesNamespace(
  store: ClusterStore,
  selector: LabelSelector | undefined,
  request: AdmissionRequest,
): boolean {
  const subject = subjectOf(request);
  if (!selector || isEmpty(selector) || !subject) return true;
  if (request.type.id === namespaces.id) return matchesLabels(selector, subject.metadata.labels);
  if (!request.type.namespaced) return true;
  const name = request.attributes?.namespace || subject.metadata.namespace;
  const namespace = store.get(namespaces, '', name ?? '');
  return matchesLabels(selector, namespace?.metadata.labels);
}

/** Whether a selector selects the object of a request, or the one that it replaces. */
export function matchesObject(
  selector: LabelSelector | undefined,
  { object, old, operation }: AdmissionRequest,
): boolean {
  if (!selector || isEmpty(selector)) return true;
  // The options of a connection have no labels, not even none.
  if (operation === 'CONNECT') return false;
  return [object, old].some((each) => each && matchesLabels(selector, each.metadata.labels));
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}
