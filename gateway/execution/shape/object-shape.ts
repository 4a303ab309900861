import { isRecord } from '../../../kernel/is-record.js';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  getNamedType,
  isCompositeType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type JSONObject, assign, own } from '../data/json-object.js';
import { type Collection, type FieldGroup, type TypedSelection, collectFields } from './collect.js';
import { compileLeaf, compileWrapping, plainType } from './complete.js';
import { compileIntrospection } from './introspection.js';
import { type Complete, FAILED, type ShapeRun, fail, orNull } from './shape-run.js';

/** Inputs for compiling a response shape. */
export interface ShapeCompilation extends Collection {
  /** The full schema. */
  readonly full: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Denied fields, which are always null. */
  readonly denied?: ReadonlySet<FieldNode> | undefined;
}

/** Minimum number of JSON characters of a type name, with quotes and the punctuation of its field. */
const TYPENAME = 7;

/** One field of an object of a known type. */
interface FieldShape {
  readonly name: string;
  readonly nonNull: boolean;
  readonly complete: Complete;
  /** Whether the name is a property of `Object.prototype`. */
  readonly special: boolean;
  /** Whether the field is `__typename`, whose fetched value is checked. */
  readonly typename: boolean;
  /** The `typeof` of values that need no check; see `plainType`. */
  readonly plain: string | undefined;
  /** Characters of the name in JSON. */
  readonly characters: number;
}

/** An object under construction. */
interface MadeObject {
  readonly tree: JSONObject;
  readonly fields: readonly FieldShape[];
  readonly depth: number;
  readonly shaped: JSONObject;
  readonly run: ShapeRun;
}

/** Builds objects of the response; fields of each type are collected when it first occurs. */
export class ObjectShape {
  private readonly byType = new Map<string | undefined, readonly FieldShape[]>();

  constructor(
    private readonly compilation: ShapeCompilation,
    private readonly selections: readonly TypedSelection[],
    /** Assumed type of objects without a type name, which plans omit where the parent field determines it. */
    private readonly assumed?: string,
  ) {}

  readonly complete: Complete = (value, depth, run) => {
    if (value === null) return null;
    if (!isRecord(value)) return fail(run, depth, 'A subgraph returned a value that is not an object.');
    const typename = value['__typename'] ?? this.assumed;
    const fields = this.byType.get(typename as string | undefined) ?? this.learn(typename);
    return fields ? this.shape(value, fields, depth, run) : this.unseen(typename, depth, run);
  };

  /** Replaces an object whose type is not in the API schema, which must not be disclosed. */
  private unseen(typename: unknown, depth: number, run: ShapeRun): unknown {
    const hidden = typeof typename === 'string' && isObjectType(this.compilation.full.getType(typename));
    return hidden ? null : fail(run, depth, 'A subgraph returned an object of an unknown type.');
  }

  private shape(tree: JSONObject, fields: readonly FieldShape[], depth: number, run: ShapeRun): unknown {
    run.budget.spend(fields.length);
    return this.fill({ tree, fields, depth, shaped: {}, run }, 0);
  }

  private fill(made: MadeObject, from: number): unknown {
    const { tree, fields, depth, shaped, run } = made;
    let characters = 1;
    for (let i = from; i < fields.length; i += 1) {
      const field = fields[i]!;
      const { name } = field;
      const value = valueOf(tree, field);
      characters += field.characters;
      if (typeof value === field.plain) {
        shaped[name] = value;
        characters += typeof value === 'string' ? value.length + 2 : 4;
        continue;
      }
      run.path[depth] = name;
      const before = run.errors.length;
      const completed = field.typename
        ? this.typename(tree, value)
        : field.complete(value ?? null, depth + 1, run);
      if (completed instanceof Promise) {
        run.size.add(characters);
        return completed.then((later) => (put(made, field, later, before) ? this.fill(made, i + 1) : FAILED));
      }
      if (!put(made, field, completed, before)) return FAILED;
    }
    run.size.add(characters);
    return shaped;
  }

  /**
   * The name of an object type; fails when only a subgraph with an interface object was queried, which does not know the
   * concrete type.
   */
  private typename(tree: JSONObject, received: unknown): unknown {
    const value = tree['__typename'] ?? received ?? this.assumed;
    const schemaType = typeof value === 'string' ? this.compilation.schema.getType(value) : undefined;
    const type = schemaType ?? this.selections[0]?.type;
    return isObjectType(type) ? type.name : FAILED;
  }

