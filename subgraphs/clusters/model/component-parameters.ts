import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Problem } from '../../../kernel/result.js';
import type { RecommendationRule, ComponentEntry } from './component-catalog.js';

export type Parameters = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ allErrors: true, strict: true });
/** Compiled schemas, at most one per component of the catalog. */
const compiled = new WeakMap<ComponentEntry, ValidateFunction>();

/** Validates the parameters of a component against its JSON Schema. */
export function parameterProblems(entry: ComponentEntry, parameters: unknown): Problem[] {
  const validate = compiled.get(entry) ?? ajv.compile(entry.parameters);
  compiled.set(entry, validate);
  if (validate(parameters)) return [];
  return (validate.errors ?? []).map((error) => ({
    code: 'INVALID_INPUT',
    message: `${entry.name}: ${textOf(error)}.`,
    path: ['input', 'parameters', ...error.instancePath.split('/').filter((part) => part !== '')],
  }));
}

function textOf({ instancePath, message, params }: ErrorObject): string {
  const subject = instancePath === '' ? 'parameters' : instancePath.slice(1);
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${subject} ${message ?? 'is not valid'}${extra === undefined ? '' : ` (${extra})`}`;
}

/** Merges a change into the set parameters: null removes a parameter. */
export function changedParameters(before: Parameters, change: Parameters): Parameters {
  const all = Object.entries({ ...before, ...change });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

/** The parameters in effect: the set ones, and the defaults of the others. */
export function effectiveParameters(entry: ComponentEntry, set: Parameters): Parameters {
  const defaults = Object.entries(entry.parameters.properties).map(([name, { default: value }]) => [
    name,
    value,
  ]);
  return { ...(Object.fromEntries(defaults) as Parameters), ...set };
}

/** A parameter whose value is not recommended for the size of the cluster. */
export interface Recommendation {
  readonly parameter: string;
  readonly current: unknown;
  readonly recommended: unknown;
  readonly reason: string;
}

/** Recommendations for the component at this cluster size, without those that it already meets. */
export function recommendationsFor(entry: ComponentEntry, set: Parameters, nodes: number): Recommendation[] {
  const has = effectiveParameters(entry, set);
  return entry.recommendations.flatMap((rule): Recommendation[] => {
    const recommended = recommendedBy(rule, nodes);
    const current = has[rule.parameter];
    const enough = typeof recommended === 'number' ? Number(current) >= recommended : current === recommended;
    if (recommended === undefined || enough) return [];
    return [{ parameter: rule.parameter, current, recommended, reason: rule.reason }];
  });
}

function recommendedBy(rule: RecommendationRule, nodes: number): unknown {
  if (rule.nodesPer !== undefined) {
    const needed = Math.ceil(nodes / rule.nodesPer);
    return Math.min(rule.most ?? needed, Math.max(rule.least ?? 1, needed));
  }
  return nodes > (rule.nodesOver ?? 0) ? rule.value : undefined;
}
