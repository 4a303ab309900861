import type { MatchResources, ResourceRule } from '../../kinds/admission-policies.js';
import { namespaces } from '../../kinds/nodes.js';
import type { LabelSelector } from '../../kinds/object.js';
import { matchesLabels } from '../../kinds/selector.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { type AdmissionRequest, subjectOf } from './request.js';

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
  const { type, operation } = request;
  return (
    includes(rule.apiGroups, type.group) &&
    includes(rule.apiVersions, type.version) &&
    includes(rule.operations, operation) &&
    matchesScope(rule, request) &&
    matchesName(rule, request) &&
    (rule.resources ?? []).some((each) => matchesResource(each, request))
  );
}

function includes(list: readonly string[] = [], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function matchesScope({ scope = '*' }: ResourceRule, { type }: AdmissionRequest): boolean {
  return scope === '*' || (scope === 'Namespaced') === type.namespaced;
}

function matchesName({ resourceNames = [] }: ResourceRule, request: AdmissionRequest): boolean {
  return resourceNames.length === 0 || resourceNames.includes(subjectOf(request)?.metadata.name ?? '');
}

/** `pods`, `pods/status`, `pods/*`, `*` (without subresources), `*` followed by a subresource or an asterisk. */
function matchesResource(text: string, { type, subresource = '' }: AdmissionRequest): boolean {
  const [resource = '', below = ''] = text.split('/');
  return (resource === '*' || resource === type.plural) && (below === subresource || below === '*');
}

function matchesNamespace(
  store: ClusterStore,
  selector: LabelSelector | undefined,
  request: AdmissionRequest,
): boolean {
  const subject = subjectOf(request);
  if (!selector || isEmpty(selector) || !subject) return true;
  if (request.type.id === namespaces.id) return matchesLabels(selector, subject.metadata.labels);
  if (!request.type.namespaced) return true;
  const namespace = store.get(namespaces, '', subject.metadata.namespace ?? '');
  return matchesLabels(selector, namespace?.metadata.labels);
}

function matchesObject(selector: LabelSelector | undefined, { object, old }: AdmissionRequest): boolean {
  if (!selector || isEmpty(selector)) return true;
  return [object, old].some((each) => each && matchesLabels(selector, each.metadata.labels));
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}
