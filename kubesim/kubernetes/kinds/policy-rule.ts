/** PolicyRule of rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  /** `pods`, `pods/log`, `*` (subresources too), or `*` and a subresource. */
  readonly resources?: readonly string[];
  /** Empty or omitted: all names. */
  readonly resourceNames?: readonly string[];
  /** Paths; a trailing `*` matches by prefix. */
  readonly nonResourceURLs?: readonly string[];
}

/** Maximum number of compared values of one check, and of the parts that it finds missing. */
const MAX_COMPARISONS = 1_000_000;
const MAX_MISSING = 10_000;

/** Two lists of rules are too long to compare. */
export class TooManyRulesError extends Error {}

/**
 * The parts of `rules` that `owned` does not contain, each with one verb, API group, resource and name. Throws
 * TooManyRulesError.
 */
export function missingRules(owned: readonly PolicyRule[], rules: readonly PolicyRule[]): PolicyRule[] {
  const covering = owned.map(compile);
  let comparisons = 0;
  const isCovered = (part: PolicyRule, length: number) => {
    comparisons += 1;
    return covering.some((owner) => {
      comparisons += length;
      if (comparisons > MAX_COMPARISONS) throw new TooManyRulesError('the rules are too many to compare');
      return covers(owner, part);
    });
  };
  const missing: PolicyRule[] = [];
  for (const rule of rules) {
    // A whole rule is often covered by one; its parts are as many as the product of its lists.
    if (isCovered(rule, lengthOf(rule))) continue;
    for (const part of partsOf(rule)) {
      if (!isCovered(part, 1)) missing.push(part);
      if (missing.length > MAX_MISSING) throw new TooManyRulesError('the rules are too many to compare');
    }
  }
  return missing;
}

function lengthOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number {
  const lists = [verbs, apiGroups, resources, resourceNames, nonResourceURLs];
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 1);
}

interface OwnedRule {
  readonly verbs: ReadonlySet<string>;
  readonly apiGroups: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly resourceNames: ReadonlySet<string>;
  readonly nonResourceURLs: readonly string[];
}

function compile(rule: PolicyRule): OwnedRule {
  return {
    verbs: new Set(rule.verbs),
    apiGroups: new Set(rule.apiGroups),
    resources: new Set(rule.resources),
    resourceNames: new Set(rule.resourceNames),
    nonResourceURLs: rule.nonResourceURLs ?? [],
  };
}

function covers(owner: OwnedRule, part: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, part.verbs) &&
    hasAll(owner.apiGroups, part.apiGroups) &&
    coversResources(owner, part.resources) &&
    coversNames(owner, part.resourceNames) &&
    coversPaths(owner, part.nonResourceURLs)
  );
}

function coversResources(owner: OwnedRule, resources: readonly string[] = []): boolean {
  return owner.resources.has('*') || resources.every((name) => coversResource(owner, name));
}

/** No names are all names. */
function coversNames(owner: OwnedRule, names: readonly string[] = []): boolean {
  if (owner.resourceNames.size === 0) return true;
  return names.length > 0 && names.every((name) => owner.resourceNames.has(name));
}

function coversPaths(owner: OwnedRule, paths: readonly string[] = []): boolean {
  return paths.every((path) => owner.nonResourceURLs.some((url) => url === path || urlMatches(url, path)));
}

function coversResource({ resources }: OwnedRule, name: string): boolean {
  if (resources.has(name)) return true;
  const slash = name.indexOf('/');
  return slash >= 0 && resources.has(`*${name.slice(slash)}`);
}

function hasAll(owned: ReadonlySet<string>, values: readonly string[] = []): boolean {
  return owned.has('*') || values.every((value) => owned.has(value));
}

/** Whether a path of a rule matches a path; a trailing `*` matches by prefix. */
export function urlMatches(url: string, path: string): boolean {
  return url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path;
}

function* partsOf(rule: PolicyRule): Generator<PolicyRule> {
  const { verbs, apiGroups = [], nonResourceURLs = [] } = rule;
  for (const verb of verbs) {
    for (const group of apiGroups) yield* partsOfResources(rule, group, verb);
    for (const url of nonResourceURLs) yield { nonResourceURLs: [url], verbs: [verb] };
  }
}

function* partsOfResources(
  { resources = [], resourceNames = [] }: PolicyRule,
  group: string,
  verb: string,
): Generator<PolicyRule> {
  for (const resource of resources) {
    const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
    if (resourceNames.length === 0) yield part;
    for (const name of resourceNames) yield { ...part, resourceNames: [name] };
  }
}

/** Joins rules with one verb that are otherwise equal, and sorts them as text, as in messages of an API server. */
export function describeRules(rules: readonly PolicyRule[]): string[] {
  const joined = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const verbs = joined.get(key)?.verbs ?? [];
    joined.set(key, { ...rule, verbs: [...verbs, ...rule.verbs] });
  }
  const texts = [...others, ...joined.values()].map(describe);
  return [...new Set(texts)].sort();
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
function describe({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): string {
  const lists = { APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs };
  const parts = Object.entries({ ...lists, ResourceNames: resourceNames, Verbs: verbs }).flatMap(
    ([name, values = []]) => (values.length > 0 ? [`${name}:${goList(values)}`] : []),
  );
  return `{${parts.join(', ')}}`;
}

/** A list of texts as Go prints it: `["a" "b"]`. */
export function goList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
