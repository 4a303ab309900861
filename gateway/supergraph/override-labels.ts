import { type DocumentNode, Kind } from 'graphql';
import { argumentText, isJoinField } from './join-directives.js';

/**
 * Labels of progressive overrides (`@override(from:, label:)`) and whether each is active, so that its fields
 * are fetched from the overriding subgraph. Throws for a percentage label, which is not supported.
 */
export function overrideLabels(supergraph: DocumentNode): ReadonlyMap<string, boolean> {
  const holds = new Map<string, boolean>();
  for (const { coordinate, label } of labels(supergraph)) {
    const percent = Number(/^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1] ?? Number.NaN);
    if (percent !== 0 && percent !== 100) {
      throw new Error(
        `${coordinate} is overridden under the label "${label}". The gateway sends all requests for a field to one ` +
          'subgraph: compose it with percent(0), with percent(100), or without a label.',
      );
    }
    holds.set(label, percent === 100);
  }
  return holds;
}

function labels({ definitions }: DocumentNode): { readonly coordinate: string; readonly label: string }[] {
  return definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    return (type.fields ?? []).flatMap(({ name, directives = [] }) =>
      directives.filter(isJoinField).flatMap((directive) => {
        const label = argumentText(directive, 'overrideLabel');
        return label === undefined ? [] : [{ coordinate: `${type.name.value}.${name.value}`, label }];
      }),
    );
  });
}
