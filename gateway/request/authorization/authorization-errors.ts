import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLCompositeType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isUnionType,
} from 'graphql';
import { scopesInWords } from '../../../access/decision.js';
import type { Condition } from './conditions.js';
import type { RestrictedNode, AccessRequirements } from './access-requirements.js';

export interface DeniedSelections {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly schema: GraphQLSchema;
  readonly requirements: AccessRequirements;
  readonly denied: ReadonlySet<RestrictedNode>;
}

/** Maximum number of authorization errors in a response. */
const MAX_ERRORS = 100;

type Path = readonly string[];

/**
 * Creates one error for each denied position of the operation; `@` in a path stands for every element of a
 * list.
 */
export function authorizationErrors(denied: DeniedSelections): GraphQLError[] {
  const root = denied.schema.getRootType(denied.operation.operation);
  if (!root) return [];
  const walk = new Walk(denied);
  walk.set(denied.operation.selectionSet, root, []);
  return [...walk.errors.values()];
}

class Walk {
  readonly errors = new Map<string, GraphQLError>();
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(private readonly input: DeniedSelections) {
    const fragments = input.document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((node) => [node.name.value, node]));
  }

  set({ selections }: SelectionSetNode, type: GraphQLCompositeType, path: Path): void {
    for (const selection of selections)
      if (this.errors.size < MAX_ERRORS) this.selection(selection, type, path);
  }

  private selection(node: SelectionNode, type: GraphQLCompositeType, path: Path): void {
    if (node.kind === Kind.FIELD) return this.field(node, type, path);
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(node.name.value) : node;
    if (!fragment) return;
    if (this.input.denied.has(fragment)) return this.deny(fragment, path);
    const condition = fragment.typeCondition?.name.value;
    const inner = condition === undefined ? type : this.input.schema.getType(condition);
    if (isCompositeType(inner)) this.set(fragment.selectionSet, inner, path);
  }

  private field(node: FieldNode, type: GraphQLCompositeType, path: Path): void {
    const here = [...path, node.alias?.value ?? node.name.value];
    if (this.input.denied.has(node)) return this.deny(node, here);
    const field = isUnionType(type) ? undefined : type.getFields()[node.name.value];
    const inner = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(inner)) return;
    this.set(node.selectionSet, inner, [...here, ...listSteps(field.type)]);
  }

  private deny(node: RestrictedNode, path: Path): void {
    const { coordinate, conditions = [] } = this.input.requirements.get(node) ?? {};
    const error = new GraphQLError(rejectionText(conditions), {
      path,
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', coordinate },
    });
    this.errors.set(`${path.join('.')} ${coordinate ?? ''}`, error);
  }
}

/** Error message with the required scopes. Policies are omitted: clients cannot request them by name. */
function rejectionText(conditions: readonly Condition[]): string {
  const scopes = conditions.flatMap((condition) =>
    condition.kind === 'scopes' ? [scopesInWords(condition.anyOf)] : [],
  );
  const needed = scopes.length > 0 ? ` It needs the scope ${scopes.join(', and ')}.` : '';
  return `The token does not allow this field or type.${needed}`;
}

function listSteps(type: Parameters<typeof getNullableType>[0]): string[] {
  const nullable = getNullableType(type);
  return isListType(nullable) ? ['@', ...listSteps(nullable.ofType)] : [];
}
