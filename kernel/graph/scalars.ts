import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLBigInt, GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import type { BuildSchemaOptions } from 'type-graphql';

export { GraphQLJSON as JSONScalar };

/** Digits of a 64-bit integer, which is what PostgreSQL holds. */
const MAX_DIGITS = 19;

/** Integers of 64 bits. Reading digits takes time that grows faster than their number: more are refused unread. */
export const BigIntScalar = new GraphQLScalarType<bigint | number, bigint | number | string>({
  ...GraphQLBigInt.toConfig(),
  parseValue: (value) => {
    refuseDigits(typeof value === 'string' ? value : '');
    return GraphQLBigInt.parseValue(value);
  },
  parseLiteral: (node, variables) => {
    refuseDigits(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : '');
    return GraphQLBigInt.parseLiteral(node, variables);
  },
});

function refuseDigits(text: string): void {
  if (text.length > MAX_DIGITS + 1)
    throw new GraphQLError(`A BigInt may have ${MAX_DIGITS} digits, this one has ${text.length} characters.`);
}

/** RFC 3339 in UTC; milliseconds. */
export const DateTimeScalar = GraphQLDateTime;

/** An opaque, signed position in an event stream. */
export const EventCursorScalar = new GraphQLScalarType<string, string>({
  name: 'EventCursor',
  description: 'Opaque, signed position in an event stream: give it as `after` to go on from there.',
  serialize: String,
  parseValue: (value) => String(value),
  parseLiteral: (node) => (node.kind === Kind.STRING ? node.value : ''),
});

/** Scalars by the JavaScript types that stand for them. */
export const scalars: NonNullable<BuildSchemaOptions['scalarsMap']> = [
  { type: Date, scalar: DateTimeScalar },
];
