import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { PlaceholderFields } from './placeholder-fields.js';

/** Replaces placeholders in the operation of a fetch by the real fields, aliased to the placeholder names. */
export function restoreOperation(node: FetchNode, standIns: PlaceholderFields): Pick<FetchNode, 'operation'> {
  if (standIns.byName.size === 0) return { operation: node.operation };
  const document = parse(node.operation, { noLocation: true });
  const restored = visit(document, {
    Field: {
      leave: (field) => {
        const standIn = standIns.byName.get(field.name.value);
        if (!standIn) return undefined;
        return {
          ...field,
          kind: Kind.FIELD,
          alias: field.alias ?? field.name,
          name: { kind: Kind.NAME, value: standIn.field },
          arguments: standIn.arguments,
        };
      },
    },
  });
  return restored === document
    ? { operation: node.operation }
    : { operation: stripIgnoredCharacters(print(restored)) };
}
