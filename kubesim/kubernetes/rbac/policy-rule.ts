import { urlMatches, type PolicyRule } from '../kinds/policy-rule.js';
import { type Attributes, resourcePath } from './attributes.js';

/** A rule with its lists as sets. */
interface CompiledRule {
  readonly verbs: ReadonlySet<string>;
  readonly apiGroups: ReadonlySet<string>;
  /** Empty: all names. */
  readonly resourceNames: ReadonlySet<string>;
}

/** The rules of a role by resource, so that a decision reads only those of its resource. */
class CompiledRules {
  private readonly byResource = new Map<string, CompiledRule[]>();
  private readonly ofPaths: PolicyRule[] = [];

  constructor(rules: readonly PolicyRule[]) {
    for (const rule of rules) {
      if (rule.nonResourceURLs?.length) this.ofPaths.push(rule);
      const compiled = {
        verbs: new Set(rule.verbs),
        apiGroups: new Set(rule.apiGroups),
        resourceNames: new Set(rule.resourceNames),
      };
      for (const resource of new Set(rule.resources)) {
        const others = this.byResource.get(resource);
        if (others) others.push(compiled);
        else this.byResource.set(resource, [compiled]);
      }
    }
  }

  allow(attributes: Attributes): boolean {
    if ('path' in attributes) {
      const { verb, path } = attributes;
      return this.ofPaths.some(
        ({ verbs, nonResourceURLs = [] }) =>
          (verbs.includes('*') || verbs.includes(verb)) &&
          nonResourceURLs.some((url) => urlMatches(url, path)),
      );
    }
    const { verb, group, name = '', subresource } = attributes;
    const allows = ({ verbs, apiGroups, resourceNames }: CompiledRule) =>
      includes(verbs, verb) &&
      includes(apiGroups, group) &&
      (resourceNames.size === 0 || resourceNames.has(name));
    const find = (resource: string) => this.byResource.get(resource)?.some(allows) ?? false;
    return find(resourcePath(attributes)) || find('*') || (!!subresource && find(`*/${subresource}`));
  }
}

function includes(set: ReadonlySet<string>, value: string): boolean {
  return set.has(value) || set.has('*');
}

const compiledRules = new WeakMap<readonly PolicyRule[], CompiledRules>();

/** Whether one of the rules allows the request. They are compiled once: the rules of a stored role never change. */
export function rulesAllow(rules: readonly PolicyRule[], attributes: Attributes): boolean {
  let compiled = compiledRules.get(rules);
  if (!compiled) compiledRules.set(rules, (compiled = new CompiledRules(rules)));
  return compiled.allow(attributes);
}