  private learn(typename: unknown): readonly FieldShape[] | undefined {
    const { schema } = this.compilation;
    const typeName = typeof typename === 'string' && typename !== '' ? typename : undefined;
    if (typeName !== undefined && !isCompositeType(schema.getType(typeName))) return undefined;
    const groups = collectFields(this.compilation, this.selections, typeName);
    const fields = groups.map((group) => this.field(group, typeName));
    // Bounded by the types of the schema.
    this.byType.set(typeName, fields);
    return fields;
  }

  private field({ name, fields }: FieldGroup, owner: string | undefined): FieldShape {
    const [first] = fields;
    if (!first) throw new Error(`the field ${name} is selected nowhere`);
    const special = name in Object.prototype;
    const fieldName = first.node.name.value;
    if (fieldName === TypeNameMetaFieldDef.name)
      return {
        name,
        nonNull: true,
        complete: (value) => value,
        special,
        typename: true,
        plain: undefined,
        characters: name.length + TYPENAME,
      };
    const complete = isIntrospection(fieldName)
      ? this.introspection(fields.map(({ node }) => node))
      : undefined;
    const type = fieldType(first.parent, fieldName);
    const isDenied = this.isDenied(fields);
    return {
      name,
      special,
      typename: false,
      characters: name.length + 4,
      plain: special || isDenied ? undefined : plainType(type),
      nonNull: type !== undefined && isNonNullType(type),
      complete: isDenied ? () => FAILED : (complete ?? this.value(fields, owner)),
    };
  }

  private isDenied(fields: FieldGroup['fields']): boolean {
    const { denied } = this.compilation;
    return denied !== undefined && fields.every(({ node }) => denied.has(node));
  }

  private introspection(nodes: readonly FieldNode[]): Complete {
    const { schema, operation, fragments } = this.compilation;
    return compileIntrospection(schema, nodes, operation, fragments);
  }

  private value(fields: FieldGroup['fields'], owner: string | undefined): Complete {
    const types = fields.map(({ node, parent }) => fieldType(parent, node.name.value));
    const [type] = types;
    if (!type) throw new Error('the operation selects a field that its type does not have');
    const named = getNamedType(type);
    if (isLeafType(named)) return compileWrapping(type, compileLeaf(named, this.compilation.full));
    const selections = fields.flatMap(({ node }, index) => {
      const inner = types[index] && getNamedType(types[index]);
      return node.selectionSet && isCompositeType(inner) ? [{ set: node.selectionSet, type: inner }] : [];
    });
    const assumed = this.objectOf(owner, fields[0]?.node.name.value);
    return compileWrapping(type, new ObjectShape(this.compilation, selections, assumed).complete);
  }

  /** The return type of a field in its object type, which may be more specific than in the interface. */
  private objectOf(owner: string | undefined, field: string | undefined): string | undefined {
    const type = owner === undefined ? undefined : this.compilation.schema.getType(owner);
    if (!isObjectType(type) || field === undefined) return undefined;
    const named = getNamedType(type.getFields()[field]?.type);
    return isObjectType(named) ? named.name : undefined;
  }
}

function valueOf(tree: JSONObject, { name, special }: FieldShape): unknown {
  return special ? own(tree, name) : tree[name];
}

/** Sets a field; `before` is the number of errors before it. Returns false when the object fails with it. */
function put(made: MadeObject, field: FieldShape, completed: unknown, before: number): boolean {
  const { tree, shaped, run } = made;
  const { name, special, nonNull } = field;
  if (completed === FAILED && nonNull) return false;
  const final = completed === FAILED ? orNull(completed, valueOf(tree, field), before, run) : completed;
  if (special) assign(shaped, name, final);
  else shaped[name] = final;
  return true;
}

function isIntrospection(field: string): boolean {
  return field === SchemaMetaFieldDef.name || field === TypeMetaFieldDef.name;
}

function fieldType(parent: GraphQLCompositeType, field: string) {
  return isUnionType(parent) ? undefined : parent.getFields()[field]?.type;
}
